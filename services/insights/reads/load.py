"""What the team answers again and again while nothing moves, and what that takes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from shared.events import Status, Trend

UNMOVED: Final = (Status.OPEN, Status.ACKNOWLEDGED, Status.PLANNED)
"""Statuses of signals for which no fix has shipped."""


@dataclass(frozen=True, slots=True)
class Load:
    """
    Contacts, how many of them have an outcome, how many of those tell the time they took, and that time.

    `coverage` is the share of the contacts that tell it.
    """

    contacts: int
    answered: int
    timed: int
    hours: float

    @property
    def coverage(self) -> float:
        return self.timed / self.contacts if self.contacts else 0.0

    @property
    def hours_if_all_took_as_long(self) -> float | None:
        """The hours of the timed ones, carried over to all; None where none is timed."""
        return self.hours * self.contacts / self.timed if self.timed else None


@dataclass(frozen=True, slots=True)
class SameAnswer:
    """A signal that nothing was done about, and the load it brings."""

    signal_id: UUID
    title: str
    status: Status
    trend: Trend
    owner: str | None
    load: Load


@dataclass(frozen=True, slots=True)
class SameAnswers:
    """`signals` of `total`, the most answered first; `all` is the load of all of them."""

    signals: tuple[SameAnswer, ...]
    total: int
    all: Load


async def same_answers(connection: Connection, tenant: str, *, since: datetime, until: datetime, limit: int) -> SameAnswers:
    """What contacts from `since` to `until` (excluded), both the start of a day in UTC, brought to the team."""
    rows = await connection.fetch(blocks("read_load")["same_answers"], tenant, since, until, list(UNMOVED), limit)
    found = tuple(
        SameAnswer(
            signal_id=row["signal_id"],
            title=row["title"],
            status=Status(row["status"]),
            trend=Trend(row["trend"]),
            owner=row["owner"],
            load=Load(row["contacts"], row["answered"], row["timed"], row["seconds"] / 3600),
        )
        for row in rows
    )
    if not rows:
        return SameAnswers((), 0, Load(0, 0, 0, 0.0))
    first = rows[0]
    whole = Load(first["all_contacts"], first["all_answered"], first["all_timed"], first["all_seconds"] / 3600)
    return SameAnswers(found, first["total"], whole)
