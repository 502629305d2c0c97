"""`POST /v1/redactions/preview`: what of a contact would leave intake. Nothing is published, kept or logged."""

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.intake.api.contacts import EXAMPLES
from services.intake.api.door import CONTACT_BYTES, Door
from services.intake.pipeline import Pipeline
from services.intake.requests import ContactRequest
from shared.credentials import Scope
from shared.web import answer_of, body_of, problem_responses


class RedactionPreview(BaseModel):
    """The words of the contact as they would leave, and how many of each type were replaced."""

    # The customer's pseudonym is left out: nobody needs a service that tells it for any id.
    model_config = ConfigDict(frozen=True, from_attributes=True)

    text: str
    subject: str | None
    source: str | None
    external_id: str | None
    thread_id: str | None
    plan: str | None
    product: str | None
    product_version: str | None
    area: str | None
    attributes: dict[str, str]
    redactions: dict[str, int] = Field(description="email, phone, card, iban, national_id, ip, url, secret, name")


def add_routes(app: FastAPI, pipeline: Pipeline, door: Door) -> None:
    @app.post(
        "/v1/redactions/preview",
        summary="See what would leave",
        tags=["privacy"],
        description="Takes what `POST /v1/contacts` takes. Nothing is published or kept.",
        openapi_extra=body_of(ContactRequest, *EXAMPLES),
        responses={
            200: answer_of(RedactionPreview, "What would leave"),
            **problem_responses(400, 401, 403, 408, 413, 415, 422, 429, 431, 503),
        },
    )
    async def preview(request: Request) -> Response:
        caller = door.caller(request, Scope.CONTACTS_WRITE)
        with door.holding(caller) as hold:
            said = await hold.body(request, limit=CONTACT_BYTES)
            event = pipeline.received(caller.tenant, door.read(ContactRequest, "preview", said))
        return Response(RedactionPreview.model_validate(event).model_dump_json(), media_type="application/json")
