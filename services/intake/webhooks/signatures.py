"""
Who a delivery comes from: one table of signature schemes, and the one check that reads it.

A signature is compared as it is written, not as it decodes: hex and base64 have several spellings of one value, and a delivery
that was touched anywhere has to be refused.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final, Literal, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.errors import Rejected

MAX_SIGNATURES = 10
"""In one header: rotation needs two, and each may cost 0.1 ms."""
USER: Final = "failbetter"
"""The user name that senders without signatures are given with their password."""

_UNIX = re.compile(r"[0-9]{1,12}")


class Algorithm(StrEnum):
    """How a signature follows from the secret; the last two prove only that the sender knows it."""

    SHA1 = "hmac-sha1"
    SHA256 = "hmac-sha256"
    ED25519 = "ed25519"
    BASIC = "basic"
    PLAIN = "plain"


UNSIGNED: Final = frozenset({Algorithm.BASIC, Algorithm.PLAIN})
"""What proves that the sender knows the secret, and nothing of what is delivered."""

HeaderName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")]
"""In small letters, as Python's servers hand headers out."""


class Scheme(BaseModel):
    """One row of the table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    header: HeaderName = Field(description="The header with the signature.")
    algorithm: Algorithm
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = Field(default="", description="What stands before the signature: sha256=")
    signed: tuple[Literal["id", "timestamp", "body"], ...] = Field(default=("body",), min_length=1)
    joined_by: str = ""
    is_list: bool = Field(default=False, description="Several signatures, separated by spaces.")
    key: Literal["text", "whsec", "whpk"] = Field(default="text", description="How the secret is written.")
    id_header: HeaderName | None = None
    timestamp_header: HeaderName | None = None
    timestamp: Literal["unix", "iso"] = "unix"
    tolerance_seconds: int = Field(default=300, ge=1, le=86_400)

    @model_validator(mode="after")
    def _says_where_its_parts_are(self) -> Self:
        if ("id" in self.signed) != (self.id_header is not None):
            raise ValueError("id is signed, and so needs id_header, or the other way round")
        if ("timestamp" in self.signed) != (self.timestamp_header is not None):
            raise ValueError("timestamp is signed, and so needs timestamp_header, or the other way round")
        if "body" not in self.signed:
            raise ValueError("signed: body has to be in it, or the signature is good for every body")
        if (self.algorithm is Algorithm.ED25519) != (self.key == "whpk"):
            raise ValueError("ed25519 needs key: whpk, and the other way round")
        return self


_HUB = Scheme(header="x-hub-signature", algorithm=Algorithm.SHA1, prefix="sha1=")
_ZENDESK = Scheme(
    header="x-zendesk-webhook-signature",
    algorithm=Algorithm.SHA256,
    encoding="base64",
    signed=("timestamp", "body"),
    timestamp_header="x-zendesk-webhook-signature-timestamp",
    timestamp="iso",
)
_STANDARD = Scheme(
    header="webhook-signature",
    algorithm=Algorithm.SHA256,
    encoding="base64",
    prefix="v1,",
    signed=("id", "timestamp", "body"),
    joined_by=".",
    is_list=True,
    key="whsec",
    id_header="webhook-id",
    timestamp_header="webhook-timestamp",
)
_STANDARDS = (_STANDARD, _STANDARD.model_copy(update={"algorithm": Algorithm.ED25519, "prefix": "v1a,", "key": "whpk"}))
_CHATWOOT = Scheme(
    header="x-chatwoot-signature",
    algorithm=Algorithm.SHA256,
    prefix="sha256=",
    signed=("timestamp", "body"),
    joined_by=".",
    timestamp_header="x-chatwoot-timestamp",
)

SCHEMES: Final[Mapping[str, tuple[Scheme, ...]]] = MappingProxyType(
    {
        "zendesk": (_ZENDESK,),
        # What an older page of Zendesk's says, and what its printed example verifies under.
        "zendesk-body-first": (_ZENDESK.model_copy(update={"signed": ("body", "timestamp")}),),
        "intercom": (_HUB,),
        "freshdesk": (Scheme(header="authorization", algorithm=Algorithm.BASIC, encoding="base64", prefix="Basic "),),
        "chatwoot": (_CHATWOOT,),
        "zammad": (_HUB,),
        "helpscout": (Scheme(header="x-helpscout-signature", algorithm=Algorithm.SHA1, encoding="base64"),),
        "typeform": (Scheme(header="typeform-signature", algorithm=Algorithm.SHA256, encoding="base64", prefix="sha256="),),
        "formbricks": _STANDARDS,
        "standard": _STANDARDS,
        "github": (Scheme(header="x-hub-signature-256", algorithm=Algorithm.SHA256, prefix="sha256="),),
        "quackback": (
            _CHATWOOT.model_copy(update={"header": "x-quackback-signature", "timestamp_header": "x-quackback-timestamp"}),
        ),
        "token": (Scheme(header="x-webhook-token", algorithm=Algorithm.PLAIN),),
    }
)
"""By sender, and by name for an endpoint that says `signature: <name>`. The rows of one entry share their headers."""


class Forged(Rejected):
    """The delivery does not prove where it comes from; `code` says what is wrong with its proof."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True, slots=True)
class Claim:
    """What the headers say of the signature, before the body is read."""

    signatures: tuple[str, ...]
    id: str
    timestamp: str


def read_claim(schemes: Sequence[Scheme], headers: Mapping[str, str], *, now: datetime) -> Claim:
    """What the headers claim. Raises Forged: a header is missing, or its time is not about `now`."""
    row = schemes[0]
    said = _header(headers, row.header)
    signatures = tuple(said.split(" ")) if row.is_list else (said,)
    if len(signatures) > MAX_SIGNATURES:
        raise Forged("signature_wrong", f"The header {row.header} holds more than {MAX_SIGNATURES} signatures.")
    claim = Claim(signatures, _header(headers, row.id_header), _header(headers, row.timestamp_header))
    if row.timestamp_header is not None and abs(now - _moment(row, claim.timestamp)) > timedelta(seconds=row.tolerance_seconds):
        detail = f"The time in {row.timestamp_header} is more than {row.tolerance_seconds} seconds from ours."
        raise Forged("timestamp_out_of_tolerance", detail)
    return claim


def verify(schemes: Sequence[Scheme], claim: Claim, body: bytes, secrets: Sequence[str]) -> None:
    """Raises Forged unless one of the signatures was made over this body with one of the secrets."""
    # No short cut: how long it takes tells nothing of which secret or signature was nearly right.
    fits = [is_fit for scheme in schemes for key in _keys(scheme, secrets) for is_fit in _fits(scheme, key, claim, body)]
    if not any(fits):
        raise Forged("signature_wrong", f"No signature in {schemes[0].header} fits the body and a secret of this endpoint.")


def is_secret_of(schemes: Sequence[Scheme], secret: str) -> bool:
    """Whether the secret is written the way that one of the schemes asks for."""
    return any(True for scheme in schemes for _ in _keys(scheme, [secret]))


def _header(headers: Mapping[str, str], name: str | None) -> str:
    if name is None:
        return ""
    if not (said := headers.get(name)):
        raise Forged("signature_missing", f"The header {name} is missing.")
    return said


def _moment(scheme: Scheme, said: str) -> datetime:
    with suppress(ValueError, OverflowError):
        if scheme.timestamp == "iso" and (moment := datetime.fromisoformat(said)).tzinfo is not None:
            return moment
        if scheme.timestamp == "unix" and _UNIX.fullmatch(said):
            return datetime.fromtimestamp(int(said), UTC)
    raise Forged("timestamp_malformed", f"The time in {scheme.timestamp_header} cannot be read.")


def _keys(scheme: Scheme, secrets: Sequence[str]) -> Iterator[bytes]:
    for secret in secrets:
        try:
            yield _key(scheme, secret)
        except ValueError:
            continue


def _key(scheme: Scheme, secret: str) -> bytes:
    if scheme.key == "text":
        return secret.encode()
    prefix, _, written = secret.partition("_")
    key = base64.b64decode(written, validate=True)
    # A public key must never be taken for a secret: then everybody could sign with it.
    if prefix != scheme.key or not (len(key) == 32 if prefix == "whpk" else 24 <= len(key) <= 64):
        raise ValueError("not a secret of this scheme")
    return key


def _signed(scheme: Scheme, claim: Claim, body: bytes) -> bytes:
    parts = {"id": claim.id.encode(), "timestamp": claim.timestamp.encode(), "body": body}
    return scheme.joined_by.encode().join(parts[part] for part in scheme.signed)


def _fits(scheme: Scheme, key: bytes, claim: Claim, body: bytes) -> list[bool]:
    signed = _signed(scheme, claim, body)
    signatures = [each.removeprefix(scheme.prefix) for each in claim.signatures if each.startswith(scheme.prefix)]
    if scheme.algorithm is Algorithm.ED25519:
        return [_is_signed_by(key, signature, signed) for signature in signatures]
    written = _written(scheme, key, signed).encode()
    return [hmac.compare_digest(written, signature.encode()) for signature in signatures]


def _is_signed_by(key: bytes, signature: str, signed: bytes) -> bool:
    try:
        raw = base64.b64decode(signature, validate=True)
        Ed25519PublicKey.from_public_bytes(key).verify(raw, signed)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return base64.b64encode(raw).decode() == signature


def _written(scheme: Scheme, key: bytes, signed: bytes) -> str:
    match scheme.algorithm:
        case Algorithm.PLAIN:
            return key.decode()
        case Algorithm.BASIC:
            return base64.b64encode(f"{USER}:".encode() + key).decode()
        case Algorithm.SHA1:
            digest = hmac.digest(key, signed, hashlib.sha1)
        case Algorithm.SHA256:
            digest = hmac.digest(key, signed, hashlib.sha256)
        case Algorithm.ED25519:
            raise AssertionError("signed by whoever holds the private key")
    return digest.hex() if scheme.encoding == "hex" else base64.b64encode(digest).decode()
