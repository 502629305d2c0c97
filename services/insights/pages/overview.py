"""The first page: the Monday five minutes. Wins first, then what got in the way, then what to improve first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.insights.api.places import rank_cursor
from services.insights.pages.gauge import Gauge, gauge
from services.insights.pages.listing import Row, row_of
from services.insights.pages.wording import count
from services.insights.reads.answers import Bucket
from services.insights.reads.filters import Filters
from services.insights.reads.signals import Heading, Place, Ranking, ranked_page
from services.insights.reads.summary import Overview, frictions_waiting, overview_of
from services.insights.store.connection import Connection
from shared.events import Trend

SHOWN: Final = 12
STRETCH: Final = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """Everything the template needs."""

    headline: str
    worsening: tuple[Heading, ...]
    also: str
    since: datetime
    now: datetime
    is_empty: bool
    is_first: bool
    summary: Overview
    ratio: str
    gauge: Gauge | None
    rows: tuple[Row, ...]
    total: int
    waiting: int
    next_cursor: str | None
    intake_url: str


async def overview_page(
    connection: Connection, tenant: str, *, now: datetime, after: Place | None, intake_url: str
) -> OverviewPage:
    """The page as it is now, its list from after a place on."""
    tomorrow = Bucket.DAY.floor(now) + Bucket.DAY.length
    since = tomorrow - STRETCH
    summary = await overview_of(connection, tenant, since=since, until=tomorrow)
    ranking = await ranked_page(connection, tenant, Filters(), at=now, limit=SHOWN, after=after)
    waiting = 0 if ranking.total else await frictions_waiting(connection, tenant)
    is_empty = not (ranking.total or waiting or summary.contacts)
    return OverviewPage(
        headline="Nothing has arrived yet" if is_empty else _headline(ranking),
        worsening=ranking.worsening,
        also=_also(ranking),
        since=since,
        now=now,
        is_empty=is_empty,
        is_first=after is None,
        summary=summary,
        ratio=_ratio(summary),
        gauge=gauge(summary.satisfaction) if summary.satisfaction else None,
        rows=tuple(row_of(signal) for signal in ranking.items),
        total=ranking.total,
        waiting=waiting,
        next_cursor=rank_cursor(ranking.next),
        intake_url=intake_url,
    )


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
    return f"One win for every {frictions / wins:.1f} frictions."
