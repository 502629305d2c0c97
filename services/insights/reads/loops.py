"""Whom the fixes of a signal were for: who was told, and who cannot be."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.insights.reads.answers import Page
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection

SQL: Final = "read_loops"


@dataclass(frozen=True, slots=True)
class Loop:
    """One customer, by one of their contacts, and the ids by which the upstream app can find them: gone once they are forgotten."""

    contact_id: UUID
    fix_id: UUID
    is_closable: bool
    closed_at: datetime
    source: str | None
    thread_id: str | None
    external_id: str | None


@dataclass(frozen=True, slots=True)
class Loops:
    """A page, the latest first, and how many there are in all."""

    page: Page[Loop]
    closed: int
    not_closable: int


async def loops_of(
    connection: Connection, tenant: str, signal_id: UUID, *, closable: bool | None, before: tuple[datetime, UUID], limit: int
) -> Loops:
    """The loops of a signal before a place."""
    rows = await connection.fetch(blocks(SQL)["page"], tenant, signal_id, closable, *before, limit + 1)
    numbers = await connection.fetchrow(blocks(SQL)["numbers"], tenant, signal_id)
    assert numbers is not None  # an aggregate always has its row
    return Loops(Page(tuple(Loop(**dict(row)) for row in rows[:limit]), more=len(rows) > limit), **dict(numbers))
