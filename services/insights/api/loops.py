"""`GET /v1/signals/{id}/loops`: whom its fixes were for, and whether they could be told."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from services.insights.api import examples
from services.insights.api.answer import Answer, shown_as
from services.insights.api.callers import caller_of
from services.insights.api.parameters import Asked
from services.insights.api.places import moment_cursor, moment_place
from services.insights.api.refusals import unknown
from services.insights.login import Door, Viewer
from services.insights.reads.loops import loops_of
from services.insights.reads.signals import is_signal
from services.insights.store.connection import Pool, transaction
from shared.web import problem_responses

MOST: Final = 200


class LoopsQuery(Asked):
    closable: bool | None = Field(default=None, description="Only those that were closed, or only those that cannot be.")
    limit: int = Field(default=50, ge=1, le=MOST)
    cursor: str | None = Field(default=None, max_length=500)


class LoopAnswer(Answer):
    """
    One customer, by one of their contacts. Where `is_closable`, `loops.closed` said so at `closed_at`; else no id leads to them.

    The ids are null once the customer was forgotten.
    """

    contact_id: UUID
    fix_id: UUID
    is_closable: bool
    closed_at: datetime
    source: str | None
    thread_id: str | None
    external_id: str | None


class LoopsAnswer(Answer):
    """A page, the latest first; `closed` and `not_closable` count all of the signal."""

    model_config = shown_as(examples.LOOPS)

    loops: tuple[LoopAnswer, ...]
    closed: int
    not_closable: int
    next_cursor: str | None


def loop_routes(*, pool: Pool, door: Door) -> APIRouter:
    routes = APIRouter(prefix="/signals", tags=["proof"])

    @routes.get(
        "/{signal_id}/loops",
        summary="Whom its fixes were for, and who was told",
        responses=problem_responses(401, 403, 404, 422, 503),
    )
    async def loops(
        viewer: Annotated[Viewer, Depends(caller_of(door))], signal_id: UUID, asked: Annotated[LoopsQuery, Query()]
    ) -> LoopsAnswer:
        before = moment_place(asked.cursor)
        async with transaction(pool, viewer.tenant) as connection:
            if not await is_signal(connection, viewer.tenant, signal_id):
                raise unknown("signal", signal_id)
            found = await loops_of(
                connection, viewer.tenant, signal_id, closable=asked.closable, before=before, limit=asked.limit
            )
        page = found.page
        return LoopsAnswer(
            loops=tuple(LoopAnswer.model_validate(loop) for loop in page.items),
            closed=found.closed,
            not_closable=found.not_closable,
            next_cursor=moment_cursor(page.items[-1].closed_at, page.items[-1].contact_id) if page.more else None,
        )

    return routes
