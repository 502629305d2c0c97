"""The first page: the Monday five minutes. Wins first, then what got in the way, then what to improve first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.insights.pages.gauge import Gauge, gauge
from services.insights.pages.listing import Row, row_of
from services.insights.pages.wording import count
from services.insights.reads.answers import Bucket
from services.insights.reads.filters import Filters
from services.insights.reads.signals import Heading, Ranking, movers_of, ranked_page
from services.insights.reads.standings import standings_of
from services.insights.reads.summary import Overview, Week, frictions_waiting, overview_of, week_of
from services.insights.store.connection import Connection
from shared.events import Trend

SHOWN: Final = 8
MOVERS: Final = 4
STRETCH: Final = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """Everything the template needs."""

    headline: str
    also: str
    worsening: tuple[Heading, ...]
    now: datetime
    is_empty: bool
    week: Week
    summary: Overview
    wins_moved: str
    frictions_moved: str
    ratio: str
    gauge: Gauge | None
    better: tuple[Row, ...]
    worse: tuple[Row, ...]
    rows: tuple[Row, ...]
    total: int
    waiting: int
    intake_url: str


async def overview_page(connection: Connection, tenant: str, *, now: datetime, intake_url: str) -> OverviewPage:
    """The page as it is now: the last seven days against the seven before, and satisfaction over four weeks."""
    tomorrow = Bucket.DAY.floor(now) + Bucket.DAY.length
    summary = await overview_of(connection, tenant, since=tomorrow - STRETCH, until=tomorrow)
    week = await week_of(connection, tenant, until=tomorrow)
    known = await standings_of(connection, tenant, Filters())
    ranking = await ranked_page(connection, tenant, Filters(), at=now, limit=SHOWN, known=known)
    movers = await movers_of(connection, tenant, known, at=now, most=MOVERS)
    waiting = 0 if ranking.total else await frictions_waiting(connection, tenant)
    is_empty = not (ranking.total or waiting or summary.contacts)
    return OverviewPage(
        headline="Nothing has arrived yet" if is_empty else _headline(ranking),
        also=_also(ranking),
        worsening=ranking.worsening,
        now=now,
        is_empty=is_empty,
        week=week,
        summary=summary,
        wins_moved=_moved(week.this.wins.total, week.before.wins.total),
        frictions_moved=_moved(week.this.frictions.contacts, week.before.frictions.contacts),
        ratio=_ratio(summary),
        gauge=gauge(summary.satisfaction) if summary.satisfaction else None,
        better=tuple(row_of(signal) for signal in movers.better),
        worse=tuple(row_of(signal) for signal in movers.worse),
        rows=tuple(row_of(signal) for signal in ranking.items),
        total=ranking.total,
        waiting=waiting,
        intake_url=intake_url,
    )


def _moved(this: int, before: int) -> str:
    """`5 more than in the week before`."""
    if this == before:
        return "as many as in the week before"
    return f"{count(abs(this - before))} {'more' if this > before else 'fewer'} than in the week before"


def _headline(ranking: Ranking) -> str:
    worse = ranking.trends.get(Trend.ESCALATING, 0)
    fresh = ranking.trends.get(Trend.NEW, 0)
    if worse:
        return f"{_spelled(worse)} signal{'' if worse == 1 else 's'} {_is(worse)} getting worse"
    if fresh:
        return f"{_spelled(fresh)} new {'signal' if fresh == 1 else 'signals'}, none getting worse"
    return "Nothing is getting worse"


def _also(ranking: Ranking) -> str:
    """What else moved, after the signals that are named."""
    unnamed = ranking.trends.get(Trend.ESCALATING, 0) - len(ranking.worsening)
    fresh = ranking.trends.get(Trend.NEW, 0) if ranking.worsening else 0
    easing = ranking.trends.get(Trend.EASING, 0)
    said = [
        f"{_spelled(unnamed).lower()} more {_is(unnamed)} getting worse" if unnamed else "",
        f"{_spelled(fresh).lower()} {_is(fresh)} new" if fresh else "",
        f"{_spelled(easing).lower()} {_is(easing)} easing" if easing else "",
    ]
    words = ", ".join(part for part in said if part)
    return f"{words[0].upper()}{words[1:]}." if words else ""


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _spelled(number: int) -> str:
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
    return words[number] if number < len(words) else count(number)


def _ratio(summary: Overview) -> str:
    wins, frictions = summary.wins.total, summary.frictions.contacts
    if not wins or not frictions:
        return ""
    if wins >= frictions:
        return f"{wins / frictions:.1f} wins for every friction."
    return f"one win for every {frictions / wins:.1f} frictions."
