"""The overview of a stretch of days: wins, frictions and satisfaction, from rollups and outcomes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.insights.reads.wins import Wins, wins_of
from services.insights.rules.satisfaction import Satisfaction, satisfaction
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from shared.events import Disposition


@dataclass(frozen=True, slots=True)
class DispositionCount:
    """Contacts of one disposition, and the frictions in them."""

    disposition: Disposition
    contacts: int
    frictions: int


@dataclass(frozen=True, slots=True)
class Frictions:
    """What got in the way: contacts that are about friction, all frictions in any contact, and contacts that were lost."""

    contacts: int
    frictions: int
    lost: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Whole days, UTC, `since` to `until` (excluded)."""

    since: datetime
    until: datetime
    contacts: int
    dispositions: tuple[DispositionCount, ...]
    wins: Wins
    frictions: Frictions
    satisfaction: Satisfaction | None


@dataclass(frozen=True, slots=True)
class Moves:
    """Signals that were opened, escalated, came back after their fix, and were verified."""

    opened: int
    escalated: int
    recurred: int
    verified: int


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days and the seven before them, and what happened to signals in the seven."""

    this: Overview
    before: Overview
    signals: Moves


async def week_of(connection: Connection, tenant: str, *, until: datetime) -> Week:
    """The seven days that end with `until` (excluded), the start of a day in UTC."""
    week = timedelta(days=7)
    row = await connection.fetchrow(blocks("read_summary")["moves"], tenant, until - week, until)
    assert row is not None  # an aggregate always has its row
    return Week(
        this=await overview_of(connection, tenant, since=until - week, until=until),
        before=await overview_of(connection, tenant, since=until - 2 * week, until=until - week),
        signals=Moves(**dict(row)),
    )


async def overview_of(connection: Connection, tenant: str, *, since: datetime, until: datetime) -> Overview:
    """What happened from `since` to `until`, both the start of a day in UTC."""
    sql = blocks("read_summary")
    counted = tuple(
        DispositionCount(Disposition(row["disposition"]), row["contacts"], row["frictions"])
        for row in await connection.fetch(sql["dispositions"], tenant, since.date(), until.date())
    )
    outcomes = await connection.fetchrow(sql["outcomes"], tenant, since.date(), until.date())
    assert outcomes is not None  # an aggregate always has its row
    contacts = {count.disposition: count.contacts for count in counted}
    return Overview(
        since=since,
        until=until,
        contacts=sum(contacts.values()),
        dispositions=tuple(count for count in counted if count.contacts),
        wins=await wins_of(connection, tenant, since=since, until=until),
        frictions=Frictions(
            contacts=contacts.get(Disposition.FRICTION, 0),
            frictions=sum(count.frictions for count in counted),
            lost=outcomes["lost"],
        ),
        satisfaction=satisfaction(satisfied=outcomes["satisfied"], answers=outcomes["answers"]),
    )


async def frictions_waiting(connection: Connection, tenant: str) -> int:
    """Frictions that match no signal yet."""
    return int(await connection.fetchval(blocks("read_summary")["waiting"], tenant))
