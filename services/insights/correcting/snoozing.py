"""A signal that nobody is told of until it gets worse."""

from datetime import datetime
from uuid import UUID

from services.insights.correcting.holding import held
from services.insights.store import changes, snoozes
from services.insights.store.connection import Connection
from services.insights.store.snoozes import Snoozed
from shared.events import Change


async def snooze(connection: Connection, tenant: str, signal_id: UUID, *, actor: str, now: datetime) -> Snoozed:
    """
    Tell nobody of the signal until it is worse than it is now, also where it is snoozed already.

    Raises Unknown, or Refused with `merged_away`.
    """
    await held(connection, tenant, [signal_id])
    snoozed = await snoozes.put(connection, tenant, signal_id, actor=actor, at=now)
    assert snoozed is not None
    after: changes.Facts = {"trend": snoozed.trend, "contacts": snoozed.contacts}
    await changes.record(connection, tenant, signal_id, Change.SNOOZED, actor=actor, at=now, after=after)
    return snoozed


async def wake(connection: Connection, tenant: str, signal_id: UUID, *, actor: str, now: datetime) -> None:
    """Tell of it again. Raises as `snooze` does; of one that is not snoozed nothing changes."""
    await held(connection, tenant, [signal_id])
    if await snoozes.end(connection, tenant, signal_id):
        await changes.record(connection, tenant, signal_id, Change.WOKEN, actor=actor, at=now)
