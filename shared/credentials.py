"""
Who may do what: API keys, hashed, in a mounted JSON file that is read again when it changes.

A key is `fb_<key id>_<secret>` with 256 random bits of secret, so one SHA-256 is enough to store it.
`python -m shared.credentials create keys.json --tenant acme --scope contacts:write` adds a key and prints it, once.
"""

import argparse
import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator

from shared.clock import Clock, utc_now
from shared.errors import Rejected
from shared.events import Tenant
from shared.web.problems import Problem

log = structlog.get_logger(__name__)

RELOAD_SECONDS = 1.0
RESERVED = {"preview", "unknown"}
"""Whose preview nobody logged in asked for, and whose dead letter says no tenant."""


class Scope(StrEnum):
    """What a key may do."""

    CONTACTS_WRITE = "contacts:write"
    CUSTOMERS_ERASE = "customers:erase"
    INSIGHTS_READ = "insights:read"
    INSIGHTS_WRITE = "insights:write"


class Limits(BaseModel):
    """What a caller may send at most, to each process; what is left out is as the settings say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    requests_per_second: float | None = Field(default=None, gt=0, le=1e6)
    bytes_per_second: float | None = Field(default=None, ge=1, le=1e12)
    concurrency: int | None = Field(default=None, ge=1, le=1_000_000)


class Credential(BaseModel):
    """One key as the file knows it: never the secret, only its hash."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key_id: str = Field(pattern=r"^[A-Za-z0-9]{4,32}$")
    tenant: Tenant
    scopes: frozenset[Scope]
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", repr=False)
    created_at: AwareDatetime
    expires_at: AwareDatetime | None = None
    note: str = ""
    limits: Limits = Limits()

    @field_validator("tenant")
    @classmethod
    def _is_not_ours(cls, tenant: str) -> str:
        if tenant in RESERVED:
            raise ValueError("this name means something else here")
        return tenant

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and now >= self.expires_at


class KeyFile(BaseModel):
    """The mounted file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keys: tuple[Credential, ...] = ()


class Credentials:
    """
    The keys that count now. A changed file is read within a second; a broken one is reported and the last good one kept.

    Raises Rejected when the file cannot be read at the start.
    """

    def __init__(self, path: Path, clock: Clock = utc_now) -> None:
        self._path = path
        self._clock = clock
        self._changed_at = _changed_at(path)
        self._keys = {key.key_id: key for key in read_keys(path).keys}
        self._looked_at = time.monotonic()

    def verify(self, authorization: str | None, scope: Scope) -> Credential:
        """The credential behind an `Authorization` header. Raises Problem: 401 who are you, 403 you may not."""
        if not (key := _bearer(authorization)):
            raise _unauthorized("Send the API key as `Authorization: Bearer <key>`.")
        return self.verify_key(key, scope)

    def claimed(self, authorization: str | None) -> str | None:
        """The id of the key that the header claims to be, where the file has it: for the log, and no proof of anything."""
        key_id = _key_id(_bearer(authorization))
        return key_id if key_id in self._keys else None

    def verify_key(self, key: str, scope: Scope) -> Credential:
        """The credential behind a key. Raises Problem: 401 who are you, 403 you may not."""
        credential = self.find(_key_id(key))
        if credential is None or not hmac.compare_digest(credential.sha256, _sha256(key)):
            raise _unauthorized("This API key is not known, or has expired.")
        if scope not in credential.scopes:
            raise Problem(403, "scope_missing", f"This API key lacks the scope {scope}.")
        return credential

    def find(self, key_id: str) -> Credential | None:
        """A key that counts now, by its id; None when it is unknown or has expired."""
        self._refresh()
        credential = self._keys.get(key_id)
        return None if credential is None or credential.has_expired(self._clock()) else credential

    def _refresh(self) -> None:
        if time.monotonic() - self._looked_at < RELOAD_SECONDS:
            return
        self._looked_at = time.monotonic()
        if (changed_at := _changed_at(self._path)) == self._changed_at:
            return
        self._changed_at = changed_at
        try:
            self._keys = {key.key_id: key for key in read_keys(self._path).keys}
            log.info("credentials.read", keys=len(self._keys))
        except Rejected as error:
            log.exception("credentials.broken", reason=str(error))


def read_keys(path: Path) -> KeyFile:
    """The keys in a file. Raises Rejected with the place of what is wrong."""
    try:
        return KeyFile.model_validate_json(path.read_bytes())
    except OSError as error:
        raise Rejected(f"{path}: {error.strerror}") from error
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        raise Rejected(f"{path}: {'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}") from error


def create_key(
    tenant: str, scopes: Sequence[Scope], *, now: datetime, days: float | None = None, note: str = ""
) -> tuple[str, Credential]:
    """A new key, to be shown once, and what the file keeps of it."""
    key_id = secrets.token_hex(4)
    key = f"fb_{key_id}_{secrets.token_urlsafe(32)}"
    expires_at = None if days is None else now + timedelta(days=days)
    return key, Credential(
        key_id=key_id,
        tenant=tenant,
        scopes=frozenset(scopes),
        sha256=_sha256(key),
        created_at=now,
        expires_at=expires_at,
        note=note,
    )


def add_key(path: Path, credential: Credential) -> None:
    """Write the file with one key more; whoever reads it sees the old file or the new one, never half of it."""
    known = read_keys(path).keys if path.exists() else ()
    temporary = path.with_suffix(f".{os.getpid()}.new")
    temporary.touch(mode=0o600)
    temporary.write_text(KeyFile(keys=(*known, credential)).model_dump_json(indent=2) + "\n")
    temporary.replace(path)


def _bearer(authorization: str | None) -> str:
    kind, _, key = (authorization or "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else ""


def _key_id(key: str) -> str:
    prefix, _, rest = key.partition("_")
    return rest.partition("_")[0] if prefix == "fb" else ""


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _changed_at(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_ino)


def _unauthorized(detail: str) -> Problem:
    return Problem(401, "unauthorized", detail, headers={"WWW-Authenticate": 'Bearer realm="failbetter"'})


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m shared.credentials", description=__doc__.partition("\n\n")[2])
    create = parser.add_subparsers(required=True).add_parser("create", help="add a key to the file and print it")
    create.add_argument("file", type=Path)
    create.add_argument("--tenant", required=True)
    create.add_argument(
        "--scope", required=True, action="append", choices=[scope.value for scope in Scope], help="may be repeated"
    )
    create.add_argument("--days", type=float, help="days until it expires; default: never")
    create.add_argument("--note", default="", help="whose it is, for people")
    said = parser.parse_args()
    try:
        key, credential = create_key(
            said.tenant, [Scope(scope) for scope in said.scope], now=datetime.now(UTC), days=said.days, note=said.note
        )
        add_key(said.file, credential)
    except (Rejected, ValidationError) as error:
        parser.error(str(error))
    print(key)  # noqa: T201 - its one chance to be seen


if __name__ == "__main__":
    _main()
