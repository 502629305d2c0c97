"""`POST /v1/events`: CloudEvents in binary, structured and batch mode. `OPTIONS`: the handshake of their webhooks."""

from collections.abc import Callable
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from pydantic import ValidationError
from pydantic_core import from_json

from services.intake.api.contacts import EXAMPLES
from services.intake.api.door import CONTACT_BYTES, Caller, Door
from services.intake.api.items import Items, windows
from services.intake.api.receipt import Drafted, Receipt, drafted, take
from services.intake.api.refusals import item_too_large, malformed_json, unfit
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
from services.intake.said import CONTACT_ENDED, CONTACT_SAID, Ignored, Said, read_own
from services.intake.webhooks.endpoints import Endpoints
from shared.credentials import Scope
from shared.web import InvalidParam, Problem, answer_of, problem_responses, traceparent

SENDER: Final = "cloudevents"
"""Under which these events are counted."""
BATCH_BYTES: Final = 4 * 1024 * 1024
TAKEN: Final = {"Allow": "POST, OPTIONS", "Accept-Post": f"application/json, {STRUCTURED}, {BATCH}"}


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
                        "schema": {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in ("Receipt", "ItemsAnswer")]}
                    }
                },
            },
            **problem_responses(400, 401, 403, 408, 413, 415, 422, 429, 431, 503),
        },
    )
    async def post_events(request: Request) -> Response:
        outcomes: list[str] = []
        try:
            return await _take(request, pipeline, door, outcomes)
        except Problem as problem:
            outcomes = outcomes or [problem.code]
            raise
        finally:
            for outcome in outcomes or ["failed"]:
                door.metrics.deliveries.labels(SENDER, outcome).inc()

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


async def _take(request: Request, pipeline: Pipeline, door: Door, outcomes: list[str]) -> Response:
    caller, trace = door.caller(request, Scope.CONTACTS_WRITE), traceparent(request)
    headers = dict(request.headers)
    try:
        mode = mode_of(headers)
    except NotUnderstood as error:
        raise Problem(415, "format_not_understood", str(error), headers=TAKEN) from error
    with door.holding(caller) as hold:
        body = await hold.body(request, limit=BATCH_BYTES if mode is Mode.BATCH else CONTACT_BYTES)
        if mode is Mode.BATCH:
            items = await _take_all(_items(body), caller, pipeline, door, trace=trace)
            outcomes += [result.code or result.status for result in items.results]
            return items.answer()
        said = _said(lambda: read_binary(headers, body) if mode is Mode.BINARY else read_structured(body), door)
        receipt = await take(said, caller.tenant, pipeline, trace=trace)
    outcomes.append(receipt.status)
    return Response(receipt.model_dump_json(exclude_none=True), receipt.http_status, media_type="application/json")


async def _take_all(events: list[Any], caller: Caller, pipeline: Pipeline, door: Door, *, trace: str) -> Items:
    def read(event: bytes | None) -> Drafted:
        if event is None or len(event) > CONTACT_BYTES:
            raise item_too_large(CONTACT_BYTES)
        return drafted(_said(lambda: read_structured(event), door), caller.tenant, pipeline, trace=trace)

    items = Items(caller.meter, pipeline, read)
    for window in windows(events):
        await items.take(window)
    return items


def _items(body: bytes) -> list[Any]:
    try:
        items = from_json(body)
    except ValueError:
        raise malformed_json() from None
    if not isinstance(items, list) or len(items) > MAX_EVENTS:
        raise unfit(InvalidParam(name="body", reason=f"a batch is a list of up to {MAX_EVENTS:,} events"))
    return items


def _said(read: Callable[[], CloudEvent], door: Door) -> Said | Ignored:
    try:
        event = read()
        return read_own(event.type, event.content(), source=event.source, event_id=event.id, at=event.time, now=door.clock())
    except ValidationError as error:
        raise door.unfit(error) from error
    except Malformed as error:
        raise unfit(InvalidParam(name=error.name, reason=error.reason)) from error
    except ValueError:
        raise malformed_json() from None


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
