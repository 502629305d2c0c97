"""HTTP in, HTTP out: `POST /v1/preview`, and what operators ask."""

import asyncio
from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import FastAPI, Request, Response
from prometheus_client import CollectorRegistry
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, ValidationError
from starlette.types import ASGIApp

from services.triage.desk import Desk
from shared.clock import Clock
from shared.credentials import Credentials, Scope
from shared.events import (
    Channel,
    ContactReceived,
    Disposition,
    Friction,
    Mood,
    Rating,
    Remedy,
    Route,
    Share,
    Tenant,
    Urgency,
    Versioned,
)
from shared.tasks import Lifetime
from shared.web import (
    Check,
    Problem,
    RequestContext,
    answer_of,
    body_of,
    describe_models,
    health_routes,
    install_problems,
    invalid,
    problem_responses,
    read_body,
)

BODY_BYTES = 256 * 1024
BODY_SECONDS = 10.0
NOBODY: Tenant = "preview"
"""Whose contact it is where no key says so: nobody's, so no remedy is offered."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class PreviewRating(BaseModel):
    """A rating on the scale it was given on: 4 of 5, 9 of 10."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    score: Annotated[FiniteFloat, Field(ge=0)]
    scale: Annotated[FiniteFloat, Field(gt=0, le=1000)]


class PreviewRequest(BaseModel):
    """A text, and what a contact may say besides."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
    subject: Annotated[str, StringConstraints(max_length=1000)] | None = None
    channel: Channel = Channel.OTHER
    product: Name | None = None
    area: Name | None = None
    plan: Name | None = None
    annual_value: Annotated[FiniteFloat, Field(ge=0)] | None = None
    rating: PreviewRating | None = None


class Preview(BaseModel):
    """What triage would say of it, and why."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    disposition: Disposition
    confidence: Share
    misfit_reason: str | None
    frictions: tuple[Friction, ...]
    mood: Mood
    urgency: Urgency
    urgency_reason: str | None
    language: str
    route: Route
    remedy: Remedy | None
    reading: int
    model: Versioned
    taxonomy: Versioned | None


EXAMPLES = (
    PreviewRequest(text="Your app logs me out every time I open it. This is the third time I write!"),
    PreviewRequest(
        text="I was charged twice for March.", subject="Invoice", channel=Channel.EMAIL, product="billing", plan="pro"
    ),
)


class Previews:
    """Triages a text that is stored nowhere, `at_a_time` at most."""

    def __init__(self, desk: Desk, *, clock: Clock, at_a_time: int, credentials: Credentials | None) -> None:
        self._desk = desk
        self._clock = clock
        self._free = at_a_time
        self._credentials = credentials

    async def preview(self, request: Request) -> Preview:
        """What triage would say. Raises Problem."""
        tenant = self._tenant(request)
        if self._free <= 0:
            raise Problem(503, "busy", "Too many previews at a time. Try again shortly.", headers={"Retry-After": "1"})
        self._free -= 1
        try:
            sent = _read(await _body(request))
            return Preview.model_validate(await self._desk.preview(self._contact(tenant, sent)))
        finally:
            self._free += 1

    def _tenant(self, request: Request) -> Tenant:
        if self._credentials is None:
            return NOBODY
        return self._credentials.verify(request.headers.get("authorization"), Scope.INSIGHTS_READ).tenant

    def _contact(self, tenant: Tenant, sent: PreviewRequest) -> ContactReceived:
        now = self._clock()
        return ContactReceived(
            tenant=tenant,
            contact_id=UUID(int=0),
            fingerprint="0" * 16,
            channel=sent.channel,
            subject=sent.subject,
            text=sent.text,
            occurred_at=now,
            received_at=now,
            product=sent.product,
            area=sent.area,
            plan=sent.plan,
            annual_value=sent.annual_value,
            rating=sent.rating and Rating(score=sent.rating.score, scale=sent.rating.scale),
        )


def create_app(*, previews: Previews, lifetime: Lifetime, registry: CollectorRegistry, checks: Mapping[str, Check]) -> ASGIApp:
    """Triage's HTTP side."""
    app = FastAPI(
        title="Failbetter triage",
        version="1.0.0",
        description="What a contact is, what got in the customer's way, and who should act. Contacts themselves come over Kafka.",
        docs_url=None,
        redoc_url=None,
    )
    install_problems(app)

    @app.post(
        "/v1/preview",
        tags=["preview"],
        summary="Triage a text; nothing is stored",
        openapi_extra=body_of(PreviewRequest, *EXAMPLES),
        responses={200: answer_of(Preview, "What triage would say"), **problem_responses(400, 401, 403, 408, 413, 422, 503)},
    )
    async def preview(request: Request) -> Response:
        said = await previews.preview(request)
        return Response(said.model_dump_json(), media_type="application/json")

    app.include_router(health_routes(lifetime, registry, checks))
    describe_models(app, [PreviewRequest, Preview])
    return RequestContext(app, registry)


async def _body(request: Request) -> bytes:
    # Whoever sends slowly holds a place that others wait for.
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await read_body(request, limit=BODY_BYTES)
    except TimeoutError as error:
        raise Problem(408, "too_slow", f"The body did not arrive within {BODY_SECONDS:g} seconds.") from error


def _read(body: bytes) -> PreviewRequest:
    try:
        return PreviewRequest.model_validate_json(body)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        if faults[0]["type"] == "json_invalid":
            raise Problem(
                400, "malformed_json", "The body is not valid JSON in UTF-8.", invalid_params=invalid(faults)
            ) from error
        detail = "What was sent does not fit; see invalid_params."
        raise Problem(422, "invalid", detail, invalid_params=invalid(faults)) from error
