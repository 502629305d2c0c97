"""The overview of a stretch of days: wins, frictions and satisfaction, from rollups and outcomes."""

from dataclasses import dataclass
from datetime import datetime

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
class Wins:
    """What went well: customers who praised, and contacts that ended well."""

    praise: int
    won: int

    @property
    def total(self) -> int:
        return self.praise + self.won


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


async def overview_of(connection: Connection, tenant: str, *, since: datetime, until: datetime) -> Overview:
    """What happened from `since` to `until`, both the start of a day in UTC."""
    sql = blocks("read_summary")
    counted = tuple(
        DispositionCount(Disposition(row["disposition"]), row["contacts"], row["frictions"])
        for row in await connection.fetch(sql["dispositions"], tenant, since.date(), until.date())
    )
    outcomes = await connection.fetchrow(sql["outcomes"], tenant, since, until)
    assert outcomes is not None  # an aggregate always has its row
    contacts = {count.disposition: count.contacts for count in counted}
    return Overview(
        since=since,
        until=until,
        contacts=sum(contacts.values()),
        dispositions=tuple(count for count in counted if count.contacts),
        wins=Wins(praise=contacts.get(Disposition.PRAISE, 0), won=outcomes["won"]),
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
