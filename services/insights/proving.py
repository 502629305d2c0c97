"""
The job that says what came of every fix: whether it works, whether the friction came back, and who is to be told that it is gone.

One leader does it. Everything is worked out anew from what is counted now, so whatever comes late, is merged or is undone is judged as if
it had always been so; what was told to others stays told.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.insights.reads.proof import prove
from services.insights.rules.recurrence import Fix, Patience, Recurrence, recurrences
from services.insights.rules.repeats import came_back, met_again
from services.insights.rules.statuses import PROOF, is_for_proof, judged
from services.insights.store import changes, fixes, following, locks, loops, repeats
from services.insights.store.changes import Facts
from services.insights.store.connection import Connection, Pool, transaction
from services.insights.store.fixes import Fixed, Standing
from services.insights.store.repeats import Found
from shared.clock import Clock
from shared.events import Change, Status

JOB: Final = "proving"

ANSWERED: Final = timedelta(days=182)
"""For how long after an answer a friction that is met again is a failure."""

CLOSING: Final = timedelta(days=30)
"""For how long after a fix was verified customers are looked for who are to be told: as long as contacts can come late from the log."""


@dataclass(frozen=True, slots=True)
class Proved:
    """What a round did: statuses that changed, failures there are, customers who were told or cannot be."""

    statuses: int = 0
    repeats: int = 0
    loops: int = 0

    def __add__(self, other: "Proved") -> "Proved":
        return Proved(self.statuses + other.statuses, self.repeats + other.repeats, self.loops + other.loops)


class Proving:
    """Judges all fixes. Several may run: one at a time does the work."""

    def __init__(self, pool: Pool, *, patience: Patience, clock: Clock) -> None:
        self._pool = pool
        self._patience = patience
        self._clock = clock

    async def run_once(self) -> Proved | None:
        """One round over all tenants. None where another process is at it; raises Unavailable."""
        async with locks.leading(self._pool, JOB) as is_leader:
            if not is_leader:
                return None
            async with transaction(self._pool) as connection:
                tenants = await following.tenants(connection)
            return sum([await self._prove(tenant, self._clock()) for tenant in tenants], start=Proved())

    async def _prove(self, tenant: str, now: datetime) -> Proved:
        async with transaction(self._pool) as connection:
            known = await fixes.fixed(connection, tenant)
        done = Proved()
        found: list[Found] = []
        told: set[UUID] = set()
        for fixed in known:
            back, repeat = await self._came_back(tenant, fixed)
            found += [repeat] if repeat else []
            told |= {one.contact_id for one in back}
            standing = await self._judge(tenant, fixed, back, now)
            if standing is not None:
                done += Proved(statuses=standing != fixed.standing, loops=await self._close(tenant, fixed, standing, back, now))
        found += await self._met_again(tenant, told, now)
        async with transaction(self._pool) as connection:
            await repeats.replace(connection, tenant, found)
        return done + Proved(repeats=len(found))

    async def _came_back(self, tenant: str, fixed: Fixed) -> tuple[list[Recurrence], Found | None]:
        async with transaction(self._pool) as connection:
            messages = await repeats.since_fix(connection, tenant, fixed.signal_id, at=fixed.fix.at)
        fix = Fix(fixed.fix.at, fixed.fix.product, fixed.fix.version, self._patience.rollout)
        back = recurrences(messages, fix)
        return back, Found(fixed.signal_id, fixed.fix_id, came_back(back, messages, fix)) if back else None

    async def _judge(self, tenant: str, fixed: Fixed, back: Sequence[Recurrence], now: datetime) -> Standing | None:
        """Where the signal stands now, by what came back and by the proof; None where somebody changed it meanwhile."""
        standing = fixed.standing
        async with transaction(self._pool) as connection:
            held = await fixes.hold(connection, tenant, fixed.signal_id)
            if held.standing != standing:
                return None
            since = [one for one in back if standing.set_at and one.occurred_at > standing.set_at]
            people = len({one.person for one in since})
            if standing.status is Status.VERIFIED and people >= self._patience.people:
                evidence: Facts = {"customers": people, "meetings": len(since), "first_contact_id": str(since[0].contact_id)}
                return await _set(connection, tenant, fixed, Status.RECURRED, evidence=evidence, now=now)
            if is_for_proof(standing.status, standing.set_by):
                proof = await prove(connection, tenant, fixed, at=now)
                evidence = {"ratio": proof.ratio, "low": proof.low, "high": proof.high, "per": proof.per.value}
                return await _set(connection, tenant, fixed, judged(proof.verdict), evidence=evidence, now=now)
        return standing

    async def _close(self, tenant: str, fixed: Fixed, standing: Standing, back: Sequence[Recurrence], now: datetime) -> int:
        """Tell those whom a verified fix was for; whoever met the friction with it would not believe it."""
        if standing.status is not Status.VERIFIED or (standing.set_at and standing.set_at < now - CLOSING):
            return 0
        but, closed = {one.person for one in back}, 0
        while True:
            async with transaction(self._pool) as connection:
                told = await loops.close(connection, tenant, fixed, but=but, now=now)
            closed += told
            if told < loops.AT_ONCE:
                return closed

    async def _met_again(self, tenant: str, told: Collection[UUID], now: datetime) -> list[Found]:
        async with transaction(self._pool) as connection:
            answered = await repeats.answered(connection, tenant, since=now - ANSWERED)
        found = [(one.signal_id, met_again(one.messages, one.answers, told=told)) for one in answered]
        return [Found(signal_id, None, repeat) for signal_id, repeat in found if repeat]


async def _set(connection: Connection, tenant: str, fixed: Fixed, status: Status, *, evidence: Facts, now: datetime) -> Standing:
    before = fixed.standing
    if status is before.status:
        return before
    after = Standing(status, PROOF, now, before.fix_id)
    await fixes.set_status(connection, tenant, fixed.signal_id, after)
    await changes.record(
        connection,
        *(tenant, fixed.signal_id, Change.RECURRED if status is Status.RECURRED else Change.STATUS),
        actor=PROOF,
        at=now,
        before=before.facts,
        after={**after.facts, **evidence},
    )
    return after
