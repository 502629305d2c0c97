"""`GET /v1/summary`: wins, frictions, satisfaction and the top signals of a stretch of days."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from services.insights.api import examples
from services.insights.api.answer import Answer, shown_as
from services.insights.api.callers import caller_of
from services.insights.api.parameters import Asked, Time
from services.insights.api.refusals import refuse
from services.insights.api.signal_answers import SignalAnswer
from services.insights.login import Door, Viewer
from services.insights.reads.answers import Bucket
from services.insights.reads.filters import Filters
from services.insights.reads.signals import ranked_page
from services.insights.reads.summary import overview_of
from services.insights.rules.satisfaction import AIM, Verdict
from services.insights.store.connection import Pool, transaction
from shared.clock import Clock
from shared.events import Disposition
from shared.web import problem_responses

USUAL: Final = timedelta(days=28)
LONGEST: Final = timedelta(days=731)
TOP: Final = 10


class SummaryQuery(Asked):
    """Which days."""

    since: Time | None = Field(default=None, description="First day, UTC. Default: 28 days before `until`.")
    until: Time | None = Field(default=None, description="Up to the end of this moment's day, UTC. Default: now.")


class DispositionAnswer(Answer):
    disposition: Disposition
    contacts: int
    frictions: int


class WinsAnswer(Answer):
    total: int
    praise: int
    won: int


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
    top_signals: tuple[SignalAnswer, ...]


def summary_routes(*, pool: Pool, door: Door, clock: Clock) -> APIRouter:
    routes = APIRouter(tags=["overview"])

    @routes.get("/summary", summary="Wins, frictions, satisfaction, top signals", responses=problem_responses(401, 403, 422, 503))
    async def summary(
        viewer: Annotated[Viewer, Depends(caller_of(door))], asked: Annotated[SummaryQuery, Query()]
    ) -> SummaryAnswer:
        now = clock()
        since, until = _days(asked, now)
        async with transaction(pool, viewer.tenant) as connection:
            overview = await overview_of(connection, viewer.tenant, since=since, until=until)
            top = await ranked_page(connection, viewer.tenant, Filters(), at=now, limit=TOP)
        return SummaryAnswer(
            since=overview.since,
            until=overview.until,
            contacts=overview.contacts,
            dispositions=tuple(DispositionAnswer.model_validate(count) for count in overview.dispositions),
            wins=WinsAnswer.model_validate(overview.wins),
            frictions=FrictionsAnswer.model_validate(overview.frictions),
            satisfaction=SatisfactionAnswer.model_validate(overview.satisfaction) if overview.satisfaction else None,
            top_signals=tuple(SignalAnswer.model_validate(signal) for signal in top.items),
        )

    return routes


def _days(asked: SummaryQuery, now: datetime) -> tuple[datetime, datetime]:
    until = Bucket.DAY.floor((asked.until or now).astimezone(UTC)) + Bucket.DAY.length
    since = Bucket.DAY.floor((asked.since or until - USUAL).astimezone(UTC))
    if since >= until:
        raise refuse("since", "has to be before until")
    if until - since > LONGEST:
        raise refuse("since", f"at most {LONGEST.days} days before until")
    return since, until
