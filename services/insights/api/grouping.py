"""`POST /v1/signals/{id}/merge`, `/split`, `/pin`: people correct the grouping."""

from typing import Annotated, Final, Self
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.insights.api import examples
from services.insights.api.answer import Answer, shown_as
from services.insights.api.bodies import body_as
from services.insights.api.callers import writer_of
from services.insights.api.parameters import Word
from services.insights.correcting.merging import merge
from services.insights.correcting.pinning import pin
from services.insights.correcting.splitting import Named, Wanted, split
from services.insights.login import Door, Viewer
from services.insights.store.connection import Pool, transaction
from shared.clock import Clock
from shared.web import body_of, problem_responses

MOST_MERGED: Final = 100
MOST_SPLIT: Final = 1_000


class MergeBody(BaseModel):
    """Either `into`, the signal that this one is merged into, or `others`, that are merged into this one."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [dict(examples.MERGE)]})

    into: UUID | None = None
    others: tuple[UUID, ...] = Field(default=(), max_length=MOST_MERGED)

    @model_validator(mode="after")
    def _is_one_of_them(self) -> Self:
        if (self.into is None) == (not self.others):
            raise ValueError("name either into or others")
        return self


class FrictionBody(BaseModel):
    """One friction of a contact, by its number there; without a number all that the contact has in the signal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contact_id: UUID
    friction: int | None = Field(default=None, ge=0, lt=1_000)

    def named(self) -> Named:
        return Named(self.contact_id, self.friction)


class SplitBody(BaseModel):
    """Either `frictions`, or `nearest_to`: whatever is more like this one than like the rest of the signal."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [dict(examples.SPLIT)]})

    frictions: tuple[FrictionBody, ...] = Field(default=(), max_length=MOST_SPLIT)
    nearest_to: FrictionBody | None = None
    title: Word | None = Field(default=None, description="Of the new signal. Default: discovery finds one within a minute.")

    @model_validator(mode="after")
    def _is_one_of_them(self) -> Self:
        if (self.nearest_to is None) == (not self.frictions):
            raise ValueError("name either frictions or nearest_to")
        return self

    def wanted(self) -> Wanted:
        like = self.nearest_to.named() if self.nearest_to else None
        return Wanted(tuple(friction.named() for friction in self.frictions), like, self.title)


class ChangedAnswer(Answer):
    """By this id the change can be undone: `POST /v1/changes/{change_id}/undo`."""

    model_config = shown_as(examples.CHANGED)

    change_id: UUID


class MergedAnswer(Answer):
    """One change for each signal that was merged away, in the order they were named."""

    model_config = shown_as(examples.MERGED)

    merged_into: UUID
    changes: tuple[ChangedAnswer, ...]


class SplitAnswer(ChangedAnswer):
    """The new signal, and how many frictions it has from the start."""

    model_config = shown_as(examples.PART)

    signal_id: UUID
    frictions: int


def grouping_routes(*, pool: Pool, door: Door, clock: Clock) -> APIRouter:
    routes = APIRouter(prefix="/signals/{signal_id}", tags=["signals"])
    writer = Depends(writer_of(door))
    refusals = problem_responses(401, 403, 404, 408, 409, 413, 422, 503)

    @routes.post("/merge", summary="Merge signals that are one", responses=refusals, openapi_extra=body_of(MergeBody))
    async def merging(
        viewer: Annotated[Viewer, writer], signal_id: UUID, body: Annotated[MergeBody, Depends(body_as(MergeBody))]
    ) -> MergedAnswer:
        into, sources = (body.into, (signal_id,)) if body.into else (signal_id, body.others)
        async with transaction(pool, viewer.tenant) as connection:
            changes = await merge(connection, viewer.tenant, sources, into=into, actor=viewer.actor, now=clock())
        return MergedAnswer(merged_into=into, changes=tuple(ChangedAnswer(change_id=change_id) for change_id in changes))

    @routes.post("/split", summary="Make a signal of a part of it", responses=refusals, openapi_extra=body_of(SplitBody))
    async def splitting(
        viewer: Annotated[Viewer, writer], signal_id: UUID, body: Annotated[SplitBody, Depends(body_as(SplitBody))]
    ) -> SplitAnswer:
        async with transaction(pool, viewer.tenant) as connection:
            done = await split(connection, viewer.tenant, signal_id, body.wanted(), actor=viewer.actor, now=clock())
        return SplitAnswer.model_validate(done)

    @routes.post("/pin", summary="Keep its title", responses=problem_responses(401, 403, 404, 409, 422, 503))
    async def pinning(viewer: Annotated[Viewer, writer], signal_id: UUID) -> ChangedAnswer:
        async with transaction(pool, viewer.tenant) as connection:
            change_id = await pin(connection, viewer.tenant, signal_id, actor=viewer.actor, now=clock())
        return ChangedAnswer(change_id=change_id)

    return routes
