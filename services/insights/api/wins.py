"""`GET /v1/wins` and `GET /v1/same-answers`: what went well, and what keeps the team busy while nothing moves."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from services.insights.api import examples
from services.insights.api.answer import Answer, shown_as
from services.insights.api.callers import caller_of
from services.insights.api.days import DaysQuery
from services.insights.api.places import contact_cursor, contact_place
from services.insights.api.summary import WinsAnswer
from services.insights.login import Door, Viewer
from services.insights.reads.load import same_answers
from services.insights.reads.wins import Win, verified_fixes, win_lines, wins_of
from services.insights.store.connection import Pool, transaction
from shared.clock import Clock
from shared.events import Channel, Status, Trend
from shared.web import problem_responses

MOST: Final = 200


class WinsQuery(DaysQuery):
    """Which days, and which page."""

    limit: int = Field(default=50, ge=1, le=MOST)
    cursor: str | None = Field(default=None, max_length=500, description="`next_cursor` of the page before, with the same days.")


class LoadQuery(DaysQuery):
    """Which days, and how many signals."""

    limit: int = Field(default=20, ge=1, le=MOST)


class WinAnswer(Answer):
    """A contact that is a win. `at` is when it was said, or reported to be won; no words once its customer was forgotten."""

    win: Win
    at: datetime
    contact_id: UUID
    occurred_at: datetime
    words: str
    channel: Channel
    product: str | None
    plan: str | None
    csat: int | None


class VerifiedFixAnswer(Answer):
    signal_id: UUID
    title: str
    verified_at: datetime


class WinsPageAnswer(Answer):
    """
    Whole days in UTC, `until` excluded. `wins` counts all of them; `contacts` is a page, the latest first.

    Praise is praise, also where it was won, so that a contact is one win. A fix that came back is none; at most 100 are named.
    """

    model_config = shown_as(examples.WINS)

    since: datetime
    until: datetime
    wins: WinsAnswer
    contacts: tuple[WinAnswer, ...]
    fixes: tuple[VerifiedFixAnswer, ...]
    next_cursor: str | None


class LoadAnswer(Answer):
    """
    What contacts took: how many were answered (an outcome was reported), how many of those told their time, and the hours they told.

    `coverage` is timed of all contacts. `hours_if_all_took_as_long` is not measured: it carries the hours over to all contacts, and is
    null where nobody told any.
    """

    contacts: int
    answered: int
    timed: int
    hours: float
    coverage: float
    hours_if_all_took_as_long: float | None


class SameAnswer(Answer):
    signal_id: UUID
    title: str
    status: Status
    trend: Trend
    owner: str | None
    load: LoadAnswer


class SameAnswersAnswer(Answer):
    """Signals that are open, acknowledged or planned, by contacts answered on these days; `all` is the load of `total` of them."""

    model_config = shown_as(examples.SAME_ANSWERS)

    since: datetime
    until: datetime
    signals: tuple[SameAnswer, ...]
    total: int
    all: LoadAnswer


def win_routes(*, pool: Pool, door: Door, clock: Clock) -> APIRouter:
    routes = APIRouter(tags=["overview"])
    caller = Depends(caller_of(door))

    @routes.get("/wins", summary="Praise, contacts won, fixes verified", responses=problem_responses(401, 403, 422, 503))
    async def wins(viewer: Annotated[Viewer, caller], asked: Annotated[WinsQuery, Query()]) -> WinsPageAnswer:
        since, until = asked.days(clock())
        before = contact_place(asked.cursor)
        async with transaction(pool, viewer.tenant) as connection:
            counts = await wins_of(connection, viewer.tenant, since=since, until=until)
            fixes = await verified_fixes(connection, viewer.tenant, since=since, until=until)
            page = await win_lines(connection, viewer.tenant, since=since, until=until, before=before, limit=asked.limit)
        return WinsPageAnswer(
            since=since,
            until=until,
            wins=WinsAnswer.model_validate(counts),
            contacts=tuple(WinAnswer.model_validate(line) for line in page.items),
            fixes=tuple(VerifiedFixAnswer.model_validate(fix) for fix in fixes),
            next_cursor=contact_cursor(page.items[-1].at, page.items[-1].contact_id) if page.more else None,
        )

    @routes.get(
        "/same-answers",
        summary="What is answered again and again while nothing moves",
        responses=problem_responses(401, 403, 422, 503),
    )
    async def load(viewer: Annotated[Viewer, caller], asked: Annotated[LoadQuery, Query()]) -> SameAnswersAnswer:
        since, until = asked.days(clock())
        async with transaction(pool, viewer.tenant) as connection:
            found = await same_answers(connection, viewer.tenant, since=since, until=until, limit=asked.limit)
        return SameAnswersAnswer(
            since=since,
            until=until,
            signals=tuple(SameAnswer.model_validate(signal) for signal in found.signals),
            total=found.total,
            all=LoadAnswer.model_validate(found.all),
        )

    return routes
