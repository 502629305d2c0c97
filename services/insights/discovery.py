"""
The job that opens signals: what waits and belongs together becomes a signal once enough different people share it.

One leader does it. All signals of a realm are opened in one transaction with everything that waited for them, so a crash
leaves nothing half done, and a rerun over the same frictions finds the same signals under the same ids.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from services.insights.known import KnownSignals
from services.insights.rules.grouping import Grain, Group, groups
from services.insights.rules.nearest import Assigned
from services.insights.rules.tally import change
from services.insights.rules.titles import Background, Said, background, title
from services.insights.store import contacts, locks, rollups, signals
from services.insights.store.connection import Connection, Pool, transaction
from services.insights.store.signals import UNTITLED, FrictionId, Opening, Quote, Realm, Waiting
from shared.clock import Clock

log = structlog.get_logger(__name__)

JOB = "discovery"

MOST_WAITING = 1_000
"""Frictions looked at in one round, the latest ones. Leiden keeps the interpreter to itself: at 3,000 that are all alike for seconds."""

MOST_TEXTS = 1_000
"""Frictions whose words say what is common."""

MOST_MEMBERS = 200
"""Members whose words make a title."""

MOST_CHARACTERS = 1_000
"""Of each of them."""

Assignment = tuple[FrictionId, Assigned]


@dataclass(frozen=True, slots=True)
class Found:
    """What a round came to: signals opened, frictions assigned to them or to known ones."""

    opened: int
    assigned: int


@dataclass(frozen=True, slots=True)
class _Opened:
    """A new signal, and the frictions that belong to it from the first."""

    opening: Opening
    members: tuple[Assignment, ...]


class Discovery:
    """Opens signals and keeps their titles. Several may run: one at a time does the work."""

    def __init__(self, pool: Pool, *, grain: Grain, clock: Clock) -> None:
        self._pool = pool
        self._grain = grain
        self._clock = clock

    async def run_once(self) -> Found | None:
        """One round over all realms; None where another process is at it. Raises Unavailable when PostgreSQL is away."""
        async with locks.leading(self._pool, JOB) as is_leader:
            if not is_leader:
                return None
            async with transaction(self._pool) as connection:
                realms = await signals.backlogs(connection)
            found = [await self._discover(realm) for realm in realms]
            await self._retitle()
        return Found(sum(one.opened for one in found), sum(one.assigned for one in found))

    async def _discover(self, realm: Realm) -> Found:
        async with transaction(self._pool) as connection:
            waiting = await signals.waiting(connection, realm, limit=MOST_WAITING)
            known = KnownSignals(threshold=self._grain.threshold)
            await known.refresh(connection, [realm])
        if waiting is None:
            return Found(0, 0)
        late = known.assign(realm, waiting.vectors)
        rest = _without(waiting, late)
        found = await asyncio.to_thread(groups, rest.vectors, rest.persons, self._grain)
        common = await self._common(realm) if found else None
        belated = [(friction, signal) for friction, signal in zip(waiting.ids, late, strict=True) if signal is not None]
        if not found and not belated:
            return Found(0, 0)
        async with transaction(self._pool) as connection:
            await locks.take(connection, shared=frozenset(), alone={realm.tenant})
            tried = [await self._open(connection, realm, rest, group, common) for group in found if common is not None]
            opened = [one for one in tried if one is not None]
            count = await _assign(connection, realm, [*belated, *(member for one in opened for member in one.members)])
            for one in opened:
                await signals.record_opening(connection, one.opening, now=self._clock())
        log.info("discovery.found", signals=len(opened), assigned=count, waiting=len(waiting.ids) - count)
        return Found(len(opened), count)

    async def _open(
        self, connection: Connection, realm: Realm, waiting: Waiting, group: Group, common: Background
    ) -> _Opened | None:
        """Open the signal of a group, if those who still wait are enough."""
        similarity = {waiting.ids[row]: cosine for row, cosine in zip(group.rows, group.similarities, strict=True)}
        still = await signals.hold_waiting(connection, realm, list(similarity))
        people = len(set(still.values()))
        if people < self._grain.people:
            return None
        quotes = await signals.quotes(connection, realm, list(still))
        named = await asyncio.to_thread(_title, quotes, common)
        for founding in sorted(still):
            opening = Opening(realm, founding, group.centre, named, people)
            # A friction that founded a signal and was corrected since may wait again: the next one founds this signal.
            if await signals.open_one(connection, opening, now=self._clock()):
                members = tuple((friction, Assigned(opening.signal_id, similarity[friction])) for friction in sorted(still))
                return _Opened(opening, members)
        return None

    async def _retitle(self) -> None:
        async with transaction(self._pool) as connection:
            doubted = await signals.untitled(connection)
        for found in doubted:
            common = await self._common(found.realm)
            async with transaction(self._pool) as connection:
                await locks.take(connection, shared=frozenset(), alone={found.realm.tenant})
                quotes = await signals.members(connection, found.realm, found.signal_id, limit=MOST_MEMBERS)
                named = await asyncio.to_thread(_title, quotes, common)
                await signals.retitle(connection, found, named, now=self._clock())

    async def _common(self, realm: Realm) -> Background:
        async with transaction(self._pool) as connection:
            quotes = await signals.texts(connection, realm, limit=MOST_TEXTS)
        return await asyncio.to_thread(background, _said(quotes))


async def _assign(connection: Connection, realm: Realm, assigned: Sequence[Assignment]) -> int:
    """Give waiting frictions their signals, and count them there. Returns how many still waited."""
    still = await signals.hold_waiting(connection, realm, [friction for friction, _ in assigned])
    assigned = [(friction, signal) for friction, signal in assigned if friction in still]
    places = {signals.place(realm.tenant, friction) for friction, _ in assigned}
    before = await contacts.counted(connection, places)
    await signals.assign(connection, realm.tenant, assigned)
    await rollups.add(connection, change(before=before, after=await contacts.counted(connection, places)))
    return len(assigned)


def _without(waiting: Waiting, assigned: Sequence[Assigned | None]) -> Waiting:
    rows = [row for row, signal in enumerate(assigned) if signal is None]
    return Waiting(tuple(waiting.ids[row] for row in rows), tuple(waiting.persons[row] for row in rows), waiting.vectors[rows])


def _title(quotes: Sequence[Quote], common: Background) -> str:
    quotes = quotes[:MOST_MEMBERS]
    kinds = sorted(quote.kind for quote in quotes)
    most = max(kinds, key=kinds.count, default="unknown")
    return title(_said(quotes), common, otherwise=UNTITLED if most == "unknown" else f"{most.capitalize()}, not yet named")


def _said(quotes: Sequence[Quote]) -> list[Said]:
    return [Said(quote.person, quote.words[:MOST_CHARACTERS]) for quote in quotes]
