"""One batch from top to bottom: what was said becomes rows, rollups and offsets in one transaction, or nothing does."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date
from uuid import UUID

from services.insights.counting import contacts, outcomes, people
from services.insights.counting.contacts import Counts
from services.insights.known import KnownSignals
from services.insights.store import letters, locks, offsets
from services.insights.store.connection import Pool, transaction
from services.insights.store.contacts import add_month
from services.insights.store.offsets import Stretch
from shared.clock import Clock
from shared.events import ContactDead, ContactTriaged, CustomerForgotten, OutcomeReported


@dataclass(frozen=True, slots=True)
class Said:
    """What a stretch of the logs says, in the order of each log."""

    stretches: tuple[Stretch, ...]
    contacts: tuple[ContactTriaged, ...] = ()
    outcomes: tuple[OutcomeReported, ...] = ()
    forgotten: tuple[CustomerForgotten, ...] = ()
    letters: tuple[ContactDead, ...] = ()


class Ledger:
    """
    Counts what is said, each contact exactly once.

    It remembers copies only: which months have room, which signals are known. `random_id` gives ids that follow from nothing.
    """

    def __init__(self, pool: Pool, *, known_signals: KnownSignals, clock: Clock, random_id: Callable[[], UUID]) -> None:
        self._pool = pool
        self._known_signals = known_signals
        self._clock = clock
        self._random_id = random_id
        self._months: set[date] = set()

    async def count(self, said: Said) -> Counts:
        """
        Count it, and move the offsets behind it.

        Raises Overtaken when somebody else counted a part of it, Unavailable when PostgreSQL is away; nothing is changed then.
        """
        now = self._clock()
        await self._make_room(said.contacts)
        async with transaction(self._pool) as connection:
            pairs = await people.unknown_pairs(connection, said.contacts)
            alone = {event.tenant for event in said.forgotten} | {pair.tenant for pair in pairs}
            alone |= await outcomes.early(connection, said.outcomes)
            await locks.take(connection, shared={one.tenant for one in (*said.contacts, *said.outcomes)}, alone=alone)
            await offsets.advance(connection, said.stretches)
            for event in said.forgotten:
                await people.forget(connection, event, random_id=self._random_id, now=now)
            await people.rename(connection, pairs)
            entries = await people.entries(connection, said.contacts)
            counts = await contacts.tell(connection, entries, known_signals=self._known_signals, now=now)
            await outcomes.report(connection, said.outcomes)
            await letters.record(connection, said.letters)
        return counts

    async def _make_room(self, said: Iterable[ContactTriaged]) -> None:
        wanted = {read.contact.occurred_at.astimezone(UTC).date().replace(day=1) for read in said}
        for month in sorted(wanted - self._months):
            async with transaction(self._pool) as connection:
                await add_month(connection, month)
            self._months.add(month)
