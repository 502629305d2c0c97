"""Closing the loop: who a fix was for is told of it, once, by the app they wrote through."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

import asyncpg

from services.insights.store import outbox
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from services.insights.store.fixes import Fixed
from shared.events import LoopClosed, derived_id

SQL: Final = "loops"

AT_ONCE: Final = 1_000
"""Customers who are told in one transaction."""


async def close(connection: Connection, tenant: str, fixed: Fixed, *, but: Collection[str], now: datetime) -> int:
    """
    Tell AT_ONCE of the customers whom this fix was for, but for those who met the friction with it. Returns how many there were.

    Whom no id leads to is remembered as not closable.
    """
    rows = await connection.fetch(blocks(SQL)["open"], tenant, fixed.signal_id, fixed.fix_id, list(but), AT_ONCE)
    if not rows:
        return 0
    said = [_said(tenant, fixed, row, now) for row in rows]
    closable = [event.thread_id is not None or event.external_id is not None for event in said]
    await connection.execute(
        blocks(SQL)["close"], tenant, fixed.signal_id, fixed.fix_id, [event.contact_id for event in said], closable, now
    )
    await outbox.put(
        connection,
        {
            derived_id("loop-closed", tenant, fixed.signal_id, fixed.fix_id, event.contact_id): event
            for event, is_closable in zip(said, closable, strict=True)
            if is_closable
        },
    )
    return len(rows)


def _said(tenant: str, fixed: Fixed, row: asyncpg.Record, now: datetime) -> LoopClosed:
    return LoopClosed(
        tenant=tenant,
        signal_id=fixed.signal_id,
        title=fixed.title,
        contact_id=row["contact_id"],
        customer=row["customer"],
        source=row["source"],
        thread_id=row["thread_id"],
        external_id=row["external_id"],
        fixed_at=fixed.fix.at,
        fixed_version=fixed.fix.version,
        closed_at=now,
    )
