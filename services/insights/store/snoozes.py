"""Signals that are not spoken of until they get worse, and how they stood when somebody said so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.insights.rules.alerts import Snooze
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from shared.events import Trend

SQL: Final = "snoozes"


@dataclass(frozen=True, slots=True)
class Snoozed:
    """Who snoozed a signal, when, and how it stood: its trend, and the contacts of the day before."""

    signal_id: UUID
    actor: str
    snoozed_at: datetime
    trend: Trend
    contacts: int


@dataclass(frozen=True, slots=True)
class Asleep:
    """How a signal stood when it was snoozed, and its contacts of the last day."""

    snooze: Snooze
    latest: int


async def put(connection: Connection, tenant: str, signal_id: UUID, *, actor: str, at: datetime) -> Snoozed | None:
    """Snooze a signal as it now stands, also one that is snoozed; None where there is none, or it was merged away."""
    row = await connection.fetchrow(blocks(SQL)["put"], tenant, signal_id, actor, at)
    return _snoozed(row) if row else None


async def end(connection: Connection, tenant: str, signal_id: UUID) -> bool:
    """Speak of it again. Returns whether it was snoozed."""
    return bool(await connection.fetchval(blocks(SQL)["end"], tenant, signal_id))


async def of_signal(connection: Connection, tenant: str, signal_id: UUID) -> Snoozed | None:
    row = await connection.fetchrow(blocks(SQL)["of_signal"], tenant, signal_id)
    return _snoozed(row) if row else None


async def of_tenant(connection: Connection, tenant: str, *, at: datetime) -> Mapping[UUID, Asleep]:
    rows = await connection.fetch(blocks(SQL)["of_tenant"], tenant, at)
    return {row["signal_id"]: Asleep(Snooze(Trend(row["trend"]), row["contacts"]), row["latest"]) for row in rows}


def _snoozed(row: asyncpg.Record) -> Snoozed:
    return Snoozed(row["signal_id"], row["actor"], row["snoozed_at"], Trend(row["trend"]), row["contacts"])
