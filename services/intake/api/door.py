"""Who may come in, with how much, and whether what they brought can be read."""

import math
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

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


@dataclass(frozen=True, slots=True)
class Caller:
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

    @asynccontextmanager
    async def body(self, request: Request, caller: Caller, *, limit: int) -> AsyncIterator[bytes]:
        """The whole body, decompressed, while it is needed. Raises Problem 413 over `limit`, 503 when too much is held already."""
        pieces: list[bytes] = []
        with self.holding(caller) as hold:
            async for piece in decoded(request, limit=limit, within=BODY_SECONDS):
                hold.take(len(piece))
                pieces.append(piece)
            body = b"".join(pieces)
            if caller.is_known:
                caller.meter.charge(size=len(body))
            yield body

    async def stream(self, request: Request, caller: Caller, *, limit: int) -> AsyncIterator[bytes]:
        """The body in pieces, as fast as the caller may send. Raises Problem 413 over `limit`."""
        async for piece in decoded(request, limit=limit, within=None):
            caller.meter.charge(size=len(piece))
            yield piece
            await caller.meter.pace()

    @contextmanager
    def holding(self, caller: Caller) -> Iterator["Hold"]:
        """What the caller holds until the end of the block, as one of its requests at once."""
        hold = Hold(self, caller)
        with caller.meter.inside():
            try:
                yield hold
            finally:
                hold.give_back(hold.held)

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
    """The bytes that one request holds."""

    def __init__(self, door: Door, caller: Caller) -> None:
        self._door = door
        self._caller = caller
        self.held = 0

    def take(self, size: int) -> None:
        """Hold `size` bytes more. Raises Problem 503 where the caller's share is used up."""
        shares = self._door.shares
        try:
            shares.take(self._caller.share, size)
        except Full as error:
            raise Problem(503, error.code, "Too much is waiting already. Try again.", headers={"Retry-After": "1"}) from error
        self.held += size
        self._door.metrics.bytes_held.set(shares.held)

    def give_back(self, size: int) -> None:
        self._door.shares.give_back(self._caller.share, size)
        self.held -= size
        self._door.metrics.bytes_held.set(self._door.shares.held)


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
