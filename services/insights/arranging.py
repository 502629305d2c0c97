"""
The signals of a young tenant, arranged anew: its first frictions are grouped once more, now that there are more of them.

A group goes on as the signal that it shares most frictions with, under the same id; a signal that went into another one is merged
into it. What people have had a hand in is left alone, and whoever belongs to a signal never goes back to waiting. Every step is a few
short transactions, so that the sink never waits long; one that was cut short is done again.
"""

from collections.abc import Sequence
from uuid import UUID

import structlog

from services.insights.apart import FindGroups
from services.insights.naming import MOST_MEMBERS, common_words, title_for
from services.insights.opening import Assignment, assign, in_portions, opened_by
from services.insights.rules.arrangement import SETTLED, arrangement, steps_due
from services.insights.rules.grouping import Grain, Group
from services.insights.rules.nearest import Assigned
from services.insights.rules.titles import Background
from services.insights.store import arranging, locks, signals
from services.insights.store.arranging import Belonging, Young
from services.insights.store.connection import Pool, transaction
from services.insights.store.signals import FrictionId, Realm
from shared.clock import Clock

log = structlog.get_logger(__name__)


class Arranging:
    """Arranges the signals of tenants that have become larger."""

    def __init__(self, pool: Pool, *, grain: Grain, clock: Clock, find: FindGroups) -> None:
        self._pool = pool
        self._grain = grain
        self._clock = clock
        self._find = find

    async def run_once(self, realms: Sequence[Realm]) -> int:
        """All steps that are due in these realms; where it is not its turn, the next time. Returns how many signals were opened."""
        async with transaction(self._pool) as connection:
            young = await arranging.young(connection, realms, settled=SETTLED)
        return sum([await self._take_steps(one) for one in young])

    async def _take_steps(self, young: Young) -> int:
        async with locks.turn(self._pool, young.realm.tenant) as is_ours:
            steps = steps_due(arranged=young.arranged, frictions=young.frictions) if is_ours else ()
            return sum([await self._arrange(young, step) for step in steps])

    async def _arrange(self, young: Young, step: int) -> int:
        realm = young.realm
        async with transaction(self._pool) as connection:
            but = await arranging.touched(connection, realm)
            belonging = await arranging.first(connection, realm, step, but=but)
        opened = 0
        if belonging is not None:
            found = await self._find(belonging.vectors, belonging.persons, self._grain)
            opened = await self._rearrange(realm, belonging, found)
        async with transaction(self._pool) as connection:
            await arranging.note(connection, realm, step)
        log.info("arranging.done", frictions=step, opened=opened)
        return opened

    async def _rearrange(self, realm: Realm, belonging: Belonging, found: Sequence[Group]) -> int:
        plan = arrangement(found, belonging.signals)
        common = await common_words(self._pool, realm)
        heirs: dict[int, UUID] = {}
        opened = 0
        for place, group in enumerate(found):
            known = plan.continued.get(place)
            heir = await (
                self._open(realm, belonging, group, common) if known is None else self._go_on(realm, belonging, group, known)
            )
            opened += known is None and heir is not None
            if heir is not None:
                heirs[place] = heir
        for signal_id, place in plan.absorbed.items():
            if place in heirs:
                await self._absorb(realm, signal_id, heirs[place])
        return opened

    async def _go_on(self, realm: Realm, belonging: Belonging, group: Group, signal_id: UUID) -> UUID | None:
        async with transaction(self._pool) as connection:
            await locks.take(connection, shared=frozenset(), alone={realm.tenant})
            if signal_id in await arranging.touched(connection, realm):
                return None
            await arranging.recentre(connection, realm, signal_id, group.centre)
        await self._move(realm, _members(belonging, group, signal_id))
        return signal_id

    async def _open(self, realm: Realm, belonging: Belonging, group: Group, common: Background) -> UUID | None:
        frictions = [belonging.ids[row] for row in group.rows]
        async with transaction(self._pool) as connection:
            await locks.take(connection, shared=frozenset(), alone={realm.tenant})
            but = await arranging.touched(connection, realm)
            held = await arranging.hold(connection, realm, frictions, but=but)
            if len(set(held.values())) < self._grain.people:
                return None
            named = await title_for(
                connection, realm, await signals.quotes(connection, realm, sorted(held)[:MOST_MEMBERS]), common
            )
            opening = await opened_by(connection, realm, held, group.centre, named, now=self._clock())
            if opening is None:
                return None
            portions = in_portions(_members(belonging, group, opening.signal_id))
            await assign(connection, realm, portions[0], but=but)
            await signals.record_opening(connection, opening, now=self._clock())
        for portion in portions[1:]:
            await self._move(realm, portion)
        return opening.signal_id

    async def _absorb(self, realm: Realm, signal_id: UUID, heir: UUID) -> None:
        async with transaction(self._pool) as connection:
            await locks.take(connection, shared=frozenset(), alone={realm.tenant})
            but = await arranging.touched(connection, realm)
            if signal_id in but or heir in but:
                return
            left = await arranging.absorb(connection, realm, signal_id, heir, now=self._clock())
            await assign(connection, realm, left, but=but)

    async def _move(self, realm: Realm, members: Sequence[Assignment]) -> None:
        for portion in in_portions(members):
            async with transaction(self._pool) as connection:
                await locks.take(connection, shared=frozenset(), alone={realm.tenant})
                await assign(connection, realm, portion, but=await arranging.touched(connection, realm))


def _members(belonging: Belonging, group: Group, signal_id: UUID) -> list[tuple[FrictionId, Assigned]]:
    return [
        (belonging.ids[row], Assigned(signal_id, similarity))
        for row, similarity in zip(group.rows, group.similarities, strict=True)
    ]
