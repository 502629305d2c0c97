"""`POST /v1/webhooks/{sender}/{endpoint}`: what other apps deliver. `GET …/status`: what came last, for whoever sets one up."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import FastAPI, Path, Request, Response

from services.intake.api.desk import Desk, SenderStatus, unknown
from services.intake.api.door import Door
from services.intake.api.receipt import Receipt
from services.intake.pipeline import Pipeline
from services.intake.webhooks.endpoints import Endpoints, Sender
from shared.credentials import Scope
from shared.web import Problem, answer_of, problem_responses

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
        responses={200: answer_of(SenderStatus, "The sender's endpoints"), **problem_responses(401, 403, 404, 429, 431, 503)},
    )
    async def get_status(request: Request, sender: Annotated[str, sender_path]) -> Response:
        caller = door.caller(request, Scope.CONTACTS_WRITE)
        if sender not in set(Sender):
            raise Problem(404, "endpoint_unknown", f"Senders are {', '.join(Sender)}.")
        return Response(desk.status(sender, caller.tenant).model_dump_json(), media_type="application/json")

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
            **problem_responses(400, 401, 404, 408, 413, 415, 422, 429, 431, 503),
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
        response_class=Response,
        description="Intercom asks before it saves an address.",
        tags=["webhooks"],
        responses=problem_responses(404, 431, 503),
    )
    async def head_delivery(
        _request: Request, sender: Annotated[str, sender_path], endpoint: Annotated[str, endpoint_path]
    ) -> Response:
        if endpoints.find(sender, endpoint) is None:
            raise unknown()
        return Response()


def _body(examples: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: {"value": value} for name, value in examples.items()}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": {}, "examples": named}}}}
