"""The ledger of failures, as the last round of proving left it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.insights.reads.answers import Page
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from shared.events import Status

SQL: Final = "read_repeats"

Place = tuple[datetime, UUID]
"""When it was met for the last time, and its id: where a repeat stands."""


class After(StrEnum):
    """What should have been the end of it."""

    FIX = "fix"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class RepeatLine:
    """A failure: `since` the fix or the answer, `customer` and `answered` (a contact) only after an answer."""

    repeat_id: UUID
    after: After
    signal_id: UUID
    title: str
    status: Status
    fix_id: UUID | None
    fixed_version: str | None
    answered: UUID | None
    customer: str | None
    since: datetime
    first_at: datetime
    latest_at: datetime
    meetings: int
    contacts: int
    customers: int
    customers_again: int
    evidence: tuple[UUID, ...]


async def repeats_page(
    connection: Connection, tenant: str, *, signal_id: UUID | None, after: After | None, before: Place, limit: int
) -> tuple[Page[RepeatLine], int]:
    """Failures before a place, those met latest first, and how many there are in all."""
    is_fix = None if after is None else after is After.FIX
    rows = await connection.fetch(blocks(SQL)["page"], tenant, signal_id, is_fix, *before, limit + 1)
    total = int(await connection.fetchval(blocks(SQL)["total"], tenant, signal_id, is_fix))
    lines = tuple(
        RepeatLine(**{**row, "status": Status(row["status"]), "after": After.FIX if row["fix_id"] else After.ANSWER})
        for row in map(dict, rows[:limit])
    )
    return Page(lines, more=len(rows) > limit), total
