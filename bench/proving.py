"""
`python -m bench.proving [--contacts 100000]`: what judging fixes costs in a database of so many contacts.

The largest signals each had a fix a third of the time ago; nothing became less, so whatever came since is a failure. Seconds of a round of the job,
the first of which also tells the verdicts; and milliseconds of what people ask, median and p95.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from bench.ground import machine
from bench.reads import DAYS, LAST, NOW, REPEATS, SIGNALS, an_id, fill
from deploy.local import Postgres
from services.insights.correcting.changing import Wanted, change
from services.insights.proving import Proving
from services.insights.reads.loops import loops_of
from services.insights.reads.proof import fix_of
from services.insights.reads.repeats import repeats_page
from services.insights.rules.recurrence import Patience
from services.insights.store.connection import Connection, Pool, open_pool, transaction
from services.insights.store.migrations import migrate
from shared.events import Status

FIXES = 20
PATIENCE = Patience(rollout=timedelta(days=7), people=3)


async def ship(pool: Pool) -> None:
    """Half of them are taken for verified, so that there are loops to close."""
    for number in range(1, FIXES + 1):
        async with transaction(pool, "bench") as connection:
            fix = Wanted(status=Status.FIX_SHIPPED, at=NOW - timedelta(days=DAYS / 3))
            await change(connection, "bench", an_id("signal", number), fix, actor="key:bench", now=NOW)
            if number % 2:
                await change(connection, "bench", an_id("signal", number), Wanted(status=Status.VERIFIED), actor="key:b", now=NOW)


async def rounds(pool: Pool) -> None:
    proving = Proving(pool, patience=PATIENCE, clock=lambda: NOW)
    for which in ("first", "second", "third"):
        began = time.perf_counter()
        done = await proving.run_once()
        print(f"* the {which} round: {time.perf_counter() - began:.1f} s, {done}", flush=True)


async def asking(pool: Pool) -> None:
    one = an_id("signal", 1)
    asked: dict[str, Callable[[Connection], Awaitable[object]]] = {
        "the fix of the largest signal, with its proof": lambda c: fix_of(c, "bench", one, at=NOW),
        "GET /v1/repeats": lambda c: repeats_page(c, "bench", signal_id=None, after=None, before=LAST, limit=50),
        "its loops": lambda c: loops_of(c, "bench", one, closable=None, before=LAST, limit=50),
    }
    for name, read in asked.items():
        took = []
        for _ in range(REPEATS):
            began = time.perf_counter()
            async with transaction(pool, "bench") as connection:
                await read(connection)
            took.append(1000 * (time.perf_counter() - began))
        print(f"* {name}: {statistics.median(took):.1f} ms, p95 {sorted(took)[int(0.95 * REPEATS)]:.1f}", flush=True)


async def measure(folder: Path, number: int) -> None:
    """Everything, in a database of its own in `folder`."""
    async with Postgres(folder / "postgres") as postgres:
        await migrate(postgres.url)
        async with open_pool(postgres.url, max_size=4, statement_seconds=600) as pool:
            await fill(pool, number)
            await ship(pool)
            await rounds(pool)
            await asking(pool)


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.proving", description=__doc__)
    parser.add_argument("--contacts", type=int, default=100_000)
    number = parser.parse_args().contacts
    said = f"* {number:,} contacts over {DAYS} days in {SIGNALS} signals, {FIXES} of them with a fix, one tenant"
    print(*(f"* {line}" for line in machine()), said, sep="\n", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), number))


if __name__ == "__main__":
    _main()
