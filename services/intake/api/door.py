"""Who may come in, with how much, and whether what they brought can be read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from services.intake.metrics import Metrics
from services.intake.redaction import Redactor
from services.intake.remembered import KeyReused
from shared.clock import Clock
from shared.credentials import Credentials, Scope
from shared.errors import Unavailable
from shared.kafka import TooLarge
from shared.web import InvalidParam, Problem, bounded, invalid

R = TypeVar("R", bound=BaseModel)

RETRY_SECONDS = "5"
CONTACT_BYTES = 256 * 1024


@dataclass(slots=True)
class Door:
    """Checks credentials and holds bodies, `max_held` bytes of them at once over all requests."""

    credentials: Credentials
    redactor: Redactor
    metrics: Metrics
    clock: Clock
    max_held: int
    _held: int = field(default=0, init=False)

    def tenant(self, request: Request, scope: Scope) -> str:
        """Whose data this is: the credential says so, never the body. Raises Problem 401 or 403."""
        return self.credentials.verify(request.headers.get("authorization"), scope).tenant

    @asynccontextmanager
    async def body(self, request: Request, *, limit: int) -> AsyncIterator[bytes]:
        """The whole body, while it is needed. Raises Problem 413 over `limit`, 503 when too much is held already."""
        chunks: list[bytes] = []
        async with self.holding() as hold:
            async for chunk in bounded(request, limit=limit):
                hold(len(chunk))
                chunks.append(chunk)
            yield b"".join(chunks)

    @asynccontextmanager
    async def holding(self) -> AsyncIterator["Hold"]:
        """Count bytes as held until the end of the block. Raises Problem 503 when too much is held already."""
        hold = Hold(self)
        try:
            yield hold
        finally:
            self._count(-hold.held)

    def read(self, model: type[R], item: str, said: bytes) -> R:
        """What was sent, checked. Raises Problem: 400 not JSON, 422 with every field that does not fit."""
        try:
            return model.model_validate_json(said, context=self.clock())
        except ValidationError as error:
            self.metrics.items.labels(item, "invalid").inc()
            raise self.unfit(error) from error

    def unfit(self, error: ValidationError) -> Problem:
        """The problem for what did not fit: every field by name and reason. A name that was made up by the sender is redacted."""
        faults = error.errors(include_url=False, include_input=False)
        params = [param.model_copy(update={"name": self.redactor.redact(param.name).text}) for param in invalid(faults)]
        if faults[0]["type"] == "json_invalid":
            return Problem(400, "malformed_json", "The body is not valid JSON in UTF-8.", invalid_params=params)
        return Problem(422, "invalid", "What was sent does not fit; see invalid_params.", invalid_params=params)

    def _count(self, count: int) -> None:
        if count > 0 and self._held + count > self.max_held:
            raise Problem(503, "overloaded", "Too much is waiting already. Try again.", headers={"Retry-After": "1"})
        self._held += count
        self.metrics.bytes_held.set(self._held)


class Hold:
    """One request's share of the bytes that are held."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self.held = 0

    def __call__(self, count: int) -> None:
        self._door._count(count)  # noqa: SLF001 - one room, two names
        self.held += count


def reused(error: KeyReused, name: str) -> Problem:
    """The problem for another body under the key that `name` holds."""
    wanted = [InvalidParam(name=name, reason="another body came under this key before")]
    detail = "A key names one contact. Send this one under a key of its own, or as a higher revision."
    return Problem(422, error.code, detail, invalid_params=wanted)


def not_taken(failure: Unavailable | TooLarge) -> Problem:
    """The problem for what the brokers did not take."""
    if isinstance(failure, TooLarge):
        return Problem(413, failure.code, "The contact is larger than a broker takes (1 MiB).")
    detail = "The brokers did not confirm it in time, and it may still arrive. Sent again, it is the same contact if something names it."
    return Problem(503, "unavailable", detail, headers={"Retry-After": RETRY_SECONDS})
