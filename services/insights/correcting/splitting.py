"""A signal that is two: a part of it becomes a signal of its own, and both catch what is nearest to them from now on."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.insights.correcting.holding import held
from services.insights.correcting.refusals import Misfit, Refused
from services.insights.rules.dividing import centres_of
from services.insights.store import changes, grouping, locks, placements, signals
from services.insights.store.changes import Facts
from services.insights.store.connection import Connection
from services.insights.store.grouping import Held, Part
from services.insights.store.signals import DISCOVERY, UNTITLED, FrictionId
from shared.events import Change, derived_id

MOST_LOOKED_AT: Final = 5_000
"""The latest frictions of a signal, by which it is told what is like a contact and what is not."""


@dataclass(frozen=True, slots=True)
class Named:
    """A friction by its contact and its number there; None: all it has in the signal."""

    contact_id: UUID
    ordinal: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be split off: these frictions, or whatever is more like one of them than like the rest."""

    frictions: tuple[Named, ...] = ()
    like: Named | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The change, and the signal it made of so many frictions."""

    change_id: UUID
    signal_id: UUID
    frictions: int


async def split(connection: Connection, tenant: str, signal_id: UUID, wanted: Wanted, *, actor: str, now: datetime) -> Done:
    """
    Make a signal of a part of this one, under an id that follows from the part's first friction and this change.

    Raises Unknown, Misfit for a contact that has nothing here, or Refused with `merged_away`, `nothing` or `everything`.
    """
    await locks.take(connection, shared=frozenset(), alone={tenant})
    whole = (await held(connection, tenant, [signal_id]))[signal_id]
    chosen = await _chosen(connection, tenant, signal_id, wanted)
    if not chosen:
        raise Refused("nothing", "Nothing in the signal is more like this contact than like the rest.")
    if len(chosen) == await grouping.size(connection, tenant, signal_id):
        raise Refused("everything", "These are all that the signal has: nothing would be left.")
    change_id = derived_id("signal-change", tenant, signal_id, Change.SPLIT, *_names(chosen[0]), now.isoformat())
    part = Part(
        derived_id("signal-part", tenant, change_id, *_names(chosen[0])),
        signal_id,
        wanted.title or UNTITLED,
        actor if wanted.title else DISCOVERY,
        tuple(chosen),
    )
    await _take_away(connection, tenant, part, change_id, now=now)
    await _record(connection, tenant, whole, part, change_id, actor=actor, now=now)
    return Done(change_id, part.signal_id, len(chosen))


async def _chosen(connection: Connection, tenant: str, signal_id: UUID, wanted: Wanted) -> list[FrictionId]:
    if wanted.like is not None:
        return await _like(connection, tenant, signal_id, wanted.like)
    asked = {(named.contact_id, named.ordinal) for named in wanted.frictions}
    there = await grouping.of_contacts(connection, tenant, signal_id, {contact_id for contact_id, _ in asked})
    _all_there(wanted.frictions, there)
    return [each for each in there if asked & {(each.contact_id, None), (each.contact_id, each.ordinal)}]


def _all_there(asked: Sequence[Named], there: Sequence[FrictionId]) -> None:
    known = {(each.contact_id, each.ordinal) for each in there} | {(each.contact_id, None) for each in there}
    for place, named in enumerate(asked):
        if (named.contact_id, named.ordinal) not in known:
            raise Misfit(f"frictions.{place}", f"contact {named.contact_id} has no such friction in this signal")


async def _like(connection: Connection, tenant: str, signal_id: UUID, like: Named) -> list[FrictionId]:
    there = await grouping.of_contacts(connection, tenant, signal_id, [like.contact_id])
    mine = [each for each in there if like.ordinal in (None, each.ordinal)]
    if not mine:
        raise Misfit("nearest_to", f"contact {like.contact_id} has no such friction in this signal")
    if len(mine) > 1:
        numbers = ", ".join(str(each.ordinal) for each in mine)
        raise Misfit("nearest_to.friction", f"this contact has several frictions here ({numbers}): name one")
    seed = await grouping.vector_of(connection, tenant, mine[0])
    members = await grouping.members(connection, tenant, signal_id, limit=MOST_LOOKED_AT)
    centres = None if seed is None or members is None else await asyncio.to_thread(centres_of, members, seed)
    return [] if centres is None else await grouping.like(connection, tenant, signal_id, centres)


async def _take_away(connection: Connection, tenant: str, part: Part, change_id: UUID, *, now: datetime) -> None:
    await grouping.open_part(connection, tenant, part, now=now)
    homes = await grouping.divide(connection, tenant, part.frictions, change_id=change_id)
    await placements.put(connection, tenant, part.frictions, signal_id=part.signal_id, change_id=change_id)
    await grouping.put_in_part(connection, tenant, part)
    await grouping.reshape(connection, tenant, homes, await signals.merged(connection, tenant))
    await grouping.doubt_title(connection, tenant, part.whole)


async def _record(
    connection: Connection, tenant: str, whole: Held, part: Part, change_id: UUID, *, actor: str, now: datetime
) -> None:
    opened = derived_id("signal-change", tenant, part.signal_id, Change.OPENED, "")
    titled = {"title": part.title} if part.title_by != DISCOVERY else {}
    after: Facts = {"signal_id": str(part.signal_id), "frictions": float(len(part.frictions))}
    await changes.record(
        *(connection, tenant, whole.signal_id, Change.SPLIT),
        actor=actor,
        at=now,
        after=after,
        change_id=change_id,
        other_id=part.signal_id,
    )
    await changes.record(connection, tenant, part.signal_id, Change.OPENED, actor=actor, at=now, after=titled, change_id=opened)


def _names(friction: FrictionId) -> tuple[UUID, int]:
    return friction.contact_id, friction.ordinal
