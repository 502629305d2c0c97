"""Signals as they stand: ranked by priority, or one of them with all that is known."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.insights.reads.answers import HistoryEntry, Look, Point, Quote
from services.insights.reads.evidence import history_of, looks_of, quotes_of
from services.insights.reads.filters import Filters, Sort
from services.insights.reads.proof import FixTold, fix_of
from services.insights.reads.shares import Shares, shares_of
from services.insights.reads.standings import Standing, judged, standings_of
from services.insights.rules.priority import Priority
from services.insights.store import snoozes
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from services.insights.store.priority import weighing
from services.insights.store.snoozes import Snoozed
from shared.events import Kind, Status, Trend

SPARK: Final = 13
"""Stretches of seven days in the small series of a list."""

MOST_WORSENING: Final = 3
"""Escalating signals that a page of the ranking names, whatever page it is."""

QUOTES_IN_LISTS: Final = 2
QUOTES_OF_ONE: Final = 6

_SQL: Final = "read_signals"
_NOTHING: Final = Look(Kind.UNKNOWN, ())


@dataclass(frozen=True, slots=True)
class Matching:
    """How many customers and contacts of a signal fit the filters."""

    customers: int
    contacts: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a list a page ends: by what it is sorted. `at` keeps the clock still while somebody turns pages."""

    score: float
    signal_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class RankedSignal:
    """
    A signal in a list: customers and contacts are all it ever had, first and last seen are exact to the hour.

    `weeks` are stretches of seven days, the last one up to now.
    `matching` is None where no filter asked for contacts.
    """

    signal_id: UUID
    title: str
    status: Status
    owner: str | None
    opened_at: datetime
    snoozed_at: datetime | None
    kind: Kind
    products: tuple[str, ...]
    trend: Trend
    priority: float
    customers: int
    contacts: int
    first_seen: datetime | None
    last_seen: datetime | None
    matching: Matching | None
    weeks: tuple[Point, ...]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A signal by name."""

    signal_id: UUID
    title: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """
    A page of the ranking; how many fit; of those that are not snoozed how many there are of each trend, and the worst; and where to go
    on, if there is more.
    """

    items: tuple[RankedSignal, ...]
    total: int
    trends: Mapping[Trend, int]
    worsening: tuple[Heading, ...]
    next: Place | None


@dataclass(frozen=True, slots=True)
class Movers:
    """Signals that got better and signals that got worse, the most urgent of each first."""

    better: tuple[RankedSignal, ...]
    worse: tuple[RankedSignal, ...]


@dataclass(frozen=True, slots=True)
class SignalDetail:
    """One signal with its evidence, its fix and the formula of its priority."""

    signal: RankedSignal
    note: str | None
    merged_into: UUID | None
    snooze: Snoozed | None
    fix: FixTold | None
    priority: Priority
    shares: Shares
    history: tuple[HistoryEntry, ...]


async def ranked_page(
    connection: Connection,
    tenant: str,
    filters: Filters,
    *,
    at: datetime,
    limit: int,
    sort: Sort = Sort.PRIORITY,
    after: Place | None = None,
    known: Sequence[Standing] | None = None,
) -> Ranking:
    """
    The tenant's signals that fit, the most urgent first unless sorted otherwise, from after a place of that list on.

    Ranks every signal by its rollups and looks closely only at those of the page. `known` are those that fit, where they are known.
    """
    at = after.at if after else at
    matching = await _matching(connection, tenant, filters) if filters.ask_contacts else None
    standings = [
        standing
        for standing in (await standings_of(connection, tenant, filters) if known is None else known)
        if matching is None or standing.signal_id in matching
    ]
    begin = (-after.score, str(after.signal_id)) if after else None
    left = sorted(
        (standing for standing in standings if begin is None or standing.order(sort) > begin), key=lambda each: each.order(sort)
    )
    page = left[:limit]
    last = page[-1] if len(left) > limit else None
    awake = [standing for standing in standings if standing.row["snoozed_at"] is None]
    return Ranking(
        items=await _closely(connection, tenant, page, matching or {}, at=at, quotes=QUOTES_IN_LISTS),
        total=len(standings),
        trends=Counter(standing.trend for standing in awake),
        worsening=_worsening(awake),
        next=Place(last.worth(sort), last.signal_id, at) if last else None,
    )


async def movers_of(connection: Connection, tenant: str, known: Sequence[Standing], *, at: datetime, most: int) -> Movers:
    """
    Better: a fix that is verified, else a trend that eases. Worse: a fix that does not hold, else what escalates, else what is new.

    At most so many of each, of all signals, which are `known`.
    """
    standings = sorted(known, key=lambda each: each.order())
    better = sorted((each for each in standings if each.better), key=lambda each: each.better)[:most]
    worse = sorted((each for each in standings if each.worse), key=lambda each: each.worse)[:most]
    close = await _closely(connection, tenant, [*better, *worse], {}, at=at, quotes=1)
    return Movers(close[: len(better)], close[len(better) :])


async def signal_of(connection: Connection, tenant: str, signal_id: UUID, *, at: datetime) -> SignalDetail | None:
    """One signal, also one that was merged away; None where this tenant has none of that id."""
    row = await connection.fetchrow(blocks(_SQL)["one_standing"], tenant, signal_id)
    if row is None:
        return None
    standing = judged(row, (await weighing(connection, tenant)).weights)
    (signal,) = await _closely(connection, tenant, [standing], {}, at=at, quotes=QUOTES_OF_ONE)
    return SignalDetail(
        signal=signal,
        note=row["note"],
        merged_into=row["merged_into"],
        snooze=await snoozes.of_signal(connection, tenant, signal_id),
        fix=await fix_of(connection, tenant, signal_id, at=at),
        priority=standing.priority,
        shares=await shares_of(connection, tenant, signal_id),
        history=await history_of(connection, tenant, signal_id),
    )


async def is_signal(connection: Connection, tenant: str, signal_id: UUID) -> bool:
    return bool(await connection.fetchval(blocks(_SQL)["is_there"], tenant, signal_id))


async def _weeks(connection: Connection, tenant: str, signal_ids: Sequence[UUID], at: datetime) -> Mapping[tuple[UUID, int], int]:
    rows = await connection.fetch(blocks(_SQL)["weeks"], tenant, at, SPARK, signal_ids)
    return {(row["signal_id"], row["weeks_ago"]): row["contacts"] for row in rows}


def _worsening(standings: Sequence[Standing]) -> tuple[Heading, ...]:
    found = sorted((each for each in standings if each.trend is Trend.ESCALATING), key=lambda each: each.order())
    return tuple(Heading(each.signal_id, each.row["title"]) for each in found[:MOST_WORSENING])


async def _matching(connection: Connection, tenant: str, filters: Filters) -> Mapping[UUID, Matching]:
    rows = await connection.fetch(
        blocks(_SQL)["matching"],
        tenant,
        *(filters.kind, filters.product, filters.version, filters.channel, filters.plan, filters.since, filters.until),
        filters.pattern,
    )
    return {row["signal_id"]: Matching(row["customers"], row["contacts"]) for row in rows}


async def _closely(
    connection: Connection,
    tenant: str,
    standings: Sequence[Standing],
    matching: Mapping[UUID, Matching],
    *,
    at: datetime,
    quotes: int,
) -> tuple[RankedSignal, ...]:
    ids = [standing.signal_id for standing in standings]
    looks = await looks_of(connection, tenant, ids)
    weeks = await _weeks(connection, tenant, ids, at)
    said = await quotes_of(connection, tenant, ids, most=quotes)
    return tuple(
        _ranked(
            standing,
            looks.get(signal_id, _NOTHING),
            matching.get(signal_id),
            _spark(signal_id, weeks, at),
            said.get(signal_id, ()),
        )
        for standing, signal_id in zip(standings, ids, strict=True)
    )


def _spark(signal_id: UUID, weeks: Mapping[tuple[UUID, int], int], at: datetime) -> tuple[Point, ...]:
    return tuple(
        Point(at - timedelta(weeks=ago + 1), weeks.get((signal_id, ago), 0), is_complete=True) for ago in reversed(range(SPARK))
    )


def _ranked(
    standing: Standing, look: Look, matching: Matching | None, weeks: tuple[Point, ...], quotes: tuple[Quote, ...]
) -> RankedSignal:
    row = standing.row
    return RankedSignal(
        signal_id=standing.signal_id,
        title=row["title"],
        status=Status(row["status"]),
        owner=row["owner"],
        opened_at=row["opened_at"],
        snoozed_at=row["snoozed_at"],
        kind=look.kind,
        products=look.products,
        trend=standing.trend,
        priority=standing.priority.score,
        customers=row["customers"],
        contacts=row["contacts"],
        first_seen=row["first_hour"],
        last_seen=row["last_hour"],
        matching=matching,
        weeks=weeks,
        quotes=quotes,
    )
