"""`POST /v1/events`: CloudEvents in binary, structured and batch mode. `OPTIONS`: the handshake of their webhooks."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

from services.intake.api.contacts import EXAMPLES
from services.intake.api.door import CONTACT_BYTES, RETRY_SECONDS, Door
from services.intake.api.receipt import Receipt, take
from services.intake.cloudevents import (
    BATCH,
    MAX_EVENTS,
    STRUCTURED,
    CloudEvent,
    Malformed,
    Mode,
    NotUnderstood,
    mode_of,
    read_binary,
    read_structured,
)
from services.intake.pipeline import Pipeline
from services.intake.said import CONTACT_ENDED, CONTACT_SAID, read_own
from services.intake.webhooks.endpoints import Endpoints
from shared.credentials import Scope
from shared.web import InvalidParam, Problem, answer_of, problem_responses, traceparent

SENDER: Final = "cloudevents"
"""Under which these requests are counted."""
BATCH_BYTES: Final = 4 * 1024 * 1024
WINDOW: Final = 200
"""Events that are published together."""
TAKEN: Final = {"Allow": "POST, OPTIONS", "Accept-Post": f"application/json, {STRUCTURED}, {BATCH}"}


class EventResult(BaseModel):
    """What became of the event at `index` (from 0). `unavailable` ones may be sent again, under the same id."""

    model_config = ConfigDict(frozen=True)

    index: int
    status: Literal["accepted", "ignored", "refused", "unavailable"]
    contact_id: UUID | None = None
    outcome_of: UUID | None = None
    why: str | None = None
    code: str | None = None
    invalid_params: tuple[InvalidParam, ...] | None = None


class EventsAnswer(BaseModel):
    """What became of a batch: how many of each, and the result of each event in the order they were sent."""

    model_config = ConfigDict(frozen=True)

    accepted: int
    ignored: int
    refused: int
    unavailable: int
    results: tuple[EventResult, ...]


@dataclass(frozen=True, slots=True)
class Events:
    """Takes the events of one request."""

    tenant: str
    trace: str
    pipeline: Pipeline
    door: Door

    async def one(self, event: CloudEvent) -> Receipt:
        """One event, until the brokers have it. Raises Problem."""
        try:
            said = read_own(
                event.type, event.content(), source=event.source, event_id=event.id, at=event.time, now=self.door.clock()
            )
        except ValidationError as error:
            raise self.door.unfit(error) from error
        except Malformed as error:
            raise _invalid(error.name, error.reason) from error
        return await take(said, self.tenant, self.pipeline, trace=self.trace)

    async def many(self, items: list[Any]) -> EventsAnswer:
        """Every event with its own result; one bad event refuses only itself."""
        results: list[EventResult] = []
        for start in range(0, len(items), WINDOW):
            window = enumerate(items[start : start + WINDOW], start)
            async with asyncio.TaskGroup() as tasks:
                taken = [tasks.create_task(self._item(index, item)) for index, item in window]
            results += [task.result() for task in taken]
        counts = Counter(result.status for result in results)
        return EventsAnswer(
            accepted=counts["accepted"],
            ignored=counts["ignored"],
            refused=counts["refused"],
            unavailable=counts["unavailable"],
            results=tuple(results),
        )

    async def _item(self, index: int, item: Any) -> EventResult:
        try:
            receipt = await self.one(_structured(item, self.door))
        except Problem as problem:
            status: Literal["refused", "unavailable"] = "unavailable" if problem.status == 503 else "refused"
            return EventResult(index=index, status=status, code=problem.code, invalid_params=problem.invalid_params or None)
        return EventResult(index=index, **receipt.model_dump())


def add_routes(app: FastAPI, pipeline: Pipeline, door: Door, endpoints: Endpoints) -> None:
    @app.post(
        "/v1/events",
        summary="Send CloudEvents",
        tags=["events"],
        description=f"CloudEvents 1.0: an event as `ce-` headers, as `{STRUCTURED}`, or up to {MAX_EVENTS:,} of them as `{BATCH}`. "
        f"`{CONTACT_SAID}` carries what `/v1/contacts` takes, `{CONTACT_ENDED}` what `/v1/outcomes` takes; other types are "
        "ignored and counted. `source` and `id` name a contact that has no `external_id`: sent again, it is the same contact.",
        status_code=202,
        openapi_extra=_body(),
        responses={
            200: answer_of(Receipt, "It is neither a contact nor an outcome"),
            202: {
                "description": "The brokers have it; of a batch, see results",
                "content": {
                    "application/json": {
                        "schema": {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in ("Receipt", "EventsAnswer")]}
                    }
                },
            },
            **problem_responses(400, 401, 403, 408, 413, 415, 422, 429, 431, 503),
        },
    )
    async def post_events(request: Request) -> Response:
        outcome = "failed"
        try:
            answer = await _take(request, pipeline, door)
            outcome = "ignored" if answer.status_code == 200 else "accepted"
        except Problem as problem:
            outcome = problem.code
            raise
        finally:
            door.metrics.deliveries.labels(SENDER, outcome).inc()
        return answer

    @app.options(
        "/v1/events",
        summary="May this origin deliver events?",
        tags=["events"],
        description="The handshake of CloudEvents' webhooks: granted with an API key, or to an origin in the file of endpoints. "
        "Without `WebHook-Request-Origin` it says which formats are taken.",
        status_code=204,
        openapi_extra={"parameters": [{"name": "WebHook-Request-Origin", "in": "header", "schema": {"type": "string"}}]},
        responses=problem_responses(401, 403, 429, 431, 503),
    )
    async def options_events(request: Request) -> Response:
        origin = request.headers.get("webhook-request-origin")
        if origin is None:
            return Response(status_code=204, headers=TAKEN)
        allowance = door.meters.allowance
        if not endpoints.grants(origin):
            allowance = door.caller(request, Scope.CONTACTS_WRITE).meter.allowance
        a_minute = max(1, int(allowance.requests_per_second * 60))
        granted = {"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": str(a_minute)}
        return Response(status_code=204, headers={**TAKEN, **granted})


async def _take(request: Request, pipeline: Pipeline, door: Door) -> Response:
    caller = door.caller(request, Scope.CONTACTS_WRITE)
    events = Events(caller.tenant, traceparent(request), pipeline, door)
    headers = dict(request.headers)
    try:
        mode = mode_of(headers)
    except NotUnderstood as error:
        raise Problem(415, "format_not_understood", str(error), headers=TAKEN) from error
    async with door.body(request, caller, limit=BATCH_BYTES if mode is Mode.BATCH else CONTACT_BYTES) as body:
        if mode is Mode.BATCH:
            items = _items(body)
            caller.meter.charge(requests=len(items))
            return _answer(await events.many(items))
        event = _binary(headers, body, door) if mode is Mode.BINARY else _structured(_json(body), door)
        receipt = await events.one(event)
    return Response(receipt.model_dump_json(exclude_none=True), receipt.http_status, media_type="application/json")


def _answer(answer: EventsAnswer) -> Response:
    said = answer.model_dump(mode="json", exclude_none=True)
    if answer.unavailable:
        detail = "The brokers did not confirm every event in time: send the unavailable ones again, under the same ids."
        raise Problem(503, "unavailable", detail, headers={"Retry-After": RETRY_SECONDS}, more=said)
    if answer.refused and not answer.accepted and not answer.ignored:
        raise Problem(422, "invalid", "No event could be accepted; see results.", more=said)
    return Response(answer.model_dump_json(exclude_none=True), 202, media_type="application/json")


def _items(body: bytes) -> list[Any]:
    items = _json(body)
    if not isinstance(items, list) or len(items) > MAX_EVENTS:
        raise _invalid("body", f"a batch is a list of up to {MAX_EVENTS:,} events")
    return items


def _binary(headers: dict[str, str], body: bytes, door: Door) -> CloudEvent:
    try:
        return read_binary(headers, body)
    except ValidationError as error:
        raise door.unfit(error) from error
    except Malformed as error:
        raise _invalid(error.name, error.reason) from error
    except ValueError:
        raise _malformed() from None


def _structured(item: Any, door: Door) -> CloudEvent:
    try:
        return read_structured(item)
    except ValidationError as error:
        raise door.unfit(error) from error


def _json(body: bytes) -> Any:
    try:
        return from_json(body)
    except ValueError:
        raise _malformed() from None


def _malformed() -> Problem:
    return Problem(400, "malformed_json", "The body is not valid JSON in UTF-8.")


def _invalid(name: str, reason: str) -> Problem:
    wanted = [InvalidParam(name=name, reason=reason)]
    return Problem(422, "invalid", "What was sent does not fit; see invalid_params.", invalid_params=wanted)


def _body() -> dict[str, Any]:
    contact = EXAMPLES[0].model_dump(mode="json", exclude_unset=True)
    event = {"specversion": "1.0", "type": CONTACT_SAID, "source": "/reviews", "id": "4711", "time": "2026-11-20T10:00:00Z"}
    structured = {**event, "datacontenttype": "application/json", "data": contact}
    examples = {"application/json": contact, STRUCTURED: structured, BATCH: [structured]}
    content = {name: {"schema": {}, "examples": {"contact": {"value": value}}} for name, value in examples.items()}
    attributes = [
        {"name": f"ce-{name}", "in": "header", "schema": {"type": "string"}, "description": "In binary mode.", "example": value}
        for name, value in event.items()
    ]
    return {"parameters": attributes, "requestBody": {"required": True, "content": content}}
