"""
The job that finds signals. One leader does it: what waits and belongs together becomes a signal once enough different people share
it; the signals of young tenants are arranged anew as these grow; titles are found.

Each signal is opened in a transaction of its own with those who found it, so a crash leaves nothing half done.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from services.insights.apart import FindGroups, here
from services.insights.arranging import Arranging
from services.insights.known import KnownSignals
from services.insights.naming import MOST_MEMBERS, common_words, retitle, title_for
from services.insights.opening import Assignment, assign, in_portions, opened_by
from services.insights.rules.grouping import Grain, Group
from services.insights.rules.nearest import Assigned
from services.insights.rules.titles import Background
from services.insights.store import locks, signals
from services.insights.store.connection import Pool, transaction
from services.insights.store.signals import Backlog, Realm, Waiting
from shared.clock import Clock

log = structlog.get_logger(__name__)

JOB = "discovery"

LATEST = 1_000
"""Frictions looked at in every round, the latest ones: what begins is among them."""

MOST_WAITING = 100_000
"""Frictions looked at together, the latest ones, each time there are a quarter more of them than the last time."""

GROWTH = 1.25


@dataclass(frozen=True, slots=True)
class Found:
    """What a round came to: signals opened, frictions assigned to them or to known ones."""

    opened: int
    assigned: int


class Discovery:
    """Opens signals and keeps their titles. Several may run: one at a time does the work. `find` finds groups."""

    def __init__(self, pool: Pool, *, grain: Grain, clock: Clock, find: FindGroups = here) -> None:
        self._pool = pool
        self._grain = grain
        self._clock = clock
        self._find = find
        self._arranging = Arranging(pool, grain=grain, clock=clock, find=find)
        self._seen: dict[Realm, int] = {}
        """How many waited when all were looked at."""
        self._left: dict[Realm, int] = {}
        """How many waited after the last round."""

    async def run_once(self) -> Found | None:
        """One round over all realms; None where another process is at it. Raises Unavailable when PostgreSQL is away."""
        async with locks.leading(self._pool, JOB) as is_leader:
            if not is_leader:
                return None
            async with transaction(self._pool) as connection:
                realms = [backlog.realm for backlog in await signals.backlogs(connection)]
            opened = await self._arranging.run_once(realms)
            async with transaction(self._pool) as connection:
                backlogs = await signals.backlogs(connection)
            found = [await self._discover(backlog) for backlog in backlogs]
            await retitle(self._pool, self._clock)
        return Found(opened + sum(one.opened for one in found), sum(one.assigned for one in found))

    async def _discover(self, backlog: Backlog) -> Found:
        realm, frictions = backlog.realm, backlog.frictions
        if self._left.get(realm) == frictions:
            return Found(0, 0)
        is_whole = frictions <= LATEST or frictions >= GROWTH * self._seen.get(realm, 0)
        waiting = await self._waiting(realm, MOST_WAITING if is_whole else LATEST)
        if waiting is None:
            return Found(0, 0)
        assigned, rest = await self._join(realm, waiting)
        groups = await self._find(rest.vectors, rest.persons, self._grain)
        common = await common_words(self._pool, realm) if groups else None
        taken = [await self._open(realm, rest, group, common) for group in groups if common is not None]
        assigned += sum(taken)
        self._left[realm] = frictions - assigned
        if is_whole:
            self._seen[realm] = frictions - assigned
        log.info("discovery.found", signals=sum(map(bool, taken)), assigned=assigned, waiting=frictions - assigned)
        return Found(sum(map(bool, taken)), assigned)

    async def _waiting(self, realm: Realm, limit: int) -> Waiting | None:
        async with transaction(self._pool) as connection:
            return await signals.waiting(connection, realm, limit=limit)

    async def _join(self, realm: Realm, waiting: Waiting) -> tuple[int, Waiting]:
        """What waited before a signal was known joins it; the rest waits on."""
        known = KnownSignals(threshold=self._grain.threshold)
        async with transaction(self._pool) as connection:
            await known.refresh(connection, [realm])
        near = known.assign(realm, waiting.vectors)
        belated = [(friction, signal) for friction, signal in zip(waiting.ids, near, strict=True) if signal is not None]
        return await self._assign(realm, belated), _without(waiting, near)

    async def _open(self, realm: Realm, waiting: Waiting, group: Group, common: Background) -> int:
        """Open the signal of a group, if those who still wait are enough. Returns how many belong to it."""
        async with transaction(self._pool) as connection:
            await locks.take(connection, shared=frozenset(), alone={realm.tenant})
            held = await signals.hold_waiting(connection, realm, [waiting.ids[row] for row in group.rows])
            if len(set(held.values())) < self._grain.people:
                return 0
            named = await title_for(
                connection, realm, await signals.quotes(connection, realm, sorted(held)[:MOST_MEMBERS]), common
            )
            opening = await opened_by(connection, realm, held, group.centre, named, now=self._clock())
            if opening is None:
                return 0
            members = [
                (waiting.ids[row], Assigned(opening.signal_id, cosine))
                for row, cosine in zip(group.rows, group.similarities, strict=True)
            ]
            first, *others = in_portions(members)
            count = await assign(connection, realm, first, but=(), only_waiting=True)
            await signals.record_opening(connection, opening, now=self._clock())
        return count + sum([await self._assign(realm, portion) for portion in others])

    async def _assign(self, realm: Realm, assigned: Sequence[Assignment]) -> int:
        count = 0
        for portion in in_portions(assigned):
            async with transaction(self._pool) as connection:
                await locks.take(connection, shared=frozenset(), alone={realm.tenant})
                count += await assign(connection, realm, portion, but=(), only_waiting=True)
        return count


def _without(waiting: Waiting, assigned: Sequence[Assigned | None]) -> Waiting:
    rows = [row for row, signal in enumerate(assigned) if signal is None]
    return Waiting(tuple(waiting.ids[row] for row in rows), tuple(waiting.persons[row] for row in rows), waiting.vectors[rows])
