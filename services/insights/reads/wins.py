"""What went well in a stretch of days: praise, contacts that were won, fixes that were verified. A contact is one win at most."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import asyncpg

from services.insights.reads.answers import Page
from services.insights.reads.passages import opening
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from shared.events import Channel

MOST_FIXES: Final = 100

_SQL: Final = "read_wins"


class Win(StrEnum):
    """Praise is praise, also where it was won."""

    PRAISE = "praise"
    WON = "won"


@dataclass(frozen=True, slots=True)
class Wins:
    """Contacts that praise, other contacts that ended well, signals whose fix is verified."""

    praise: int
    won: int
    verified: int

    @property
    def total(self) -> int:
        return self.praise + self.won + self.verified


@dataclass(frozen=True, slots=True)
class WinLine:
    """One contact that is a win: `at` is when it was said, or reported to be won; no words once it is erased."""

    win: Win
    at: datetime
    contact_id: UUID
    occurred_at: datetime
    words: str
    channel: Channel
    product: str | None
    plan: str | None
    csat: int | None


@dataclass(frozen=True, slots=True)
class VerifiedFix:
    """A signal that is verified, and since when."""

    signal_id: UUID
    title: str
    verified_at: datetime


async def wins_of(connection: Connection, tenant: str, *, since: datetime, until: datetime) -> Wins:
    """From the start of a day in UTC to the start of another (excluded)."""
    row = await connection.fetchrow(blocks(_SQL)["counts"], tenant, since, until)
    assert row is not None  # an aggregate always has its row
    return Wins(praise=row["praise"], won=row["won"], verified=row["verified"])


async def win_lines(
    connection: Connection, tenant: str, *, since: datetime, until: datetime, before: tuple[datetime, UUID], limit: int
) -> Page[WinLine]:
    """The contacts before a place, the latest first."""
    rows = await connection.fetch(blocks(_SQL)["contacts"], tenant, since, until, *before, limit + 1)
    return Page(tuple(_line(row) for row in rows[:limit]), more=len(rows) > limit)


async def verified_fixes(connection: Connection, tenant: str, *, since: datetime, until: datetime) -> tuple[VerifiedFix, ...]:
    """The latest first, at most MOST_FIXES. One that came back since is none."""
    rows = await connection.fetch(blocks(_SQL)["fixes"], tenant, since, until, MOST_FIXES)
    return tuple(VerifiedFix(**dict(row)) for row in rows)


def _line(row: asyncpg.Record) -> WinLine:
    return WinLine(
        win=Win(row["win"]),
        at=row["at"],
        contact_id=row["contact_id"],
        occurred_at=row["occurred_at"],
        words=opening(row["text"]),
        channel=Channel(row["channel"]),
        product=row["product"],
        plan=row["plan"],
        csat=row["csat"],
    )
