"""
`python -m bench.discovery`: what 100,000 frictions that wait cost, from nothing to signals, and whether the sink feels it.

They are put into the real schema, around so many matters of very different sizes, a tenth of them about nothing that anybody else says.
The job then runs as in the service, beside a probe of the event loop and a sink that counts contacts of another tenant all the while.
"""

import argparse
import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from uuid import UUID, uuid4, uuid5

import numpy as np
import psutil

from bench.contacts import triaged
from deploy.local import Postgres
from services.insights.apart import Apart
from services.insights.discovery import Discovery
from services.insights.known import KnownSignals
from services.insights.pipeline import Ledger, Said
from services.insights.rules.grouping import Grain
from services.insights.settings import InsightsSettings
from services.insights.store.connection import Pool, open_pool, transaction
from services.insights.store.contacts import add_month
from services.insights.store.migrations import migrate
from services.insights.store.vectors import as_halfvecs
from shared.clock import utc_now
from shared.events import ContactTriaged

SPACE, DIMENSIONS = "bench/384", 384
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
NAMESPACE = UUID("f2b1a7cf-2c05-4b3a-9d35-5f7ad7b5c002")
SPREAD = 0.045
"""Of the noise in each dimension: two frictions of one matter then have a cosine of about .56, as those of Banking77 do."""
PORTION = 50
EVERY_SECONDS = 0.25
PROBE_SECONDS = 0.002


@dataclass
class Felt:
    """What the sink and the event loop felt: seconds of each portion, longest wait of the probe, highest memory."""

    portions: list[float] = field(default_factory=list)
    holds: list[float] = field(default_factory=list)
    bytes: int = 0

    def said(self, name: str) -> str:
        counts, holds = np.array(self.portions) * 1000, np.array(self.holds) * 1000
        return (
            f"{name:<10} portion of {PORTION}: median {np.median(counts):.0f} ms, p95 {np.percentile(counts, 95):.0f}, most {counts.max():.0f} "
            f"({len(counts)}); event loop held: p99 {np.percentile(holds, 99):.1f} ms, p99.9 {np.percentile(holds, 99.9):.1f}, most {holds.max():.1f}"
        )


def vectors(number: int, matters: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Unit vectors around `matters` whose sizes follow Zipf's law; every tenth is near nothing."""
    random = np.random.default_rng(1)
    centres = random.normal(0, DIMENSIONS**-0.5, (matters, DIMENSIONS))
    shares = 1 / np.arange(1, matters + 1)
    of = random.choice(matters, number, p=shares / shares.sum())
    rows = centres[of] + random.normal(0, SPREAD, (number, DIMENSIONS))
    strange = random.random(number) < 0.1
    rows[strange] = random.normal(0, DIMENSIONS**-0.5, (int(strange.sum()), DIMENSIONS))
    unit: np.ndarray[tuple[int, int], np.dtype[np.float32]] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(
        np.float32
    )
    return unit


async def put(pool: Pool, rows: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> None:
    """Contacts that wait, one friction each, one a minute."""
    async with transaction(pool) as connection:
        for month in range(1, 13):
            await add_month(connection, BEGINNING.date().replace(month=month))
    ids = [uuid5(NAMESPACE, str(number)) for number in range(len(rows))]
    times = [BEGINNING + timedelta(minutes=number) for number in range(len(rows))]
    async with transaction(pool) as connection:
        await connection.execute(
            "INSERT INTO contacts (tenant, contact_id, occurred_at, revision, fingerprint, channel, text, person, reading, disposition, "
            "confidence, mood, mood_score, mood_advice, urgency, language, queue, rule, model_name, model_version, frictions, received_at, "
            "triaged_at, counted_at) SELECT 'bench', id, at, 1, '', 'email', 'It stopped working again after the last update', 'p' || n, 1, "
            "'friction', .9, 'neutral', .5, '', 'normal', 'en', 'care', '', 'bench', '1', 1, at, at, at "
            "FROM unnest($1::uuid[], $2::timestamptz[]) WITH ORDINALITY AS said (id, at, n)",
            *(ids, times),
            timeout=600,
        )
        # Into the months themselves, as the sink does: PostgreSQL refuses COPY where row-level security is forced.
        columns = (
            *("tenant", "contact_id", "occurred_at", "ordinal", "span_start", "span_end", "kind", "confidence", "intensity"),
            *("person", "channel", "language", "space", "embedding"),
        )
        halfvecs = as_halfvecs(rows)
        for month in sorted({at.month for at in times}):
            await connection.copy_records_to_table(
                f"frictions_{BEGINNING.year}_{month:02}",
                columns=columns,
                records=[
                    ("bench", ids[n], at, 0, 0, 20, "defect", 0.9, 500, f"p{n + 1}", "email", "en", SPACE, halfvecs[n])
                    for n, at in enumerate(times)
                    if at.month == month
                ],
                timeout=600,
            )
    await pool.execute("ANALYZE contacts, frictions")


@asynccontextmanager
async def watched(pool: Pool, felt: Felt, said: list[ContactTriaged]) -> AsyncIterator[None]:
    """Beside the block: the probe, and the sink."""
    ledger = Ledger(pool, known_signals=KnownSignals(threshold=0.6), clock=utc_now, random_id=uuid4)

    async def probe() -> None:
        while True:
            begun = perf_counter()
            await asyncio.sleep(PROBE_SECONDS)
            felt.holds.append(perf_counter() - begun - PROBE_SECONDS)

    async def sink() -> None:
        while len(said) >= PORTION:
            portion = [said.pop() for _ in range(PORTION)]
            begun = perf_counter()
            await ledger.count(Said((), tuple(portion)))
            felt.portions.append(perf_counter() - begun)
            await asyncio.sleep(EVERY_SECONDS)

    async def memory() -> None:
        while True:
            process = psutil.Process()
            family = [process, *(each for each in process.children(recursive=True) if each.name().startswith("python"))]
            felt.bytes = max(felt.bytes, sum(each.memory_info().rss for each in family))
            await asyncio.sleep(0.5)

    tasks = [asyncio.create_task(each()) for each in (probe, sink, memory)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def measure(number: int, matters: int, seconds: float) -> None:
    grain = Grain(threshold=InsightsSettings.model_fields["signal_threshold"].default, people=3)
    said = _others(8_000)
    with _folder() as folder:
        async with Postgres(folder / "postgres") as postgres:
            await migrate(postgres.url)
            async with open_pool(postgres.url, max_size=8, statement_seconds=600) as pool:
                await put(pool, vectors(number, matters))
                alone, beside = Felt(), Felt()
                async with watched(pool, alone, said):
                    await asyncio.sleep(seconds)
                apart = Apart()
                discovery = Discovery(pool, grain=grain, clock=utc_now, find=apart.groups)
                begun = perf_counter()
                async with watched(pool, beside, said):
                    found = await discovery.run_once()
                took = perf_counter() - begun
                await apart.stop()
                waiting = await pool.fetchval("SELECT count(*) FROM frictions WHERE signal_id IS NULL AND tenant = 'bench'")
                largest = await pool.fetch(
                    "SELECT count(*) FROM frictions WHERE signal_id IS NOT NULL GROUP BY signal_id ORDER BY 1 DESC LIMIT 5"
                )
    assert found is not None
    print(
        f"{number:,} frictions that waited, {matters} matters: {took:.0f} s (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)"
    )
    print(f"{found.opened} signals opened, the largest of {[row['count'] for row in largest]}; {waiting:,} wait on")
    print(f"memory of both processes, at most: {beside.bytes / 2**20:,.0f} MB")
    print(alone.said("before"))
    print(beside.said("meanwhile"))


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="failbetter-bench-") as folder:
        # As root PostgreSQL runs under another account, which has to get through.
        Path(folder).chmod(0o711)
        yield Path(folder)


def _others(number: int) -> list[ContactTriaged]:
    """Contacts of another tenant, for the sink."""
    return [
        ContactTriaged.model_validate_json(record.value).model_copy(update={"tenant": "other"})
        for record in triaged(number, run=1)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.discovery", description=__doc__)
    parser.add_argument("--frictions", type=int, default=100_000)
    parser.add_argument("--matters", type=int, default=400)
    parser.add_argument("--before", type=float, default=10.0, help="seconds of the sink alone, for comparison")
    told = parser.parse_args()
    asyncio.run(measure(told.frictions, told.matters, told.before))


if __name__ == "__main__":
    main()
