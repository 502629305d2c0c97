"""`POST /v1/contacts/batch`: many contacts, each with its own result."""

from collections.abc import AsyncIterator
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import from_json

from services.intake.api.contacts import EXAMPLES
from services.intake.api.door import CONTACT_BYTES, Caller, Door, Hold
from services.intake.api.items import WINDOW, Items, ItemsAnswer, windows
from services.intake.api.receipt import Drafted, Receipt
from services.intake.api.refusals import malformed_json, unfit
from services.intake.pipeline import Pipeline
from services.intake.requests import ContactRequest
from shared.credentials import Scope
from shared.web import InvalidParam, Problem, answer_of, body_of, problem_responses, traceparent

MAX_ITEMS: Final = 1_000
MAX_LINES: Final = 100_000
BATCH_BYTES: Final = 4 * 1024 * 1024
STREAM_BYTES: Final = 4 * 1024 * 1024 * 1024


class BatchRequest(BaseModel):
    """Up to 1,000 contacts. For more, stream them as application/x-ndjson, one a line."""

    model_config = ConfigDict(extra="forbid")

    contacts: list[ContactRequest] = Field(min_length=1, max_length=MAX_ITEMS)


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
            202: answer_of(ItemsAnswer, "Every good item is with the brokers"),
            **problem_responses(400, 401, 403, 408, 413, 415, 422, 429, 431, 503),
        },
    )
    async def post_batch(request: Request) -> Response:
        caller, trace = door.caller(request, Scope.CONTACTS_WRITE), traceparent(request)

        def read(said: bytes | None) -> Drafted:
            draft = pipeline.contact(caller.tenant, door.read(ContactRequest, "contact", said), trace=trace)
            return Drafted((draft,), Receipt(status="accepted", contact_id=draft.id))

        items = Items(caller.meter, pipeline, read)
        if _is_lines(request):
            await _take_lines(items, request, door, caller)
        else:
            with door.holding(caller) as hold:
                said = await hold.body(request, limit=BATCH_BYTES)
                for window in windows(_contacts(said)):
                    await items.take(window)
        return items.answer()


def _is_lines(request: Request) -> bool:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type in {"application/x-ndjson", "application/ndjson", "application/jsonl"}


async def _take_lines(items: Items, request: Request, door: Door, caller: Caller) -> None:
    try:
        with door.holding(caller) as hold:
            await _take_windows(items, _lines(door.stream(request, caller, limit=STREAM_BYTES)), hold)
    except Problem as problem:
        # What was taken before is with the brokers: whoever sends the rest again has to know.
        problem.more = items.members()
        raise


async def _take_windows(items: Items, lines: AsyncIterator[bytes | None], hold: Hold) -> None:
    window: list[bytes | None] = []
    async for line in lines:
        if len(items.results) + len(window) == MAX_LINES:
            await items.take(window)
            detail = f"More than {MAX_LINES:,} lines. The first {MAX_LINES:,} were taken; see results."
            raise Problem(413, "too_many", detail, headers={"Connection": "close"})
        window.append(line)
        hold.take(len(line or b""))
        if len(window) == WINDOW:
            await items.take(window)
            hold.give_back(hold.held)
            window = []
    await items.take(window)


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


def _contacts(said: bytes) -> list[Any]:
    try:
        batch = from_json(said)
    except ValueError:
        raise malformed_json() from None
    contacts = batch.get("contacts") if isinstance(batch, dict) else None
    if not isinstance(contacts, list) or len(batch) > 1:
        raise unfit(InvalidParam(name="contacts", reason="the body must be an object with one field, a list of contacts"))
    if not 1 <= len(contacts) <= MAX_ITEMS:
        raise unfit(InvalidParam(name="contacts", reason=f"1 to {MAX_ITEMS:,} contacts; for more, stream application/x-ndjson"))
    return contacts


def _request_bodies() -> dict[str, Any]:
    bodies = body_of(BatchRequest, BatchRequest(contacts=list(EXAMPLES)))
    line = {"schema": {"$ref": "#/components/schemas/ContactRequest"}}
    bodies["requestBody"]["content"]["application/x-ndjson"] = line
    return bodies
