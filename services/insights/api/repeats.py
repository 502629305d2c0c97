"""`GET /v1/repeats`: failures, that is, frictions that came back after a fix, and customers who met one again after an answer."""

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
from services.insights.login import Door, Viewer
from services.insights.reads.repeats import After, RepeatLine, repeats_page
from services.insights.store.connection import Pool, transaction
from shared.clock import Clock
from shared.events import Status
from shared.web import problem_responses

MOST: Final = 200


class RepeatsQuery(Asked):
    after: After | None = Field(default=None, description="Only after a fix, or only after an answer.")
    signal_id: UUID | None = None
    limit: int = Field(default=50, ge=1, le=MOST)
    cursor: str | None = Field(
        default=None, max_length=500, description="`next_cursor` of the page before, with the same filters."
    )


class RepeatAnswer(Answer):
    """
    One failure. After a fix it is a friction that came back: `customers` met it though they have the fix, `customers_again` of them had
    met it before. After an answer it is one `customer`, whose contact `answered` was reported won, and who met it again since.

    `days_until` the first such meeting and `days_since`, both from `since` on, which is the fix or the answer. `meetings` are threads,
    `contacts` their messages, `evidence` the contacts that began them: the latest 20, latest first.
    """

    repeat_id: UUID
    after: After
    signal_id: UUID
    title: str
    status: Status
    fix_id: UUID | None
    fixed_version: str | None
    answered: UUID | None
    customer: str | None
    since: datetime
    first_at: datetime
    latest_at: datetime
    days_until: int
    days_since: int
    meetings: int
    contacts: int
    customers: int
    customers_again: int
    evidence: tuple[UUID, ...]


class RepeatsAnswer(Answer):
    """A page of failures, those that were met latest first, as worked out within the last minutes. `total` counts all that fit."""

    model_config = shown_as(examples.REPEATS)

    repeats: tuple[RepeatAnswer, ...]
    total: int
    next_cursor: str | None


def repeat_routes(*, pool: Pool, door: Door, clock: Clock) -> APIRouter:
    routes = APIRouter(tags=["proof"])

    @routes.get("/repeats", summary="Failures, the latest first", responses=problem_responses(401, 403, 422, 503))
    async def repeats(
        viewer: Annotated[Viewer, Depends(caller_of(door))], asked: Annotated[RepeatsQuery, Query()]
    ) -> RepeatsAnswer:
        before, now = moment_place(asked.cursor), clock()
        async with transaction(pool, viewer.tenant) as connection:
            page, total = await repeats_page(
                connection, viewer.tenant, signal_id=asked.signal_id, after=asked.after, before=before, limit=asked.limit
            )
        return RepeatsAnswer(
            repeats=tuple(_answer(line, now) for line in page.items),
            total=total,
            next_cursor=moment_cursor(page.items[-1].latest_at, page.items[-1].repeat_id) if page.more else None,
        )

    return routes


def _answer(line: RepeatLine, now: datetime) -> RepeatAnswer:
    return RepeatAnswer(
        days_until=(line.first_at - line.since).days,
        days_since=(now - line.since).days,
        **{name: getattr(line, name) for name in line.__slots__},
    )
