"""A title that was found, and is good: it stays."""

from datetime import datetime
from uuid import UUID

from services.insights.correcting.holding import held
from services.insights.correcting.refusals import Refused
from services.insights.store import changes, grouping, locks
from services.insights.store.connection import Connection
from services.insights.store.signals import DISCOVERY
from shared.events import Change, derived_id


async def pin(connection: Connection, tenant: str, signal_id: UUID, *, actor: str, now: datetime) -> UUID:
    """
    Keep the title that discovery gave the signal, as if `actor` had given it. Returns the id of the change.

    Raises Unknown, or Refused with `merged_away` or `nothing`, where the title is a person's already.
    """
    await locks.take(connection, shared=frozenset(), alone={tenant})
    signal = (await held(connection, tenant, [signal_id]))[signal_id]
    if signal.title_by != DISCOVERY:
        raise Refused("nothing", f"The title is {signal.title_by}'s already: it stays.")
    await grouping.pin_title(connection, tenant, signal_id, actor)
    change_id = derived_id("signal-change", tenant, signal_id, Change.PINNED, now.isoformat())
    await changes.record(
        *(connection, tenant, signal_id, Change.PINNED),
        actor=actor,
        at=now,
        before={"title_by": DISCOVERY},
        after={"title": signal.title, "title_by": actor},
        change_id=change_id,
    )
    return change_id
