"""What is counted: each contact once, whatever was told of it how often and in which order."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from services.insights.counting.obedience import obey
from services.insights.known import KnownSignals
from services.insights.rules.entry import Entry, Key
from services.insights.rules.nearest import Assigned, Matrix
from services.insights.rules.settling import Settled, settle
from services.insights.rules.tally import CountedContact, change
from services.insights.store import contacts, outcomes, placements, rollups
from services.insights.store.connection import Connection
from services.insights.store.contacts import Place
from services.insights.store.signals import Realm
from services.insights.store.vectors import as_halfvecs
from shared.events import Vector


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the tellings of a batch: they add up to its contacts."""

    new: int = 0
    replaced: int = 0
    repeated: int = 0
    conflicting: int = 0


async def tell(connection: Connection, entries: Sequence[Entry], *, known_signals: KnownSignals, now: datetime) -> Counts:
    """Store and count what is new or better known, in the order of the log; everything else changes nothing."""
    told: dict[Key, list[Entry]] = {}
    for entry in entries:
        told.setdefault(entry.key, []).append(entry)
    alone = {key: settle(tellings, None) for key, tellings in told.items()}
    known = await contacts.claim(connection, [won for settled in alone.values() if (won := settled.winner)], now=now)
    settled = {key: settle(told[key], known[key].telling) if key in known else alone[key] for key in told}
    winners = {key: won for key, one in settled.items() if (won := one.winner)}

    before = await contacts.take_out(connection, [known[key].place for key in winners if key in known])
    await contacts.retell(connection, [won for key, won in winners.items() if key in known], now=now)
    placed, halfvecs = await _placed(connection, list(winners.values()), known_signals)
    await contacts.put_in(connection, placed, halfvecs, now=now)
    await rollups.add(connection, change(before=before, after=await _counted(connection, placed)))
    await contacts.conflict(connection, [found for one in settled.values() for found in one.conflicts], now=now)
    return _counts(settled.values(), replaced=len(before))


async def _placed(
    connection: Connection, entries: Sequence[Entry], known_signals: KnownSignals
) -> tuple[list[Entry], dict[Key, list[bytes]]]:
    """Every contact with how it ended, every friction with the signal that is nearest to it, and its vector as it is stored."""
    rows: dict[Realm, list[Vector]] = {}
    for entry in entries:
        for friction in entry.triaged.frictions:
            rows.setdefault(realm(entry.key.tenant, friction.vector), []).append(friction.vector)
    await known_signals.refresh(connection, sorted(rows))
    ended = await outcomes.of_contacts(connection, [entry.key for entry in entries])
    found = {where: iter(_nearest(where, units(vectors), known_signals)) for where, vectors in rows.items()}
    placed, halfvecs = [], {}
    for entry in entries:
        mine = [next(found[realm(entry.key.tenant, friction.vector)]) for friction in entry.triaged.frictions]
        placed.append(replace(entry, signals=tuple(signal for signal, _ in mine), outcome=ended.get(entry.key)))
        halfvecs[entry.key] = [halfvec for _, halfvec in mine]
    return placed, halfvecs


async def _counted(connection: Connection, entries: Sequence[Entry]) -> list[CountedContact]:
    """What they count for, once everything that people said of them is obeyed."""
    spoken_of = await placements.spoken_of(connection, [entry.key for entry in entries])
    ours = [Place(entry.key, entry.occurred_at) for entry in entries if entry.key in spoken_of]
    if ours:
        await obey(connection, ours)
    others = [entry.counted for entry in entries if entry.key not in spoken_of]
    return [*others, *(await contacts.counted(connection, ours) if ours else ())]


def _nearest(where: Realm, vectors: Matrix, known_signals: KnownSignals) -> list[tuple[Assigned | None, bytes]]:
    return list(zip(known_signals.assign(where, vectors), as_halfvecs(vectors), strict=True))


def realm(tenant: str, vector: Vector) -> Realm:
    """Where a vector may be compared. Its length is part of the name, so that no sender can mix what cannot be mixed."""
    return Realm(tenant, f"{vector.space}/{vector.dims}")


def units(vectors: Sequence[Vector]) -> Matrix:
    """Vectors of one realm as unit rows; their scales do not matter then."""
    rows = (
        np.frombuffer(b"".join(vector.values for vector in vectors), dtype=np.int8).reshape(len(vectors), -1).astype(np.float32)
    )
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def _counts(settled: Collection[Settled], *, replaced: int) -> Counts:
    return Counts(
        new=sum(one.winner is not None for one in settled) - replaced,
        replaced=replaced,
        repeated=sum(one.repeats for one in settled),
        conflicting=sum(len(one.conflicts) for one in settled),
    )
