"""`POST /v1/contacts/{contact_id}/move`, `/corrections`: people correct what was caught and what was read."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.insights.api import examples
from services.insights.api.answer import Answer, shown_as
from services.insights.api.bodies import body_as
from services.insights.api.callers import writer_of
from services.insights.api.grouping import ChangedAnswer
from services.insights.api.parameters import Word
from services.insights.correcting.labelling import Label, correct
from services.insights.correcting.moving import move
from services.insights.login import Door, Viewer
from services.insights.rules.labels import ContactLabels, FrictionLabels
from services.insights.store.connection import Pool, transaction
from shared.clock import Clock
from shared.events import Disposition, Feeling, Kind, Queue, Span, Urgency
from shared.web import body_of, problem_responses


class MoveBody(BaseModel):
    """Where a friction belongs. `signal_id` of null: to none; the one where it is: it stays there, whatever is read later."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [dict(examples.MOVE)]})

    signal_id: UUID | None
    friction: int | None = Field(
        default=None, ge=0, lt=1_000, description="Its number in the contact; needed where it has several."
    )


class CorrectedSpan(BaseModel):
    """Characters `start` to `end` (excluded) of the text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: int = Field(ge=0, le=1_000_000)
    end: int = Field(ge=0, le=1_000_000)


class CorrectionBody(BaseModel):
    """What it is, in place of what was read; what is left out stays. `span` is the passage that `kind` and `area` are of."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [dict(examples.CORRECTION)]})

    span: CorrectedSpan | None = Field(default=None, description="Default: the whole text.")
    disposition: Disposition | None = None
    kind: Kind | None = None
    area: Word | None = None
    feeling: Feeling | None = None
    urgency: Urgency | None = None
    queue: Queue | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.label() == Label(self.label().span):
            raise ValueError("nothing is corrected: name disposition, kind, area, feeling, urgency or queue")
        return self

    def label(self) -> Label:
        return Label(
            Span(start=self.span.start, end=self.span.end) if self.span else None,
            ContactLabels(self.disposition, self.feeling, self.urgency, self.queue),
            FrictionLabels(self.kind, self.area),
        )


class CorrectionAnswer(Answer):
    """What a person said that a contact is. Null: they left it as it was read."""

    model_config = shown_as(examples.CORRECTED)

    correction_id: UUID
    contact_id: UUID
    span: Span | None
    disposition: Disposition | None
    kind: Kind | None
    area: str | None
    feeling: Feeling | None
    urgency: Urgency | None
    queue: Queue | None
    actor: str
    corrected_at: datetime


def correction_routes(*, pool: Pool, door: Door, clock: Clock) -> APIRouter:
    routes = APIRouter(prefix="/contacts/{contact_id}", tags=["contacts"])
    writer = Depends(writer_of(door))
    refusals = problem_responses(401, 403, 404, 408, 409, 413, 422, 503)

    @routes.post("/move", summary="Put one of its frictions elsewhere", responses=refusals, openapi_extra=body_of(MoveBody))
    async def moving(
        viewer: Annotated[Viewer, writer], contact_id: UUID, body: Annotated[MoveBody, Depends(body_as(MoveBody))]
    ) -> ChangedAnswer:
        async with transaction(pool, viewer.tenant) as connection:
            change_id = await move(
                *(connection, viewer.tenant, contact_id),
                ordinal=body.friction,
                to=body.signal_id,
                actor=viewer.actor,
                now=clock(),
            )
        return ChangedAnswer(change_id=change_id)

    @routes.post("/corrections", summary="Correct what was read in it", responses=refusals, openapi_extra=body_of(CorrectionBody))
    async def correcting(
        viewer: Annotated[Viewer, writer], contact_id: UUID, body: Annotated[CorrectionBody, Depends(body_as(CorrectionBody))]
    ) -> CorrectionAnswer:
        async with transaction(pool, viewer.tenant) as connection:
            said = await correct(connection, viewer.tenant, contact_id, body.label(), actor=viewer.actor, now=clock())
        return CorrectionAnswer.model_validate(said)

    return routes
