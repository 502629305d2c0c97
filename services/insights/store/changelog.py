"""The log of changes, read back: what was changed, what stands on it, what was taken back."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.insights.store.blocks import blocks
from services.insights.store.changes import Facts
from services.insights.store.connection import Connection
from shared.events import Change

SQL: Final = "changelog"


@dataclass(frozen=True, slots=True)
class Line:
    """A change as it was logged. `other_id` is the other signal that it is about; `position` is its place in the log of the tenant."""

    signal_id: UUID
    change_id: UUID
    change: Change
    actor: str
    changed_at: datetime
    before: Facts
    after: Facts
    other_id: UUID | None
    undone_by: UUID | None
    position: int


@dataclass(frozen=True, slots=True)
class Later:
    """A change that came later."""

    change_id: UUID
    change: Change
    actor: str
    changed_at: datetime


async def hold(connection: Connection, tenant: str, change_id: UUID) -> Line | None:
    """A change, ours until the transaction ends; None where there is none."""
    row = await connection.fetchrow(blocks(SQL)["hold"], tenant, change_id)
    if row is None:
        return None
    return Line(
        row["signal_id"],
        row["change_id"],
        Change(row["change"]),
        row["actor"],
        row["changed_at"],
        json.loads(row["before"]),
        json.loads(row["after"]),
        row["other_id"],
        row["undone_by"],
        row["position"],
    )


async def standing_since(connection: Connection, tenant: str, line: Line, names: Collection[str]) -> Later | None:
    """The latest change of the same signal after this one that gave it another value of one of these names, and still stands: not proof's."""
    row = await connection.fetchrow(blocks(SQL)["standing_since"], tenant, line.signal_id, line.position, list(names))
    return _later(row)


async def built_on(connection: Connection, tenant: str, signal_id: UUID) -> Later | None:
    """The latest change that makes no sense without this signal, and still stands: what was merged with it, moved to it, fixed in it."""
    return _later(await connection.fetchrow(blocks(SQL)["built_on"], tenant, signal_id))


async def undo(connection: Connection, tenant: str, change_id: UUID, *, by: UUID) -> None:
    """The change was taken back, by another."""
    await connection.execute(blocks(SQL)["undo"], tenant, change_id, by)


def _later(row: asyncpg.Record | None) -> Later | None:
    return None if row is None else Later(row["change_id"], Change(row["change"]), row["actor"], row["changed_at"])
