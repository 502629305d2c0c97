"""What counting a contact costs, in insights and in PostgreSQL, against a raw consume loop and against a plain COPY."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO

import asyncpg

from bench.backlog import Backlog, backlog
from bench.contacts import SIGNALS, triaged
from bench.ground import Ground
from bench.measure import Clock, Rounds
from bench.report import Report
from deploy.local import Child, LocalError, Postgres
from services.insights.settings import InsightsSettings
from services.insights.store.migrations import migrate
from shared.events import TRIAGED

RAW, INSIGHTS, AGAIN = "raw loop", "insights", "insights, a re-read"
COPY, POSTGRES, BENEATH_AGAIN = "PostgreSQL, COPY", "PostgreSQL under insights", "PostgreSQL under a re-read"
BATCH = int(InsightsSettings.model_fields["batch_records"].default)
GROUP = "insights"
OWN_GROUP, OWN_TOPIC = "counting-nothing", "bench.triaged"
OTHER = "bench_copy"
FIND_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: in every round so many `contacts`. Signals are found among `warm_up` others."""

    contacts: int = 2_000
    warm_up: int = 400


FULL = Size()


async def measure(ground: Ground, size: Size = FULL, *, rounds: int) -> tuple[Report, ...]:
    """Every subject in turn, round by round. The signals are known before, so that every friction is counted in one."""
    postgres = ground.running.postgres
    if postgres is None:
        raise LocalError("The CPU time of a PostgreSQL that runs elsewhere cannot be seen. Unset DATABASE_URL")
    costs = Rounds()
    async with backlog(ground.running.bootstrap_servers) as waiting, _loop(ground, waiting) as raw:
        await _find_signals(ground, waiting, size)
        async with _insights(ground, discovery_seconds=3600) as insights, _databases(postgres) as databases:
            subjects = _Subjects(waiting, raw, insights, databases)
            for run in range(1, rounds + 1):
                await subjects.add_round(costs, run, size.contacts)
            in_a_signal = await databases.in_a_signal()
    return _reports(costs, size, rounds, in_a_signal)


@dataclass(frozen=True, slots=True)
class _Databases:
    """PostgreSQL as a whole, the database of insights, and another one with the same tables."""

    clock: Clock
    counted: "asyncpg.Connection[asyncpg.Record]"
    other: "asyncpg.Connection[asyncpg.Record]"

    async def copied(self, run: int) -> float:
        """The CPU seconds for writing what insights wrote to `contacts` in a run, in transactions of the same size."""
        parts = [part async for part in self._parts(f"{run:03}-%")]
        months = await self.counted.fetch("SELECT DISTINCT date_trunc('month', occurred_at, 'UTC')::date FROM contacts")
        for (month,) in months:
            await self.other.execute("SELECT add_month($1)", month)
        before = self.clock.seconds()
        for part in parts:
            await self.other.copy_to_table("contacts", source=part, format="binary")
        return self.clock.seconds() - before

    async def in_a_signal(self) -> float:
        """The share of frictions that were counted in a signal."""
        share: float = await self.counted.fetchval("SELECT count(signal_id)::float / count(*) FROM frictions")
        return share

    async def _parts(self, external_ids: str) -> AsyncIterator[BytesIO]:
        query = "SELECT * FROM contacts WHERE external_id LIKE $1 ORDER BY external_id LIMIT $2 OFFSET $3"
        taken = 0
        while True:
            part = BytesIO()
            said = await self.counted.copy_from_query(query, external_ids, BATCH, taken, output=part, format="binary")
            if said == "COPY 0":
                return
            part.seek(0)
            yield part
            taken += BATCH


@dataclass(frozen=True, slots=True)
class _Subjects:
    waiting: Backlog
    raw: Child
    insights: Child
    databases: _Databases

    async def add_round(self, costs: Rounds, run: int, contacts: int) -> None:
        records = triaged(contacts, run=run)
        [bare] = await self.waiting.seconds(self.raw, Clock(self.raw.pid), group=OWN_GROUP, topic=OWN_TOPIC, records=records)
        clocks = (Clock(self.insights.pid), self.databases.clock)
        own, beneath = await self.waiting.seconds(self.insights, *clocks, group=GROUP, topic=TRIAGED.name, records=records)
        copied = await self.databases.copied(run)
        again = triaged(contacts, run=run, reading=2)
        own_again, beneath_again = await self.waiting.seconds(
            self.insights, *clocks, group=GROUP, topic=TRIAGED.name, records=again
        )
        said = ((RAW, bare), (INSIGHTS, own), (AGAIN, own_again), (POSTGRES, beneath), (BENEATH_AGAIN, beneath_again))
        for subject, seconds in (*said, (COPY, copied)):
            costs.add(subject, seconds, contacts)


def _reports(costs: Rounds, size: Size, rounds: int, in_a_signal: float) -> tuple[Report, Report]:
    measured = (
        f"{rounds} rounds of {size.contacts:,} triaged contacts, one friction each around {SIGNALS} themes, {in_a_signal:.0%} of "
        f"them in a signal that was known; up to {BATCH:,} records a batch. Looking for new signals is not in it."
    )
    return (
        Report.of(
            costs,
            "Insights",
            measured=f"CPU time of the consuming process. {measured}",
            subjects=(RAW, INSIGHTS, AGAIN),
            baselines=(RAW,),
            notes=(
                "The raw loop is getmany → commit: it looks at nothing and writes nothing.",
                "A re-read says the same contacts under the next reading, and insights counts it instead: rows out, rows in.",
                f"Contacts a core and second: {1e6 / costs.cost(INSIGHTS).median:,.0f}, PostgreSQL's share not counted.",
            ),
        ),
        Report.of(
            costs,
            "Insights, in PostgreSQL",
            measured=f"CPU time of all of PostgreSQL's processes. {measured}",
            subjects=(COPY, POSTGRES, BENEATH_AGAIN),
            baselines=(COPY,),
            notes=(
                (
                    "COPY writes the same rows into the same table `contacts` with the same indexes, in as large transactions, and nothing else. "
                    "Insights also writes the contact's key, its friction with the vector, three rollups and its offsets."
                ),
            ),
        ),
    )


async def _find_signals(ground: Ground, waiting: Backlog, size: Size) -> None:
    async with _insights(ground, discovery_seconds=1) as insights, _connected(ground.running.database_url) as database:
        records = triaged(size.warm_up, run=0)
        await waiting.seconds(insights, group=GROUP, topic=TRIAGED.name, records=records)
        async with asyncio.timeout(FIND_SECONDS):
            while not await database.fetchval("SELECT count(*) FROM signals"):  # noqa: ASYNC110 - another process finds them
                await asyncio.sleep(0.2)


@asynccontextmanager
async def _loop(ground: Ground, waiting: Backlog) -> AsyncIterator[Child]:
    await waiting.create(OWN_TOPIC, partitions=TRIAGED.partitions)
    async with ground.program("raw", "bench.baselines.consume", OWN_TOPIC, OWN_GROUP, "--batch", str(BATCH)) as child:
        yield child


@asynccontextmanager
async def _insights(ground: Ground, *, discovery_seconds: float) -> AsyncIterator[Child]:
    settings = {"INSIGHTS_DISCOVERY_SECONDS": str(discovery_seconds), "INSIGHTS_GROUP": GROUP}
    async with ground.server("insights", "services.insights", port_in="INSIGHTS_PORT", **settings) as service:
        yield service.child


@asynccontextmanager
async def _databases(postgres: Postgres) -> AsyncIterator[_Databases]:
    url = await postgres.create_database(OTHER)
    await migrate(url)
    async with _connected(postgres.url) as counted, _connected(url) as other:
        # PostgreSQL refuses COPY where row-level security is forced; insights copies into the months beneath.
        await other.execute("ALTER TABLE contacts NO FORCE ROW LEVEL SECURITY")
        yield _Databases(Clock(postgres.pid, family=True), counted, other)


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        yield connection
    finally:
        await connection.close(timeout=10)
