"""The log of what happened to signals, and by whom. What is written there is said to others too."""

import json
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from services.insights.store import outbox, snoozes
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from shared.events import Change, SignalChanged, Status, Trend, derived_id

SQL: Final = "changes"

Facts = Mapping[str, str | float | bool | None]
"""What something was, or is now, by name: {"status": "open"}."""

NOTHING: Final[Facts] = MappingProxyType({})

WORSE: Final = frozenset({Change.ESCALATED, Change.RECURRED})
"""What a snoozed signal waits for."""


async def record(
    connection: Connection,
    tenant: str,
    signal_id: UUID,
    change: Change,
    *,
    actor: str,
    at: datetime,
    before: Facts = NOTHING,
    after: Facts = NOTHING,
    change_id: UUID | None = None,
    other_id: UUID | None = None,
) -> bool:
    """
    Write that `actor` made this change, and put a SignalChanged, which tells the signal as it is now, into the outbox.

    Call it after the change, as late in the transaction as can be: until the end nobody else of the tenant records anything.
    One by which a signal gets worse ends its snooze.

    `change_id` follows from signal, change and time where none is given. One that was recorded before changes nothing and returns False.
    `other_id` is the other signal that it is about, where there is one.
    """
    change_id = change_id or derived_id("signal-change", tenant, signal_id, change, at.isoformat())
    await connection.execute(blocks(SQL)["wait_turn"], tenant)
    is_new = await connection.fetchval(
        blocks(SQL)["record"],
        *(tenant, signal_id, change_id, change, actor, at, json.dumps(dict(before)), json.dumps(dict(after)), other_id),
    )
    if is_new and change in WORSE:
        await snoozes.end(connection, tenant, signal_id)
    if is_new:
        said = await _said(connection, tenant, signal_id, change, actor=actor, at=at)
        await outbox.put(connection, {change_id: said})
    return bool(is_new)


async def _said(
    connection: Connection, tenant: str, signal_id: UUID, change: Change, *, actor: str, at: datetime
) -> SignalChanged:
    row = await connection.fetchrow(blocks(SQL)["signal"], tenant, signal_id)
    if row is None:
        raise LookupError(f"there is no signal {signal_id}")
    return SignalChanged(
        tenant=tenant,
        signal_id=signal_id,
        change=change,
        title=row["title"],
        status=Status(row["status"]),
        trend=Trend(row["trend"]),
        customers=row["customers"],
        contacts=row["contacts"],
        actor=actor,
        changed_at=at,
    )
