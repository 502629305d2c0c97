"""The signals that somebody wants to change: there, of one kind, and nobody else's meanwhile."""

from collections.abc import Collection
from uuid import UUID

from services.insights.correcting.refusals import Refused, Unknown
from services.insights.rules.merging import root_of
from services.insights.store import grouping, signals
from services.insights.store.connection import Connection
from services.insights.store.grouping import Held


async def held(connection: Connection, tenant: str, signal_ids: Collection[UUID]) -> dict[UUID, Held]:
    """These signals, that were not merged into others. Raises Unknown, or Refused with `merged_away`."""
    found = await grouping.hold(connection, tenant, signal_ids)
    for signal_id in signal_ids:
        if signal_id not in found:
            raise Unknown("signal", signal_id)
        if found[signal_id].merged_into is not None:
            root = root_of(signal_id, await signals.merged(connection, tenant))
            raise Refused("merged_away", f"Signal {signal_id} was merged into {root}: change that one.")
    return found


def in_one_space(space: str, other: str) -> None:
    """Raises Refused with `other_space` where the two cannot be compared."""
    if space != other:
        raise Refused("other_space", f"What was read in the space {space} cannot be compared with {other}.")
