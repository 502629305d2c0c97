"""
Where senders deliver to: each endpoint with its tenant and secrets, in a mounted YAML file that is read again when it changes.

An address is `/v1/webhooks/{sender}/{endpoint}`. The endpoint, not the payload, says whose data it is.
"""

import time
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Self

import structlog
import yaml
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    SecretStr,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)

from services.intake.requests import Name
from services.intake.webhooks.fields import FieldMap
from services.intake.webhooks.signatures import SCHEMES, UNSIGNED, Scheme, is_secret_of
from shared.credentials import RESERVED, Limits
from shared.errors import Rejected
from shared.events import Tenant

log = structlog.get_logger(__name__)

RELOAD_SECONDS: Final = 1.0


class Sender(StrEnum):
    """Who delivers: the apps whose payloads are known, and `generic` for any other."""

    ZENDESK = "zendesk"
    INTERCOM = "intercom"
    FRESHDESK = "freshdesk"
    CHATWOOT = "chatwoot"
    ZAMMAD = "zammad"
    HELPSCOUT = "helpscout"
    TYPEFORM = "typeform"
    FORMBRICKS = "formbricks"
    STANDARD = "standard"
    GENERIC = "generic"


SURVEYS: Final = frozenset({Sender.TYPEFORM, Sender.FORMBRICKS})


Signature = Annotated[
    Annotated[str, Tag("name")] | Annotated[Scheme, Tag("scheme")],
    Discriminator(lambda said: "name" if isinstance(said, str) else "scheme"),
]
"""Told apart first, so that a fault is named in the form that was meant."""


class FilePart(BaseModel):
    """A misspelt word stops the file, not a delivery."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Secret(FilePart):
    """One of the secrets that count. Two of them, while the sender changes from one to the other."""

    secret: SecretStr = Field(min_length=8, max_length=500)
    expires_at: AwareDatetime | None = None


class Questions(FilePart):
    """
    Which answers of a survey count: `text` are the customer's words, `rating` is on `scale`; each by id or reference.

    `customer` is the hidden field (Typeform) or attribute (Formbricks) with the id that your app knows the customer by.
    """

    text: tuple[str, ...] = ()
    rating: str | None = None
    scale: float | None = Field(default=None, gt=0, le=1000)
    customer: str = "user_id"

    @model_validator(mode="after")
    def _rates_on_a_scale(self) -> Self:
        if (self.rating is None) != (self.scale is None):
            raise ValueError("rating needs its scale, and the other way round")
        return self


class Endpoint(FilePart):
    """One address: whose data arrives there and how it proves where it comes from."""

    sender: Sender
    endpoint: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    tenant: Tenant
    secrets: tuple[Secret, ...] = Field(min_length=1, max_length=10)
    signature: Signature | None = Field(default=None, description="A row of the table, or one of your own.")
    tolerance_seconds: int | None = Field(default=None, ge=1, le=86_400)
    source: Name | None = Field(default=None, description="`source` of the contacts; default: sender/endpoint.")
    product: Name | None = None
    questions: Questions | None = None
    fields: FieldMap | None = None
    limits: Limits = Limits()

    @field_validator("secrets", mode="before")
    @classmethod
    def _may_be_written_short(cls, said: Any) -> Any:
        return [{"secret": each} if isinstance(each, str) else each for each in said] if isinstance(said, list) else said

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.endpoint == "status":
            raise ValueError("endpoint: the address of the status")
        if self.tenant in RESERVED:
            raise ValueError("tenant: this name means something else here")
        if self.sender is Sender.GENERIC and (self.signature is None or self.fields is None):
            raise ValueError("generic needs a signature and fields")
        if self.sender is not Sender.GENERIC and self.fields is not None:
            raise ValueError("fields: only generic has them")
        if self.questions is not None and self.sender not in SURVEYS:
            raise ValueError("questions: only surveys have them")
        if self.sender is Sender.FORMBRICKS and not (self.questions and self.questions.text):
            raise ValueError("formbricks needs questions.text: its payload does not say which answers are words")
        if isinstance(self.signature, str) and self.signature not in SCHEMES:
            raise ValueError(f"signature: one of {', '.join(SCHEMES)}, or a scheme of your own")
        if self.sender is Sender.STANDARD and any(row.id_header is None for row in self.schemes):
            raise ValueError("signature: standard has to be signed with an id, which is the event's")
        if not all(is_secret_of(self.schemes, each.secret.get_secret_value()) for each in self.secrets):
            raise ValueError("secrets: not written as this signature needs them (whsec_… or whpk_… and base64)")
        return self

    @property
    def address(self) -> str:
        """What no other endpoint has: `zendesk/acme-eu`."""
        return f"{self.sender}/{self.endpoint}"

    @property
    def scope(self) -> str:
        """`source` of the contacts: it scopes their ids."""
        return self.source or self.address

    @property
    def schemes(self) -> tuple[Scheme, ...]:
        """The rows that a signature may fit."""
        rows = (self.signature,) if isinstance(self.signature, Scheme) else SCHEMES[self.signature or self.sender]
        if self.tolerance_seconds is None:
            return rows
        return tuple(row.model_copy(update={"tolerance_seconds": self.tolerance_seconds}) for row in rows)

    def vouches_for(self, id_header: str) -> bool:
        """Whether this header is as much the sender's as the body: signed like it, or neither is."""
        return all(row.id_header == id_header or row.algorithm in UNSIGNED for row in self.schemes)

    def secrets_at(self, now: datetime) -> list[str]:
        """The secrets that count now."""
        return [each.secret.get_secret_value() for each in self.secrets if each.expires_at is None or now < each.expires_at]


class EndpointFile(FilePart):
    """The mounted file. `origins` are whose CloudEvents handshake is granted without a key."""

    endpoints: tuple[Endpoint, ...] = ()
    origins: frozenset[str] = frozenset()

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        if len(self.by_address) < len(self.endpoints):
            raise ValueError("endpoints: an address is there twice")
        return self

    @cached_property
    def by_address(self) -> Mapping[tuple[str, str], Endpoint]:
        return {(each.sender, each.endpoint): each for each in self.endpoints}


class Endpoints:
    """
    The endpoints that count now. A changed file is read within a second; a broken one is reported and the last good one kept.

    Without a file there are none. Raises Rejected when the file cannot be read at the start.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._changed_at = _changed_at(path)
        self._file = EndpointFile() if path is None else read_endpoints(path)
        self._looked_at = time.monotonic()

    def find(self, sender: str, endpoint: str) -> Endpoint | None:
        return self._now().by_address.get((sender, endpoint))

    def of(self, sender: str, tenant: str) -> list[Endpoint]:
        """The endpoints of a sender that are the tenant's."""
        return [each for each in self._now().endpoints if (each.sender, each.tenant) == (sender, tenant)]

    def grants(self, origin: str) -> bool:
        """Whether this origin may deliver CloudEvents, as far as the file says."""
        return origin in self._now().origins

    def _now(self) -> EndpointFile:
        if self._path is not None and time.monotonic() - self._looked_at >= RELOAD_SECONDS:
            self._looked_at = time.monotonic()
            if (changed_at := _changed_at(self._path)) != self._changed_at:
                self._changed_at = changed_at
                self._read_again(self._path)
        return self._file

    def _read_again(self, path: Path) -> None:
        try:
            self._file = _whole(path)
            log.info("endpoints.read", endpoints=len(self._file.endpoints))
        except Rejected as error:
            log.exception("endpoints.broken", reason=str(error))


def read_endpoints(path: Path) -> EndpointFile:
    """The endpoints in a file. Raises Rejected with the place of what is wrong, never with what stands there."""
    try:
        return EndpointFile.model_validate(yaml.safe_load(path.read_bytes()) or {})
    except OSError as error:
        raise Rejected(f"{path}: {error.strerror}") from error
    except yaml.YAMLError as error:
        # Its message quotes the line, which may hold a secret.
        mark = getattr(error, "problem_mark", None)
        raise Rejected(f"{path}: not valid YAML{'' if mark is None else f', line {mark.line + 1}'}") from None
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        raise Rejected(f"{path}: {'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}") from None
    except ValueError:
        # PyYAML builds dates and numbers with Python's own constructors, and lets their errors through.
        raise Rejected(f"{path}: not valid YAML: a date or a number in it cannot be") from None


def _whole(path: Path) -> EndpointFile:
    file = read_endpoints(path)
    # A file that is being written is empty first: that is not the wish to have no endpoints.
    if "endpoints" not in file.model_fields_set:
        raise Rejected(f"{path}: endpoints: is missing; write `endpoints: []` for none")
    return file


def _changed_at(path: Path | None) -> tuple[int, int]:
    try:
        found = path.stat() if path is not None else None
    except OSError:
        found = None
    return (0, 0) if found is None else (found.st_mtime_ns, found.st_ino)
