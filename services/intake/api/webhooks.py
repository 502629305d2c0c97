"""`POST /v1/webhooks/{sender}/{endpoint}`: what other apps deliver. `GET …/status`: what came last, for whoever sets one up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final

import structlog
from fastapi import FastAPI, Path, Request, Response
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

from services.intake.api.door import Door, unfit
from services.intake.api.receipt import Receipt, take
from services.intake.pipeline import Pipeline
from services.intake.said import Ignored, Said
from services.intake.webhooks.delivery import Delivery
from services.intake.webhooks.endpoints import Endpoint, Endpoints, Sender
from services.intake.webhooks.payload import Payload, Unmappable
from services.intake.webhooks.seen import Seen, Sights
from services.intake.webhooks.senders import ADAPTERS, UNSIGNED_TESTS
from services.intake.webhooks.signatures import Algorithm, Forged, Scheme, read_claim, verify
from shared.credentials import Scope
from shared.web import InvalidParam, Problem, answer_of, problem_responses, request_id, traceparent

log = structlog.get_logger(__name__)

DELIVERY_BYTES: Final = 1024 * 1024

EXAMPLES: Final = {
    "zendesk": {
        "type": "zen:event-type:ticket.created",
        "id": "cbe4028c-7239-495d-b020-f22348516046",
        "account_id": 12514403,
        "time": "2022-06-20T10:22:11Z",
        "zendesk_event_version": "2022-06-20",
        "subject": "zen:ticket:35436",
        "detail": {
            "id": "35436",
            "created_at": "2022-06-20T10:22:11Z",
            "subject": "Help, my printer is on fire!",
            "description": "The fire is very colorful.",
            "requester_id": "20978392",
            "via": {"channel": "web"},
        },
        "event": {},
    },
    "typeform": {
        "event_id": "LtWXD3crgy",
        "event_type": "form_response",
        "form_response": {
            "form_id": "lT4Z3j",
            "token": "a3a12ec67a1365927098a606107fac15",
            "submitted_at": "2018-01-18T18:17:02Z",
            "hidden": {"user_id": "abc123456"},
            "answers": [
                {"type": "text", "text": "It's cold right now!", "field": {"id": "DlXFaesGBpoF", "type": "long_text"}},
            ],
        },
    },
}


class EndpointStatus(BaseModel):
    """One endpoint since this process started."""

    model_config = ConfigDict(frozen=True)

    endpoint: str
    counts: dict[str, int]
    last_accepted: Seen | None
    last_ignored: Seen | None
    last_refused: Seen | None


class SenderStatus(BaseModel):
    """A sender's endpoints, as this process saw them since `since`; another replica has seen others."""

    model_config = ConfigDict(frozen=True)

    sender: str
    since: datetime
    endpoints: list[EndpointStatus]


@dataclass(slots=True)
class Desk:
    """Takes deliveries, counts each once and remembers the last."""

    pipeline: Pipeline
    door: Door
    endpoints: Endpoints
    since: datetime
    sights: Sights = field(default_factory=Sights)

    async def take(self, request: Request, sender: str, name: str) -> Receipt:
        """One delivery from its first header to the brokers' acknowledgement. Raises Problem for whatever went wrong."""
        outcome = "failed"
        endpoint = self.endpoints.find(sender, name)
        try:
            if endpoint is None:
                raise _unknown()
            receipt = await self._take(request, endpoint)
            outcome = receipt.status
            self.sights.note(endpoint, Seen(at=self.door.clock(), why=receipt.why), receipt.status)
        except Problem as problem:
            outcome = problem.code
            if endpoint is not None:
                seen = Seen(at=self.door.clock(), code=problem.code, why=problem.detail, invalid_params=problem.invalid_params)
                self.sights.note(endpoint, seen, "refused")
                log.info("delivery.refused", request_id=request_id(request), sender=sender, endpoint=name, code=problem.code)
            raise
        finally:
            self.door.metrics.deliveries.labels("unknown" if endpoint is None else endpoint.sender, outcome).inc()
        return receipt

    async def _take(self, request: Request, endpoint: Endpoint) -> Receipt:
        now, headers, schemes = self.door.clock(), dict(request.headers), endpoint.schemes
        try:
            if endpoint.sender in UNSIGNED_TESTS and schemes[0].header not in headers:
                return await self._answer_test(request, endpoint)
            claim = read_claim(schemes, headers, now=now)
            async with self.door.body(request, limit=DELIVERY_BYTES) as body:
                verify(schemes, claim, body, endpoint.secrets_at(now))
                said = _read(Delivery(endpoint, headers, _payload(body), now))
                return await take(said, endpoint.tenant, self.pipeline, trace=traceparent(request))
        except Forged as error:
            raise _forged(error, schemes[0]) from error

    async def _answer_test(self, request: Request, endpoint: Endpoint) -> Receipt:
        test = UNSIGNED_TESTS[endpoint.sender]
        async with self.door.body(request, limit=DELIVERY_BYTES) as body:
            if body != test:
                raise Forged("signature_missing", f"The header {endpoint.schemes[0].header} is missing.")
        return Receipt(status="ignored", why="the sender tested the address, unsigned")

    def status(self, sender: str, tenant: str) -> SenderStatus:
        """The tenant's endpoints of a sender."""
        found = [(endpoint.endpoint, self.sights.of(endpoint)) for endpoint in self.endpoints.of(sender, tenant)]
        return SenderStatus(
            sender=sender,
            since=self.since,
            endpoints=[
                EndpointStatus(
                    endpoint=name,
                    counts=dict(sight.counts),
                    last_accepted=sight.last.get("accepted"),
                    last_ignored=sight.last.get("ignored"),
                    last_refused=sight.last.get("refused"),
                )
                for name, sight in found
            ],
        )


def add_routes(app: FastAPI, pipeline: Pipeline, door: Door, endpoints: Endpoints) -> None:
    desk = Desk(pipeline, door, endpoints, since=door.clock())
    senders = ", ".join(f"`{sender}`" for sender in Sender)
    sender_path = Path(description=f"Who delivers: {senders}.", examples=[Sender.ZENDESK])
    endpoint_path = Path(description="One of the sender's endpoints, as the file of endpoints names it.", examples=["acme-eu"])

    @app.get(
        "/v1/webhooks/{sender}/status",
        summary="What a sender's endpoints saw last",
        tags=["webhooks"],
        description="Of the tenant of the API key, as this process saw it: last accepted, last ignored, last refused and why.",
        responses={200: answer_of(SenderStatus, "The sender's endpoints"), **problem_responses(401, 403, 404)},
    )
    async def get_status(request: Request, sender: Annotated[str, sender_path]) -> Response:
        tenant = door.tenant(request, Scope.CONTACTS_WRITE)
        if sender not in set(Sender):
            raise Problem(404, "endpoint_unknown", f"Senders are {', '.join(Sender)}.")
        return Response(desk.status(sender, tenant).model_dump_json(), media_type="application/json")

    @app.post(
        "/v1/webhooks/{sender}/{endpoint}",
        summary="Deliver a webhook",
        tags=["webhooks"],
        description="What the sender sends, as it sends it. Its signature is its credential; the endpoint says whose data it is. "
        "A delivery that comes again is the same contact.",
        status_code=202,
        openapi_extra=_body(EXAMPLES),
        responses={
            200: answer_of(Receipt, "It is neither a contact nor an outcome"),
            202: answer_of(Receipt, "The brokers have it"),
            **problem_responses(400, 401, 404, 408, 413, 422, 503),
        },
    )
    async def post_delivery(
        request: Request, sender: Annotated[str, sender_path], endpoint: Annotated[str, endpoint_path]
    ) -> Response:
        receipt = await desk.take(request, sender, endpoint)
        return Response(receipt.model_dump_json(exclude_none=True), receipt.http_status, media_type="application/json")

    @app.head(
        "/v1/webhooks/{sender}/{endpoint}",
        summary="Is there such an endpoint?",
        description="Intercom asks before it saves an address.",
        tags=["webhooks"],
        responses=problem_responses(404),
    )
    async def head_delivery(sender: Annotated[str, sender_path], endpoint: Annotated[str, endpoint_path]) -> Response:
        if endpoints.find(sender, endpoint) is None:
            raise _unknown()
        return Response()


def _payload(body: bytes) -> Payload:
    try:
        return Payload(from_json(body))
    except ValueError:
        raise Problem(400, "malformed_json", "The body is not valid JSON in UTF-8.") from None


def _read(delivery: Delivery) -> Said | Ignored:
    try:
        return ADAPTERS[delivery.endpoint.sender](delivery)
    except Unmappable as error:
        wanted = InvalidParam(name=error.name, reason=error.reason)
        raise Problem(
            422, "unmappable", "The payload lacks what is needed; see invalid_params.", invalid_params=[wanted]
        ) from error
    except ValidationError as error:
        raise unfit(error) from error


def _unknown() -> Problem:
    return Problem(404, "endpoint_unknown", "There is no such endpoint.")


def _forged(error: Forged, scheme: Scheme) -> Problem:
    is_basic = scheme.algorithm is Algorithm.BASIC
    challenge = 'Basic realm="failbetter"' if is_basic else f'Webhook-Signature header="{scheme.header}"'
    return Problem(401, error.code, str(error), headers={"WWW-Authenticate": challenge})


def _body(examples: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: {"value": value} for name, value in examples.items()}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": {}, "examples": named}}}}
