"""One friction of one contact belongs elsewhere, or just where it is: whatever is read or found later, it stays there."""

from datetime import datetime
from uuid import UUID

from services.insights.correcting.holding import held, in_one_space
from services.insights.correcting.refusals import Misfit, Refused, Unknown
from services.insights.counting.obedience import count_again
from services.insights.store import changes, locks, placements
from services.insights.store.changes import Facts
from services.insights.store.connection import Connection
from services.insights.store.placements import Found
from shared.events import Change, derived_id


async def move(
    connection: Connection, tenant: str, contact_id: UUID, *, ordinal: int | None, to: UUID | None, actor: str, now: datetime
) -> UUID:
    """
    Put a friction into a signal, or into none; into the one where it is, it is pinned there. Returns the id of the change.

    Raises Unknown, Misfit where it is not clear which friction is meant, or Refused with `nothing`, `merged_away` or `other_space`.
    """
    await locks.take(connection, shared=frozenset(), alone={tenant})
    friction = await _friction(connection, tenant, contact_id, ordinal)
    if to is not None:
        in_one_space(friction.space, (await held(connection, tenant, [to]))[to].space)
    about = to or friction.signal_id
    if about is None:
        raise Refused("nothing", "This friction is in no signal.")
    change_id = derived_id("signal-change", tenant, about, Change.MOVED, contact_id, friction.ordinal, now.isoformat())
    await placements.put(connection, tenant, [friction.friction_id], signal_id=to, change_id=change_id)
    await count_again(connection, [friction.place])
    which: Facts = {"contact_id": str(contact_id), "friction": float(friction.ordinal)}
    await changes.record(
        *(connection, tenant, about, Change.MOVED),
        actor=actor,
        at=now,
        before={"signal_id": _named(friction.signal_id)},
        after={"signal_id": _named(to), **which},
        change_id=change_id,
        other_id=friction.signal_id if friction.signal_id != about else None,
    )
    return change_id


async def _friction(connection: Connection, tenant: str, contact_id: UUID, ordinal: int | None) -> Found:
    places = await placements.places(connection, tenant, [contact_id])
    if not places:
        raise Unknown("contact", contact_id)
    found = (await placements.frictions(connection, places)).get(places[0].key, [])
    if not found:
        raise Refused("nothing", "This contact has no friction.")
    if ordinal is None and len(found) > 1:
        raise Misfit("friction", f"this contact has several: name one, 0 to {len(found) - 1}")
    if ordinal is not None and ordinal >= len(found):
        raise Misfit("friction", f"this contact has {len(found)}, numbered from 0")
    return found[ordinal or 0]


def _named(signal_id: UUID | None) -> str | None:
    return None if signal_id is None else str(signal_id)
