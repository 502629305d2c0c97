"""
What people change about one signal: its status with the fix that shipped, its title, its owner, its note.

Every change that changes something is a line of the log, with who made it and what was before, and is told to others. The same again
changes nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, TypeAlias
from uuid import UUID

from services.insights.correcting.holding import held as named
from services.insights.correcting.refusals import Misfit, Refused
from services.insights.rules.statuses import is_legal, legal_before, takes_back
from services.insights.store import changes, fixes, locks
from services.insights.store.changes import Facts
from services.insights.store.connection import Connection
from services.insights.store.fixes import Held, Shipped, Standing
from services.insights.store.signals import DISCOVERY
from shared.events import Change, Status

AHEAD: Final = timedelta(minutes=5)
"""How much the clock of whoever tells a moment may be ahead."""


class Keep(Enum):
    """What is not told stays as it is."""

    AS_IS = "as_is"


KEEP: Final = Keep.AS_IS

Words: TypeAlias = str | Keep | None
"""A text, none, or as it is."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be from now on. `at`, `version` and `product` are those of the fix, with FIX_SHIPPED."""

    status: Status | None = None
    at: datetime | None = None
    version: Words = KEEP
    product: Words = KEEP
    title: str | None = None
    owner: Words = KEEP
    note: Words = KEEP


async def change(connection: Connection, tenant: str, signal_id: UUID, wanted: Wanted, *, actor: str, now: datetime) -> None:
    """
    Make it so.

    Raises Unknown, Misfit for a moment at which nothing can have shipped, or Refused with `merged_away`, or with `illegal_change` for a
    status that does not follow the one it has.
    """
    await locks.take(connection, shared={tenant}, alone=frozenset())
    await named(connection, tenant, [signal_id])
    held = await fixes.hold(connection, tenant, signal_id)
    made = [
        await _title(connection, tenant, signal_id, held, wanted.title, actor=actor, now=now),
        await _owner(connection, tenant, signal_id, held, wanted.owner),
        await _note(connection, tenant, signal_id, held, wanted.note),
        await _status(connection, tenant, signal_id, held, wanted, actor=actor, now=now),
    ]
    for done in filter(None, made):
        await changes.record(
            connection, tenant, signal_id, done.change, actor=actor, at=now, before=done.before, after=done.after
        )


@dataclass(frozen=True, slots=True)
class _Done:
    change: Change
    before: Facts
    after: Facts


async def _title(
    connection: Connection, tenant: str, signal_id: UUID, held: Held, title: str | None, *, actor: str, now: datetime
) -> _Done | None:
    if title is None or (title == held.title and held.title_by != DISCOVERY):
        return None
    await fixes.set_title(connection, tenant, signal_id, title, actor=actor, now=now)
    # A title that was found is made of customers' words, which may have to be forgotten: undone, it is found anew.
    was = {} if held.title_by == DISCOVERY else {"title": held.title}
    return _Done(Change.RENAMED, {**was, "title_by": held.title_by}, {"title": title, "title_by": actor})


async def _owner(connection: Connection, tenant: str, signal_id: UUID, held: Held, owner: Words) -> _Done | None:
    if isinstance(owner, Keep) or owner == held.owner:
        return None
    await fixes.set_owner(connection, tenant, signal_id, owner)
    return _Done(Change.OWNER, {"owner": held.owner}, {"owner": owner})


async def _note(connection: Connection, tenant: str, signal_id: UUID, held: Held, note: Words) -> _Done | None:
    if isinstance(note, Keep) or note == held.note:
        return None
    await fixes.set_note(connection, tenant, signal_id, note)
    return _Done(Change.NOTE, {"note": held.note}, {"note": note})


async def _status(
    connection: Connection, tenant: str, signal_id: UUID, held: Held, wanted: Wanted, *, actor: str, now: datetime
) -> _Done | None:
    before, status = held.standing, wanted.status
    if status is None:
        return None
    if not is_legal(before.status, status):
        allowed = ", ".join(legal_before(status))
        raise Refused("illegal_change", f"A signal that is {before.status} cannot become {status}: that follows {allowed}.")
    fix_id = (
        await _ship(connection, tenant, signal_id, held, wanted, actor=actor, now=now)
        if status is Status.FIX_SHIPPED
        else await _left(connection, tenant, signal_id, before, status)
    )
    if (status, fix_id) == (before.status, before.fix_id):
        return None
    after = Standing(status, actor, now, fix_id)
    await fixes.set_status(connection, tenant, signal_id, after)
    return _Done(Change.RECURRED if status is Status.RECURRED else Change.STATUS, before.facts, after.facts)


async def _ship(
    connection: Connection, tenant: str, signal_id: UUID, held: Held, wanted: Wanted, *, actor: str, now: datetime
) -> UUID:
    """The fix that counts from now on: a new one, or that which was told before, put right."""
    is_told_again = held.standing.status is Status.FIX_SHIPPED
    known = await fixes.fixed_one(connection, tenant, signal_id) if is_told_again else None
    old = known.fix if known else Shipped(now, None, None, held.standing.fix_id, actor, now)
    new = replace(
        old,
        at=wanted.at or old.at,
        version=old.version if isinstance(wanted.version, Keep) else wanted.version,
        product=old.product if isinstance(wanted.product, Keep) else wanted.product,
    )
    if new.at > now + AHEAD:
        raise Misfit("at", "is in the future")
    if new.at < held.first_met:
        raise Misfit("at", f"is before the signal was first met, which was at {held.first_met.isoformat()}")
    if known and new == old:
        return known.fix_id
    return await fixes.ship(connection, tenant, signal_id, replace(new, told_by=actor, told_at=now))


async def _left(connection: Connection, tenant: str, signal_id: UUID, before: Standing, status: Status) -> UUID | None:
    """The fix that counts when a signal leaves for another status."""
    if not takes_back(before.status, status):
        return before.fix_id
    known = await fixes.fixed_one(connection, tenant, signal_id)
    return known.fix.follows if known else None
