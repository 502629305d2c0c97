"""What changed since: the log of changes, read on from a position."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.insights.store.blocks import blocks
from services.insights.store.changes import Facts
from services.insights.store.connection import Connection
from shared.events import Change, Status, Trend

_SQL: Final = "read_news"


@dataclass(frozen=True, slots=True)
class News:
    """A change, and the signal's title, status and trend as they are now; None of each where there is no such signal any more."""

    position: int
    change_id: UUID
    signal_id: UUID
    change: Change
    actor: str
    changed_at: datetime
    before: Facts
    after: Facts
    title: str | None
    status: Status | None
    trend: Trend | None


async def latest_positions(connection: Connection, tenants: Collection[str]) -> Mapping[str, int]:
    """The position of each tenant's latest change; 0 where there was none yet."""
    rows = await connection.fetch(blocks(_SQL)["latest"], list(tenants))
    return {row["tenant"]: row["position"] for row in rows}


async def missed(connection: Connection, tenant: str, position: int, *, most: int) -> int:
    """How many changes came after `position`; counted up to `most`."""
    return int(await connection.fetchval(blocks(_SQL)["missed"], tenant, position, most))


async def news_after(connection: Connection, tenant: str, position: int, *, limit: int) -> list[News]:
    """The changes after `position`, in order."""
    return [_news(row) for row in await connection.fetch(blocks(_SQL)["after"], tenant, position, limit)]


def _news(row: asyncpg.Record) -> News:
    return News(
        position=row["position"],
        change_id=row["change_id"],
        signal_id=row["signal_id"],
        change=Change(row["change"]),
        actor=row["actor"],
        changed_at=row["changed_at"],
        before=json.loads(row["before"]),
        after=json.loads(row["after"]),
        title=row["title"],
        status=Status(row["status"]) if row["status"] else None,
        trend=Trend(row["trend"]) if row["trend"] else None,
    )
