"""What people said wins over what was read and caught: where frictions belong, what contacts are. Obeyed as often as told, with the same result."""

from collections.abc import Collection, Sequence
from uuid import UUID

from services.insights.rules.anchors import latest_about
from services.insights.rules.entry import Key
from services.insights.rules.labels import of_contact, of_frictions
from services.insights.rules.merging import Merged, root_of
from services.insights.rules.tally import change
from services.insights.store import contacts, corrections, placements, rollups, signals
from services.insights.store.connection import Connection
from services.insights.store.contacts import Place
from services.insights.store.placements import Belonging, Found, Placed

AT_ONCE = 1_000
"""Contacts that are counted again in one step."""


async def count_again(connection: Connection, where: Collection[Place]) -> None:
    """Obey what is said of these contacts by now, and count what it changes. Whoever does it has to hold the tenant alone."""
    places = sorted(where, key=lambda place: (place.occurred_at, place.key.contact_id))
    for start in range(0, len(places), AT_ONCE):
        some = places[start : start + AT_ONCE]
        before = await contacts.counted(connection, some)
        await obey(connection, some)
        await rollups.add(connection, change(before=before, after=await contacts.counted(connection, some)))


async def obey(connection: Connection, where: Collection[Place]) -> None:
    """Let the frictions of these contacts belong where they should, and everything be called what people called it."""
    found = await placements.frictions(connection, where)
    await _put_in_place(connection, found)
    await _relabel(connection, where, found)


async def _put_in_place(connection: Connection, found: dict[Key, list[Found]]) -> None:
    placed = await placements.standing(connection, found)
    merged = {tenant: await signals.merged(connection, tenant) for tenant in sorted({key.tenant for key in found})}
    belongings = [
        _belonging(friction, word, merged[key.tenant])
        for key, frictions in found.items()
        for friction, word in zip(frictions, _latest(placed.get(key, []), frictions), strict=True)
    ]
    await placements.place(connection, belongings)


async def _relabel(connection: Connection, where: Collection[Place], found: dict[Key, list[Found]]) -> None:
    said = await corrections.standing(connection, [place.key for place in where])
    frictions = [
        labelled
        for key, words in said.items()
        for labelled in zip(
            found.get(key, []), of_frictions(words, [friction.anchor for friction in found.get(key, [])]), strict=True
        )
    ]
    if said:
        contacts_said = {place: of_contact(said[place.key]) for place in where if place.key in said}
        await corrections.relabel(connection, contacts_said, frictions)


def _latest(placed: Sequence[Placed], frictions: Sequence[Found]) -> list[Placed | None]:
    words = latest_about([word.anchor for word in placed], [friction.anchor for friction in frictions])
    return [None if word is None else placed[word] for word in words]


def _belonging(friction: Found, word: Placed | None, merged: Merged) -> Belonging:
    home: UUID | None = word.signal_id if word else friction.caught_by
    return Belonging(friction, word, None if home is None else root_of(home, merged))
