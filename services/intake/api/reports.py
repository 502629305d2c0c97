"""`POST /v1/outcomes`: how a contact ended. `POST /v1/erasures`: forget a customer."""

from uuid import UUID

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict

from services.intake.api.contacts import Acceptance
from services.intake.api.door import Door
from services.intake.api.refusals import not_taken
from services.intake.pipeline import Draft, Pipeline
from services.intake.requests import ErasureRequest, OutcomeRequest
from shared.credentials import Scope
from shared.events import Resolution
from shared.web import answer_of, body_of, problem_responses, traceparent

REPORT_BYTES = 16 * 1024
OUTCOME = OutcomeRequest(source="zendesk-eu", external_id="35436-1", resolution=Resolution.WON, csat=5, minutes_spent=12.5)
ERASURE = ErasureRequest(customer_id="c-1001")
REFUSALS = problem_responses(400, 401, 403, 408, 413, 415, 422, 429, 431, 503)


class ErasureAcceptance(BaseModel):
    """The brokers have it: insights will forget the customer."""

    model_config = ConfigDict(frozen=True)

    erasure_id: UUID
    status: str = "accepted"


def add_routes(app: FastAPI, pipeline: Pipeline, door: Door) -> None:
    @app.post(
        "/v1/outcomes",
        summary="Say how a contact ended",
        operation_id="report_outcome",
        tags=["contacts"],
        status_code=202,
        openapi_extra=body_of(OutcomeRequest, OUTCOME),
        responses={202: answer_of(Acceptance, "The brokers have it"), **REFUSALS},
    )
    async def post_outcome(request: Request) -> Response:
        caller = door.caller(request, Scope.CONTACTS_WRITE)
        with door.holding(caller) as hold:
            said = await hold.body(request, limit=REPORT_BYTES)
            draft = pipeline.outcome(caller.tenant, door.read(OutcomeRequest, "outcome", said), trace=traceparent(request))
        return await _published("contact_id", draft)

    @app.post(
        "/v1/erasures",
        summary="Forget a customer",
        operation_id="forget_customer",
        tags=["privacy"],
        status_code=202,
        openapi_extra=body_of(ErasureRequest, ERASURE),
        responses={202: answer_of(ErasureAcceptance, "The brokers have it"), **REFUSALS},
    )
    async def post_erasure(request: Request) -> Response:
        caller = door.caller(request, Scope.CUSTOMERS_ERASE)
        with door.holding(caller) as hold:
            said = await hold.body(request, limit=REPORT_BYTES)
            draft = pipeline.erasure(caller.tenant, door.read(ErasureRequest, "erasure", said), trace=traceparent(request))
        return await _published("erasure_id", draft)

    async def _published(name: str, draft: Draft) -> Response:
        [failure] = await pipeline.publish([draft])
        if failure is not None:
            raise not_taken(failure)
        return Response(f'{{"{name}":"{draft.id}","status":"accepted"}}', 202, media_type="application/json")
