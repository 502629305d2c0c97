"""Who may come in, with how much, and whether what they brought can be read."""

import math
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final, NamedTuple, Self, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from services.intake.api.encodings import decoded
from services.intake.api.refusals import item_too_large, malformed_json, unfit
from services.intake.limits import Limited, Meter, Meters
from services.intake.metrics import Metrics
from services.intake.redaction import Redactor
from services.intake.shares import Full, Shares
from services.intake.webhooks.endpoints import Endpoint
from shared.clock import Clock
from shared.credentials import Credentials, Scope
from shared.web import Problem, answer_with, call_by, invalid

R = TypeVar("R", bound=BaseModel)

CONTACT_BYTES = 256 * 1024
MAX_FAULTS = 1_000
"""More are not looked at: to name each takes longer than to read what was sent."""
BODY_SECONDS = 30.0


class Caller(NamedTuple):
    """
    Whose data comes, how much of it may, and the name under which it is held.

    Not `is_known` before its signature was checked: until then nothing is charged, so that nobody uses up another's limits.
    """

    tenant: str
    meter: Meter
    share: str
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Door:
    """Checks credentials and limits, and holds bodies."""

    credentials: Credentials
    meters: Meters
    shares: Shares
    redactor: Redactor
    metrics: Metrics
    clock: Clock

    def __post_init__(self) -> None:
        self.metrics.bytes_held.set_function(lambda: self.shares.held)

    def caller(self, request: Request, scope: Scope) -> Caller:
        """Who has this key: the credential says whose data it is, never the body. Raises Problem 401, 403 or 429."""
        authorization = request.headers.get("authorization")
        call_by(request, self.credentials.claimed(authorization))
        credential = self.credentials.verify(authorization, scope)
        caller = Caller(credential.tenant, self.meters.of(credential.key_id, credential.limits), credential.tenant)
        _admit(request, caller)
        caller.meter.charge(requests=1)
        answer_with(request, caller.meter.headers())
        return caller

    def sender(self, request: Request, endpoint: Endpoint) -> Caller:
        """Who delivers to this endpoint, if it can prove it. Raises Problem 429."""
        call_by(request, endpoint.address)
        caller = Caller(
            endpoint.tenant, self.meters.of(endpoint.address, endpoint.limits), share=endpoint.address, is_known=False
        )
        _admit(request, caller)
        return caller

    async def stream(self, request: Request, caller: Caller, *, limit: int) -> AsyncIterator[bytes]:
        """The body in pieces, as fast as the caller may send. Raises Problem 413 over `limit`."""
        async for piece in decoded(request, limit=limit, within=None):
            caller.meter.charge(size=len(piece))
            yield piece
            await caller.meter.pace()

    def holding(self, caller: Caller) -> "Hold":
        """What the caller holds until the end of the block, as one of its requests at once."""
        return Hold(self.shares, caller)

    def read(self, model: type[R], item: str, said: bytes | None) -> R:
        """What was sent, checked. Raises Problem: 400 not JSON, 413 too long or None, 422 with every field that does not fit."""
        if said is None or len(said) > CONTACT_BYTES:
            self.metrics.items.labels(item, "too_large").inc()
            raise item_too_large(CONTACT_BYTES)
        try:
            return model.model_validate_json(said, context=self.clock())
        except ValidationError as error:
            self.metrics.items.labels(item, "invalid").inc()
            raise self.unfit(error) from error

    def unfit(self, error: ValidationError) -> Problem:
        """The problem for what did not fit: every field by name and reason. A name that was made up by the sender is redacted."""
        if error.error_count() > MAX_FAULTS:
            return Problem(422, "invalid", f"More than {MAX_FAULTS:,} things in it do not fit.")
        faults = error.errors(include_url=False, include_input=False)
        params = [param.model_copy(update={"name": self.redactor.redact(param.name).text}) for param in invalid(faults)]
        if faults[0]["type"] == "json_invalid":
            return malformed_json(*params)
        return unfit(*params)


class Hold:
    """The bytes that one request holds, until the end of the block."""

    def __init__(self, shares: Shares, caller: Caller) -> None:
        self._shares = shares
        self._caller = caller
        self.held = 0

    def __enter__(self) -> Self:
        self._caller.meter.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._caller.meter.__exit__()
        self.give_back(self.held)

    async def body(self, request: Request, *, limit: int) -> bytes:
        """The whole body, decompressed. Raises Problem 413 over `limit`, 503 when too much is held already."""
        pieces: list[bytes] = []
        async for piece in decoded(request, limit=limit, within=BODY_SECONDS):
            self.take(len(piece))
            pieces.append(piece)
        body = b"".join(pieces)
        if self._caller.is_known:
            self._caller.meter.charge(size=len(body))
        return body

    def take(self, size: int) -> None:
        """Hold `size` bytes more. Raises Problem 503 where the caller's share is used up."""
        try:
            self._shares.take(self._caller.share, size)
        except Full as error:
            raise Problem(503, error.code, "Too much is waiting already. Try again.", headers={"Retry-After": "1"}) from error
        self.held += size

    def give_back(self, size: int) -> None:
        self._shares.give_back(self._caller.share, size)
        self.held -= size


def _admit(request: Request, caller: Caller) -> None:
    try:
        caller.meter.admit()
    except Limited as error:
        answer_with(request, caller.meter.headers())
        raise Problem(429, error.code, _LIMITS[error.code], headers={"Retry-After": str(math.ceil(error.wait))}) from error


_LIMITS: Final = {
    "too_many_requests": "More requests than this key or endpoint may send; each item of a batch is one. See RateLimit.",
    "too_many_bytes": "More bytes than this key or endpoint may send. See RateLimit.",
    "too_many_at_once": "More requests at once than this key or endpoint may send. See RateLimit-Policy.",
}
