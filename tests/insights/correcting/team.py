"""A team that corrects what the machine did, in a world of four signals on four topics."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.insights.correcting.merging import merge
from services.insights.correcting.moving import move
from services.insights.correcting.pinning import pin
from services.insights.correcting.refusals import Refused
from services.insights.correcting.splitting import Done, Named, Wanted, split
from services.insights.correcting.undoing import undo
from services.insights.store.connection import Pool, transaction
from shared.events import Friction, Kind, Span
from tests.insights.saying import DIMS, MINUTE, NOW, Desk, contact_id, topic

ANN = "key:ann"
TABLES = (
    "stream_offsets, contact_keys, contacts, frictions, signals, signal_hours, signal_customers, contact_days, conflicts, "
    "signal_changes, placements, divided, corrections, outbox, outcomes, outcome_days, signal_answers, customer_values, signal_values"
)
SIGNAL = """
INSERT INTO signals (tenant, signal_id, space, title, centroid, founding_contact_id, founding_ordinal, founded_at, opened_at)
VALUES ($1, $2, $3, $4, $5::real[]::halfvec, $2, 0, $6, $6)
"""


def signal_id(number: int, tenant: str = "acme") -> UUID:
    return contact_id(f"signal {number}", tenant)


async def open_signal(pool: Pool, number: int, *, tenant: str = "acme", space: str = f"test/{DIMS}") -> UUID:
    """A signal that catches what is about the topic of that number."""
    centroid = [1.0 if place == number else 0.0 for place in range(DIMS)]
    await pool.execute(SIGNAL, tenant, signal_id(number, tenant), space, f"signal {number}", centroid, NOW)
    return signal_id(number, tenant)


def passage(number: int, start: int = 0, *, length: int = 4, seed: int = 0) -> Friction:
    """A friction on a topic, at a place in the text."""
    return Friction(
        span=Span(start=start, end=start + length),
        kind=Kind.DEFECT,
        confidence=0.9,
        intensity=0.5,
        vector=topic(number, seed=seed),
    )


@dataclass
class Team:
    """Ann, who corrects. The clock moves on with everything she does."""

    pool: Pool
    desk: Desk
    done: list[UUID] = field(default_factory=list)

    async def merge(self, *sources: UUID, into: UUID) -> list[UUID]:
        async with transaction(self.pool) as connection:
            return self._log(*await merge(connection, "acme", sources, into=into, actor=ANN, now=self._now()))

    async def split(self, signal: UUID, *contacts: str, like: str | None = None, title: str | None = None) -> Done:
        wanted = Wanted(tuple(Named(contact_id(name)) for name in contacts), Named(contact_id(like)) if like else None, title)
        async with transaction(self.pool) as connection:
            done = await split(connection, "acme", signal, wanted, actor=ANN, now=self._now())
        self._log(done.change_id)
        return done

    async def move(self, name: str, to: UUID | None, ordinal: int | None = None) -> UUID:
        async with transaction(self.pool) as connection:
            change = await move(connection, "acme", contact_id(name), ordinal=ordinal, to=to, actor=ANN, now=self._now())
        return self._log(change)[0]

    async def pin(self, signal: UUID) -> UUID:
        async with transaction(self.pool) as connection:
            return self._log(await pin(connection, "acme", signal, actor=ANN, now=self._now()))[0]

    async def undo(self, change: UUID) -> None:
        async with transaction(self.pool) as connection:
            await undo(connection, "acme", change, actor=ANN, now=self._now())
        self.done.remove(change)

    async def undo_everything(self, order: Sequence[int] = ()) -> None:
        """In any order: what another change rests on waits until that is undone."""
        waiting = [change for _, change in sorted(zip([*order, *[0] * len(self.done)], self.done, strict=False))]
        while waiting:
            left = [change for change in waiting if not await self._could_undo(change)]
            assert len(left) < len(waiting)
            waiting = left

    async def _could_undo(self, change: UUID) -> bool:
        try:
            await self.undo(change)
        except Refused as refused:
            if refused.code == "in_use" and refused.change_id in self.done:
                return False
            raise
        return True

    async def signals_of(self, *names: str) -> list[UUID | None]:
        """For which signal the first friction of each contact counts."""
        found = await self.pool.fetch("SELECT contact_id, signal_id FROM frictions WHERE tenant = 'acme' AND ordinal = 0")
        signals = {row["contact_id"]: row["signal_id"] for row in found}
        return [signals[contact_id(name)] for name in names]

    async def counts(self) -> dict[UUID, int]:
        """Contacts of every signal that has any, by the rollup."""
        found = await self.pool.fetch("SELECT signal_id, sum(contacts) AS contacts FROM signal_hours GROUP BY signal_id")
        return {row["signal_id"]: row["contacts"] for row in found}

    async def start_again(self) -> None:
        """Nothing was ever said or done."""
        await self.pool.execute(f"TRUNCATE {TABLES}")
        self.desk = await Desk(self.pool).open()
        self.done.clear()

    def _now(self) -> datetime:
        self.desk.now += MINUTE
        return self.desk.now

    def _log(self, *changes: UUID) -> list[UUID]:
        self.done += changes
        return list(changes)
