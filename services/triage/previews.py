"""A text, triaged for whoever wants to see what would be said of it: stored nowhere, published nowhere."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, ValidationError

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
from shared.web import Problem, invalid, read_body

BODY_BYTES = 256 * 1024
BODY_SECONDS = 10.0
LONGEST_TEXT = 20_000
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

    text: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)]
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


class Previews:
    """Triages a text that is stored nowhere, `at_a_time` at most."""

    def __init__(self, desk: Desk, *, clock: Clock, at_a_time: int, credentials: Credentials | None) -> None:
        self._desk = desk
        self._clock = clock
        self._free = at_a_time
        self._credentials = credentials

    @property
    def needs_key(self) -> bool:
        """Whether only those who have a key may preview."""
        return self._credentials is not None

    async def of_json(self, request: Request) -> tuple[PreviewRequest, Preview]:
        """What is asked for, and what triage would say. Raises Problem."""
        tenant = self._tenant(request.headers.get("authorization"))
        with self._place():
            sent = _read(await whole_body(request))
            return sent, await self._triaged(tenant, sent)

    async def of(self, sent: PreviewRequest, *, authorization: str | None) -> Preview:
        """What triage would say. Raises Problem."""
        tenant = self._tenant(authorization)
        with self._place():
            return await self._triaged(tenant, sent)

    def _tenant(self, authorization: str | None) -> Tenant:
        if self._credentials is None:
            return NOBODY
        return self._credentials.verify(authorization, Scope.INSIGHTS_READ).tenant

    @contextmanager
    def _place(self) -> Iterator[None]:
        if self._free <= 0:
            raise Problem(503, "busy", "Too many previews at a time. Try again shortly.", headers={"Retry-After": "1"})
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1

    async def _triaged(self, tenant: Tenant, sent: PreviewRequest) -> Preview:
        return Preview.model_validate(await self._desk.preview(self._contact(tenant, sent)))

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


async def whole_body(request: Request) -> bytes:
    """The body. Raises Problem where it is too large or too slow."""
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
