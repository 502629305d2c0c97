"""A signal is opened, and frictions are given to it: each with what it counts for, in portions that keep nobody waiting."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from services.insights.rules.nearest import Assigned, Matrix
from services.insights.rules.tally import change
from services.insights.store import arranging, contacts, rollups, signals
from services.insights.store.connection import Connection
from services.insights.store.signals import FrictionId, Opening, Realm

Assignment = tuple[FrictionId, Assigned]

AT_ONCE: Final = 200
"""Frictions assigned in one transaction: a few milliseconds of counting."""


def in_portions(assigned: Sequence[Assignment]) -> list[Sequence[Assignment]]:
    """As much as should be assigned at once."""
    return [assigned[start : start + AT_ONCE] for start in range(0, len(assigned), AT_ONCE)]


async def opened_by(
    connection: Connection, realm: Realm, held: Mapping[FrictionId, str], centre: Matrix, title: str, *, now: datetime
) -> Opening | None:
    """Open a signal that the first of the `held` frictions founds which has founded none yet."""
    for founding in sorted(held):
        opening = Opening(realm, founding, centre, title, len(set(held.values())))
        # A friction that founded a signal may belong to another since, or wait again: then the next one founds this signal.
        if await signals.open_one(connection, opening, now=now):
            return opening
    return None


async def assign(
    connection: Connection, realm: Realm, assigned: Sequence[Assignment], *, but: Collection[UUID], only_waiting: bool = False
) -> int:
    """
    Give frictions their signals, and count them there. Returns how many it still could.

    None of the signals `but`, which people have had a hand in, loses one; with `only_waiting` none does.
    """
    ids = [friction for friction, _ in assigned]
    still = await (
        signals.hold_waiting(connection, realm, ids) if only_waiting else arranging.hold(connection, realm, ids, but=but)
    )
    assigned = [(friction, signal) for friction, signal in assigned if friction in still]
    places = {signals.place(realm.tenant, friction) for friction, _ in assigned}
    before = await contacts.counted(connection, places)
    await signals.assign(connection, realm.tenant, assigned)
    await rollups.add(connection, change(before=before, after=await contacts.counted(connection, places)))
    return len(assigned)
