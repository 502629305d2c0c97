"""`POST /v1/contacts`: one contact."""

import re
from uuid import UUID

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict

from services.intake.api.door import CONTACT_BYTES, Door
from services.intake.api.refusals import not_taken, reused
from services.intake.pipeline import Pipeline
from services.intake.remembered import KeyReused
from services.intake.requests import ContactRequest, CustomerRequest
from shared.credentials import Scope
from shared.events import Channel
from shared.web import InvalidParam, Problem, answer_of, body_of, problem_responses, traceparent

IDEMPOTENCY_KEY = re.compile(r'"([\x20-\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255})')
"""A structured-field string (RFC 9651) or, as many clients send it, the bare token."""

EXAMPLES = (
    ContactRequest(text="Your app logs me out every time I open it.", channel=Channel.REVIEW),
    ContactRequest(
        text="The refund you promised on Monday is still not on my account.",
        channel=Channel.EMAIL,
        source="zendesk-eu",
        external_id="35436-1",
        thread_id="35436",
        subject="Refund",
        customer=CustomerRequest(id="c-1001", plan="pro", annual_value=1200.0, locale="en-GB"),
        product="checkout",
        product_version="4.2.0",
    ),
)


LINKS = {
    "itsOutcome": {
        "operationId": "report_outcome",
        "requestBody": {"contact_id": "$response.body#/contact_id", "resolution": "won"},
        "description": "How the contact ended, when it has.",
    },
    "itsCustomer": {
        "operationId": "forget_customer",
        "requestBody": {"customer_id": "$request.body#/customer/id"},
        "description": "The customer wants to be forgotten.",
    },
}
"""What may be asked next, by OpenAPI's links."""


class Acceptance(BaseModel):
    """The brokers have it, under this id."""

    model_config = ConfigDict(frozen=True)

    contact_id: UUID
    status: str = "accepted"


def add_routes(app: FastAPI, pipeline: Pipeline, door: Door) -> None:
    @app.post(
        "/v1/contacts",
        summary="Send one contact",
        tags=["contacts"],
        status_code=202,
        openapi_extra={
            **body_of(ContactRequest, *EXAMPLES),
            "parameters": [
                {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "schema": {"type": "string", "maxLength": 257},
                    "description": "Names the contact where it has no external_id: the same key is the same contact.",
                }
            ],
        },
        responses={
            202: {**answer_of(Acceptance, "The brokers have it"), "links": LINKS},
            **problem_responses(400, 401, 403, 408, 413, 415, 422, 429, 431, 503),
        },
    )
    async def post_contact(request: Request) -> Response:
        caller = door.caller(request, Scope.CONTACTS_WRITE)
        key = _idempotency_key(request.headers.getlist("idempotency-key"))
        with door.holding(caller) as hold:
            said = await hold.body(request, limit=CONTACT_BYTES)
            sent = door.read(ContactRequest, "contact", said)
            try:
                draft = pipeline.contact(caller.tenant, sent, trace=traceparent(request), idempotency_key=key)
            except KeyReused as error:
                raise reused(error, "Idempotency-Key") from error
            [failure] = await pipeline.publish([draft])
        if failure is not None:
            raise not_taken(failure)
        return Response(f'{{"contact_id":"{draft.id}","status":"accepted"}}', 202, media_type="application/json")


def _idempotency_key(said: list[str]) -> str | None:
    if not said:
        return None
    found = IDEMPOTENCY_KEY.fullmatch(said[0].strip())
    if found is None or len(said) > 1:
        reason = "one quoted string of 1 to 255 printable ASCII characters, sent once"
        raise Problem(
            400,
            "malformed_idempotency_key",
            "The header Idempotency-Key cannot be read.",
            invalid_params=[InvalidParam(name="Idempotency-Key", reason=reason)],
        )
    return found[1] or found[2]
