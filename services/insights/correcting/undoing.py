"""
A change is taken back: everything is as if it had never been made, whatever was changed beside it.

Merges, splits and moves may be taken back in any order. What has no place without a split has to be taken back before it; of several
changes of one title, owner, note or status the latest.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from services.insights.correcting.refusals import Refused, Unknown
from services.insights.correcting.restoring import restore
from services.insights.counting.obedience import count_again
from services.insights.rules.merging import root_of, with_merged
from services.insights.rules.statuses import PROOF
from services.insights.store import changelog, changes, grouping, locks, placements, signals
from services.insights.store.changelog import Later, Line
from services.insights.store.connection import Connection
from shared.events import Change, derived_id

VALUES: Final = ("title_by", "owner", "note", "status")
"""What a signal has one of at a time."""


async def undo(connection: Connection, tenant: str, change_id: UUID, *, actor: str, now: datetime) -> UUID:
    """
    Take a change back. Returns the id of the change that does.

    Raises Unknown, or Refused with `already_undone`, `not_undoable`, or `in_use`, which names the later change that needs this one.
    """
    await locks.take(connection, shared=frozenset(), alone={tenant})
    line = await changelog.hold(connection, tenant, change_id)
    if line is None:
        raise Unknown("change", change_id)
    if line.undone_by is not None:
        raise Refused("already_undone", "This change was taken back already.", change_id=line.undone_by)
    await _take_back(connection, tenant, line, now=now)
    undone_by = derived_id("signal-change", tenant, line.signal_id, Change.UNDONE, change_id)
    await changelog.undo(connection, tenant, change_id, by=undone_by)
    await changes.record(
        *(connection, tenant, line.signal_id, Change.UNDONE),
        actor=actor,
        at=now,
        after={"change_id": str(change_id), "change": line.change.value},
        change_id=undone_by,
        other_id=line.other_id,
    )
    return undone_by


async def _take_back(connection: Connection, tenant: str, line: Line, *, now: datetime) -> None:
    values = [name for name in VALUES if name in line.after]
    if line.actor == signals.DISCOVERY:
        raise Refused("not_undoable", "Discovery did this, and would do it again: correct what it found instead.")
    if line.change is Change.MERGED:
        await _unmerge(connection, tenant, line.signal_id)
    elif line.change is Change.SPLIT and line.other_id is not None:
        await _unite(connection, tenant, line, part=line.other_id, now=now)
    elif line.change is Change.MOVED:
        await _unplace(connection, tenant, line)
    elif line.before and values and line.actor != PROOF:
        _refuse_if(await changelog.standing_since(connection, tenant, line, values))
        await restore(connection, tenant, line)
    else:
        raise Refused("not_undoable", f"Nothing was chosen when the signal was {line.change}: there is nothing to take back.")


async def _unmerge(connection: Connection, tenant: str, signal_id: UUID) -> None:
    merged = await signals.merged(connection, tenant)
    await grouping.merge(connection, tenant, signal_id, None)
    homes = with_merged(signal_id, merged)
    await grouping.count_for(connection, tenant, homes, was=root_of(signal_id, merged), now=signal_id)


async def _unite(connection: Connection, tenant: str, line: Line, *, part: UUID, now: datetime) -> None:
    _refuse_if(await changelog.built_on(connection, tenant, part))
    await grouping.retire(connection, tenant, part, into=line.signal_id, now=now)
    merged = await signals.merged(connection, tenant)
    whole = root_of(part, merged)
    await grouping.count_for(connection, tenant, with_merged(part, merged), was=part, now=whole)
    await placements.take_back(connection, tenant, line.change_id)
    rest = await grouping.release(connection, tenant, with_merged(whole, merged), part=part, whole=whole)
    await count_again(connection, await placements.places(connection, tenant, rest))
    await grouping.reshape(connection, tenant, await grouping.undivide(connection, tenant, line.change_id), merged)
    await grouping.doubt_title(connection, tenant, line.signal_id)


async def _unplace(connection: Connection, tenant: str, line: Line) -> None:
    contacts = await placements.take_back(connection, tenant, line.change_id)
    await count_again(connection, await placements.places(connection, tenant, contacts))


def _refuse_if(later: Later | None) -> None:
    if later is not None:
        raise Refused(
            "in_use",
            f"A later change rests on this one ({later.change} by {later.actor} at {later.changed_at.isoformat()}): undo that first.",
            change_id=later.change_id,
        )
