"""`POST /v1/contacts/batch`: many contacts, each with its own result; one bad item rejects only itself."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json, to_json

from services.intake.api.contacts import EXAMPLES
from services.intake.api.door import CONTACT_BYTES, RETRY_SECONDS, Caller, Door, Hold, not_taken
from services.intake.pipeline import Draft, Pipeline
from services.intake.requests import ContactRequest
from shared.credentials import Scope
from shared.web import InvalidParam, Problem, answer_of, body_of, problem_responses, traceparent

MAX_ITEMS = 1_000
MAX_LINES = 100_000
MAX_INVALID_PARAMS = 5
"""Of each refused item: a stream of a hundred thousand wrong lines has to be remembered until it ends."""
UNBROKEN_BYTES = 64 * 1024
"""So much is read before other requests have a turn."""
BATCH_BYTES = 4 * 1024 * 1024
STREAM_BYTES = 4 * 1024 * 1024 * 1024
WINDOW = 200
"""Items that are published together."""


class BatchRequest(BaseModel):
    """Up to 1,000 contacts. For more, stream them as application/x-ndjson, one a line."""

    model_config = ConfigDict(extra="forbid")

    contacts: list[ContactRequest] = Field(min_length=1, max_length=MAX_ITEMS)


class ItemResult(BaseModel):
    """What became of the item at `index` (from 0). `unavailable` ones may be sent again, under the same id."""

    model_config = ConfigDict(frozen=True)

    index: int
    status: Literal["accepted", "refused", "unavailable"]
    contact_id: UUID | None = None
    code: str | None = None
    invalid_params: tuple[InvalidParam, ...] | None = None


class BatchAnswer(BaseModel):
    """How many came through, and the result of each, in the order they were sent."""

    accepted: int
    refused: int
    unavailable: int
    results: list[ItemResult]


@dataclass(slots=True)
class Batch:
    """Takes items window by window and remembers what became of each."""

    caller: Caller
    trace: str
    pipeline: Pipeline
    door: Door
    results: list[ItemResult] = field(default_factory=list)

    async def take(self, window: Sequence[bytes | None]) -> None:
        """Read, publish and note the next items; None stands for one that was too long to be read."""
        self.caller.meter.charge(requests=len(window))
        drafts: list[Draft] = []
        places: list[int] = []
        unbroken = 0
        for said in window:
            if (unbroken := unbroken + len(said or b"")) > UNBROKEN_BYTES:
                await asyncio.sleep(0)
                unbroken = 0
            place = len(self.results)
            read = self._read(place, said)
            if isinstance(read, Draft):
                drafts.append(read)
                places.append(place)
                self.results.append(ItemResult.model_construct(index=place, status="accepted", contact_id=read.id))
            else:
                self.results.append(read)
        failures = await self.pipeline.publish("contact", drafts) if drafts else []
        for place, failure in zip(places, failures, strict=True):
            if failure is not None:
                problem = not_taken(failure)
                status: Literal["refused", "unavailable"] = "unavailable" if problem.status == 503 else "refused"
                self.results[place] = self.results[place].model_copy(update={"status": status, "code": problem.code})

    def answer(self) -> Response:
        """202 when every good item is with the brokers; 503 when some may not be; 422 when there was no good one."""
        answer = self.tally()
        if answer.unavailable:
            detail = "The brokers did not confirm every item in time: send the unavailable ones again, under the same ids."
            raise Problem(503, "unavailable", detail, headers={"Retry-After": RETRY_SECONDS}, more=_members(answer))
        if not answer.accepted:
            raise Problem(422, "invalid", "No item could be accepted; see results.", more=_members(answer))
        return Response(answer.model_dump_json(exclude_none=True), 202, media_type="application/json")

    def tally(self) -> BatchAnswer:
        """What became of the items so far."""
        counts = Counter(result.status for result in self.results)
        return BatchAnswer.model_construct(
            accepted=counts["accepted"], refused=counts["refused"], unavailable=counts["unavailable"], results=self.results
        )

    def _read(self, place: int, said: bytes | None) -> Draft | ItemResult:
        if said is None or len(said) > CONTACT_BYTES:
            self.door.metrics.items.labels("contact", "too_large").inc()
            return ItemResult(index=place, status="refused", code="too_large")
        try:
            sent = ContactRequest.model_validate_json(said, context=self.door.clock())
        except ValidationError as error:
            self.door.metrics.items.labels("contact", "invalid").inc()
            problem = self.door.unfit(error)
            return ItemResult(
                index=place, status="refused", code=problem.code, invalid_params=problem.invalid_params[:MAX_INVALID_PARAMS]
            )
        return self.pipeline.contact(self.caller.tenant, sent, trace=self.trace)


def add_routes(app: FastAPI, pipeline: Pipeline, door: Door) -> None:
    @app.post(
        "/v1/contacts/batch",
        summary="Send many contacts",
        tags=["contacts"],
        description=f"JSON with up to {MAX_ITEMS:,} contacts, or `application/x-ndjson`, one contact a line, "
        f"up to {MAX_LINES:,} lines, streamed. Items use their own ids.",
        status_code=202,
        openapi_extra=_request_bodies(),
        responses={
            202: answer_of(BatchAnswer, "Every good item is with the brokers"),
            **problem_responses(400, 401, 403, 408, 413, 415, 422, 429, 431, 503),
        },
    )
    async def post_batch(request: Request) -> Response:
        batch = Batch(door.caller(request, Scope.CONTACTS_WRITE), traceparent(request), pipeline, door)
        if _is_lines(request):
            await _take_lines(batch, request)
        else:
            async with door.body(request, batch.caller, limit=BATCH_BYTES) as said:
                for window in _windows(_items(said)):
                    await batch.take(window)
        return batch.answer()


def _is_lines(request: Request) -> bool:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type in {"application/x-ndjson", "application/ndjson", "application/jsonl"}


async def _take_lines(batch: Batch, request: Request) -> None:
    try:
        with batch.door.holding(batch.caller) as hold:
            await _take_windows(batch, request, hold)
    except Problem as problem:
        # What was taken before is with the brokers: whoever sends the rest again has to know.
        problem.more = _members(batch.tally())
        raise


async def _take_windows(batch: Batch, request: Request, hold: Hold) -> None:
    window: list[bytes | None] = []
    async for line in _lines(batch.door.stream(request, batch.caller, limit=STREAM_BYTES)):
        if len(batch.results) + len(window) == MAX_LINES:
            await batch.take(window)
            detail = f"More than {MAX_LINES:,} lines. The first {MAX_LINES:,} were taken; see results."
            raise Problem(413, "too_many", detail, headers={"Connection": "close"})
        window.append(line)
        hold.take(len(line or b""))
        if len(window) == WINDOW:
            await batch.take(window)
            hold.give_back(hold.held)
            window = []
    await batch.take(window)


async def _lines(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes | None]:
    """Lines that are not blank, as they arrive; None for one that is longer than a contact can be."""
    rest, is_too_long = b"", False
    async for piece in pieces:
        *whole, tail = (rest + piece).split(b"\n") if not is_too_long else piece.split(b"\n")
        for line in whole:
            if is_too_long or len(line) > CONTACT_BYTES:
                yield None
            elif line.strip():
                yield line
            is_too_long = False
        is_too_long = is_too_long or len(tail) > CONTACT_BYTES
        rest = b"" if is_too_long else tail
    if is_too_long:
        yield None
    elif rest.strip():
        yield rest


def _items(said: bytes) -> list[Any]:
    try:
        batch = from_json(said)
    except ValueError:
        raise Problem(400, "malformed_json", "The body is not valid JSON in UTF-8.") from None
    contacts = batch.get("contacts") if isinstance(batch, dict) else None
    if not isinstance(contacts, list) or len(batch) > 1:
        wanted = InvalidParam(name="contacts", reason="the body must be an object with one field, a list of contacts")
        raise Problem(422, "invalid", "What was sent does not fit; see invalid_params.", invalid_params=[wanted])
    if not 1 <= len(contacts) <= MAX_ITEMS:
        wanted = InvalidParam(name="contacts", reason=f"1 to {MAX_ITEMS:,} contacts; for more, stream application/x-ndjson")
        raise Problem(422, "invalid", "What was sent does not fit; see invalid_params.", invalid_params=[wanted])
    return contacts


def _windows(items: list[Any]) -> Iterator[list[bytes | None]]:
    for start in range(0, len(items), WINDOW):
        yield [to_json(item) for item in items[start : start + WINDOW]]


def _members(answer: BatchAnswer) -> dict[str, Any]:
    return answer.model_dump(mode="json", exclude_none=True)


def _request_bodies() -> dict[str, Any]:
    bodies = body_of(BatchRequest, BatchRequest(contacts=list(EXAMPLES)))
    line = {"schema": {"$ref": "#/components/schemas/ContactRequest"}}
    bodies["requestBody"]["content"]["application/x-ndjson"] = line
    return bodies
