"""`GET /v1/summary`: wins, frictions, satisfaction and the top signals of a stretch of days."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query

from services.insights.api import examples
from services.insights.api.answer import Answer, shown_as
from services.insights.api.callers import caller_of
from services.insights.api.days import DaysQuery
from services.insights.api.signal_answers import SignalAnswer
from services.insights.login import Door, Viewer
from services.insights.reads.filters import Filters
from services.insights.reads.signals import ranked_page
from services.insights.reads.summary import overview_of, week_of
from services.insights.rules.satisfaction import AIM, Verdict
from services.insights.store.connection import Pool, transaction
from shared.clock import Clock
from shared.events import Disposition
from shared.web import problem_responses

TOP: Final = 10


class DispositionAnswer(Answer):
    disposition: Disposition
    contacts: int
    frictions: int


class WinsAnswer(Answer):
    """Contacts that praise, other contacts that ended well, signals whose fix is verified."""

    total: int
    praise: int
    won: int
    verified: int


class FrictionsAnswer(Answer):
    contacts: int
    frictions: int
    lost: int


class SatisfactionAnswer(Answer):
    """The share of CSAT answers of 4 or 5, its 95 % interval (Wilson), how many answered, and where it lies against the aim."""

    share: float
    low: float
    high: float
    answers: int
    verdict: Verdict


class StretchAnswer(Answer):
    """Whole days in UTC, `until` excluded."""

    since: datetime
    until: datetime
    contacts: int
    wins: WinsAnswer
    frictions: FrictionsAnswer
    satisfaction: SatisfactionAnswer | None


class MovesAnswer(Answer):
    """How many signals were opened, escalated, came back after their fix, and were verified."""

    opened: int
    escalated: int
    recurred: int
    verified: int


class WeekAnswer(Answer):
    """The seven days before `until`, the seven before those, and what happened to signals this week."""

    this_week: StretchAnswer
    week_before: StretchAnswer
    signals: MovesAnswer


class SummaryAnswer(Answer):
    """Whole days in UTC, `until` excluded. `satisfaction` is null while nobody has answered."""

    model_config = shown_as(examples.SUMMARY)

    since: datetime
    until: datetime
    contacts: int
    dispositions: tuple[DispositionAnswer, ...]
    wins: WinsAnswer
    frictions: FrictionsAnswer
    satisfaction: SatisfactionAnswer | None
    satisfaction_aim: tuple[float, float] = AIM
    since_last_week: WeekAnswer
    top_signals: tuple[SignalAnswer, ...]


def summary_routes(*, pool: Pool, door: Door, clock: Clock) -> APIRouter:
    routes = APIRouter(tags=["overview"])

    @routes.get("/summary", summary="Wins, frictions, satisfaction, top signals", responses=problem_responses(401, 403, 422, 503))
    async def summary(viewer: Annotated[Viewer, Depends(caller_of(door))], asked: Annotated[DaysQuery, Query()]) -> SummaryAnswer:
        now = clock()
        since, until = asked.days(now)
        async with transaction(pool, viewer.tenant) as connection:
            overview = await overview_of(connection, viewer.tenant, since=since, until=until)
            week = await week_of(connection, viewer.tenant, until=until)
            top = await ranked_page(connection, viewer.tenant, Filters(), at=now, limit=TOP)
        return SummaryAnswer(
            since=overview.since,
            until=overview.until,
            contacts=overview.contacts,
            dispositions=tuple(DispositionAnswer.model_validate(count) for count in overview.dispositions),
            wins=WinsAnswer.model_validate(overview.wins),
            frictions=FrictionsAnswer.model_validate(overview.frictions),
            satisfaction=SatisfactionAnswer.model_validate(overview.satisfaction) if overview.satisfaction else None,
            since_last_week=WeekAnswer(
                this_week=StretchAnswer.model_validate(week.this),
                week_before=StretchAnswer.model_validate(week.before),
                signals=MovesAnswer.model_validate(week.signals),
            ),
            top_signals=tuple(SignalAnswer.model_validate(signal) for signal in top.items),
        )

    return routes
