"""What the team answers again and again while nothing moves, and what that takes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.insights.pages.wording import hours, plural
from services.insights.reads.answers import Bucket
from services.insights.reads.load import Load, SameAnswer, same_answers
from services.insights.store.connection import Connection
from shared.web.wording import percent

STRETCH: Final = timedelta(days=28)
SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class LoadLine:
    """One signal; `width` is its share of the most answered, in percent; `time` what its contacts took, `about` if all took as long."""

    answer: SameAnswer
    width: float
    time: str
    about: str


@dataclass(frozen=True, slots=True)
class SameAnswersPage:
    """Everything the template needs."""

    now: datetime
    headline: str
    lead: str
    lines: tuple[LoadLine, ...]
    more: int


async def same_answers_page(connection: Connection, tenant: str, *, now: datetime) -> SameAnswersPage:
    """The last four weeks."""
    until = Bucket.DAY.floor(now) + Bucket.DAY.length
    found = await same_answers(connection, tenant, since=until - STRETCH, until=until, limit=SHOWN)
    most = max((answer.load.contacts for answer in found.signals), default=1)
    return SameAnswersPage(
        now=now,
        headline=_headline(found.all),
        lead=_lead(found.all, found.total),
        lines=tuple(_line(answer, most) for answer in found.signals),
        more=found.total - len(found.signals),
    )


def _headline(load: Load) -> str:
    return f"The same answer, {plural(load.contacts, 'time', 'times')}" if load.contacts else "Nothing is answered in vain"


def _lead(load: Load, signals: int) -> str:
    if not load.contacts:
        return ""
    said = f"{plural(load.contacts, 'contact', 'contacts')} in four weeks about {plural(signals, 'signal', 'signals')} for which no fix has shipped."
    if not load.timed:
        return f"{said} Report the minutes that contacts take, and this page says what that costs."
    whole = load.hours_if_all_took_as_long or load.hours
    return f"{said} {hours(load.hours)} of work were reported for {percent(load.coverage)} of them; if all took as long, {hours(whole)}."


def _line(answer: SameAnswer, most: int) -> LoadLine:
    load = answer.load
    whole = load.hours_if_all_took_as_long
    return LoadLine(
        answer,
        width=round(100 * load.contacts / most, 2),
        time=hours(load.hours) if load.timed else "none",
        about=f"about {hours(whole)} in all" if whole is not None and load.timed < load.contacts else "",
    )
