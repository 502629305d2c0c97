"""Signals that are one: what belongs to the merged ones, and what they catch from now on, counts for the other."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.insights.correcting.holding import held, in_one_space
from services.insights.correcting.refusals import Refused
from services.insights.rules.merging import with_merged
from services.insights.store import changes, grouping, locks, signals
from services.insights.store.connection import Connection
from shared.events import Change, derived_id


async def merge(
    connection: Connection, tenant: str, sources: Sequence[UUID], *, into: UUID, actor: str, now: datetime
) -> list[UUID]:
    """
    Merge signals into another. Returns the ids of the changes, one for each, in their order.

    Raises Unknown, or Refused with `same_signal`, `merged_away` or `other_space`.
    """
    await locks.take(connection, shared=frozenset(), alone={tenant})
    if into in sources or len(set(sources)) < len(sources):
        raise Refused("same_signal", "A signal cannot be merged into itself, nor twice.")
    found = await held(connection, tenant, [into, *sources])
    for source in sources:
        in_one_space(found[source].space, found[into].space)
    return [await _merge(connection, tenant, source, into, actor=actor, now=now) for source in sources]


async def _merge(connection: Connection, tenant: str, source: UUID, into: UUID, *, actor: str, now: datetime) -> UUID:
    homes = with_merged(source, await signals.merged(connection, tenant))
    await grouping.merge(connection, tenant, source, into)
    await grouping.count_for(connection, tenant, homes, was=source, now=into)
    change_id = derived_id("signal-change", tenant, source, Change.MERGED, into, now.isoformat())
    after = {"merged_into": str(into)}
    await changes.record(
        connection, tenant, source, Change.MERGED, actor=actor, at=now, after=after, change_id=change_id, other_id=into
    )
    return change_id
