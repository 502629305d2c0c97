"""`GET /v1/changes`, `POST /v1/changes/{change_id}/undo`: what happened to signals, by whom, and taking it back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from services.insights.api import examples
from services.insights.api.answer import Answer, shown_as
from services.insights.api.callers import caller_of, writer_of
from services.insights.api.cursors import Cursor, decode_cursor, encode_cursor
from services.insights.api.grouping import ChangedAnswer
from services.insights.api.parameters import Asked, Time, Word
from services.insights.api.refusals import refuse
from services.insights.correcting.undoing import undo
from services.insights.login import Door, Viewer
from services.insights.reads import changes
from services.insights.store.connection import Pool, transaction
from shared.clock import Clock
from shared.events import Change
from shared.web import problem_responses

Fact = str | float | bool | None


class ChangesQuery(Asked):
    """Which changes: all that are given must hold."""

    signal: UUID | None = Field(default=None, description="About this signal, or about another one and this.")
    actor: Word | None = None
    since: Time | None = Field(default=None, description="Made then or later.")
    until: Time | None = Field(default=None, description="Made before.")
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(
        default=None, max_length=500, description="`next_cursor` of the page before, with the same filters."
    )

    def filters(self) -> changes.Asked:
        """Raises Problem 422 for a stretch of time that is none."""
        if self.since and self.until and self.since >= self.until:
            raise refuse("since", "has to be before until")
        return changes.Asked(self.signal, self.actor, self.since, self.until)


class ChangesCursor(Cursor):
    position: int = Field(ge=0, lt=2**63)


class UndoneAnswer(Answer):
    """The change that took another back."""

    change_id: UUID
    actor: str
    at: datetime


class ChangeAnswer(Answer):
    """
    One thing that happened to a signal: what was before and after, by name.

    `title` is what the signal is called now; `other_signal_id` the signal it was merged into, the part that was split off, or where a
    contact came from.
    """

    change_id: UUID
    signal_id: UUID
    title: str | None
    other_signal_id: UUID | None = Field(validation_alias="other_id")
    change: Change
    actor: str
    changed_at: datetime
    before: dict[str, Fact]
    after: dict[str, Fact]
    undone: UndoneAnswer | None


class ChangesAnswer(Answer):
    """A page of changes, the latest first."""

    model_config = shown_as(examples.CHANGES)

    changes: tuple[ChangeAnswer, ...]
    next_cursor: str | None


def changelog_routes(*, pool: Pool, door: Door, clock: Clock) -> APIRouter:
    routes = APIRouter(prefix="/changes", tags=["changes"])

    @routes.get("", summary="What happened to signals, and by whom", responses=problem_responses(401, 403, 422, 503))
    async def log(viewer: Annotated[Viewer, Depends(caller_of(door))], asked: Annotated[ChangesQuery, Query()]) -> ChangesAnswer:
        before = decode_cursor(asked.cursor, ChangesCursor).position if asked.cursor else None
        async with transaction(pool, viewer.tenant) as connection:
            page = await changes.changes_of(connection, viewer.tenant, asked.filters(), before=before, limit=asked.limit)
        return ChangesAnswer(
            changes=tuple(ChangeAnswer.model_validate(line) for line in page.items),
            next_cursor=encode_cursor(ChangesCursor(position=page.items[-1].position)) if page.more else None,
        )

    @routes.post("/{change_id}/undo", summary="Take it back", responses=problem_responses(401, 403, 404, 409, 422, 503))
    async def undoing(viewer: Annotated[Viewer, Depends(writer_of(door))], change_id: UUID) -> ChangedAnswer:
        async with transaction(pool, viewer.tenant) as connection:
            undone_by = await undo(connection, viewer.tenant, change_id, actor=viewer.actor, now=clock())
        return ChangedAnswer(change_id=undone_by)

    return routes
