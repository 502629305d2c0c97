"""
`python -m bench.correcting [--frictions 100000]`: how long a correction of a large signal takes, its tenant's contacts waiting meanwhile.

Two signals of so many frictions each (one a contact, 384 dimensions, over 60 days), written straight into the tables. Each correction is
one transaction, as over HTTP, without HTTP. PostgreSQL is the embedded one unless DATABASE_URL names another, which has to be empty.
"""

import argparse
import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final, TypeVar
from uuid import UUID, uuid5

import numpy as np

from bench.ground import machine, own_folder
from deploy.local import from_environment
from services.insights.correcting.merging import merge
from services.insights.correcting.moving import move
from services.insights.correcting.splitting import Named, Wanted, split
from services.insights.correcting.undoing import undo
from services.insights.store.connection import Connection, Pool, open_pool, transaction
from services.insights.store.migrations import migrate
from services.insights.store.recount import recount
from services.insights.store.vectors import as_halfvecs

NAMESPACE: Final = UUID("5b0c2b1e-0c56-4f3a-9a77-3a8d8e1f0a11")
TENANT: Final = "bench"
DIMS: Final = 384
LAST: Final = datetime(2026, 3, 1, tzinfo=UTC)
VECTORS: Final = 200
"""Different ones in each signal."""

T = TypeVar("T")

ONE, OTHER = uuid5(NAMESPACE, "one"), uuid5(NAMESPACE, "other")

SIGNAL: Final = """
INSERT INTO signals (tenant, signal_id, space, title, centroid, founding_contact_id, founding_ordinal, founded_at, opened_at)
VALUES ($1, $2, 'bench', 'a signal', $3, $2, 0, $4, $4)
"""
CONTACTS: Final = """
INSERT INTO contacts (
    tenant, contact_id, occurred_at, revision, fingerprint, channel, text, person, reading, disposition, confidence, mood, mood_score,
    mood_advice, urgency, language, queue, rule, model_name, model_version, frictions, received_at, triaged_at, counted_at
)
SELECT $1, md5($2::text || n)::uuid, $3::timestamptz - n * interval '60 days' / $4::integer, 1, 'fingerprint', 'email', repeat('words ', 40),
    'person ' || n % ($4 / 2), 1, 'friction', 0.9, 'angry', 0.9, '', 'normal', 'en', 'care', 'rule', 'm', '1', 1, $3, $3, $3
FROM generate_series(1, $4) AS n
"""
KEYS: Final = """
INSERT INTO contact_keys SELECT tenant, contact_id, occurred_at, 1, 1, 'fingerprint' FROM contacts ON CONFLICT DO NOTHING
"""
FRICTIONS: Final = """
INSERT INTO frictions (
    tenant, contact_id, occurred_at, ordinal, span_start, span_end, kind, confidence, intensity, person, channel, language, space,
    embedding, signal_id, caught_by, similarity
)
SELECT $1, c.contact_id, c.occurred_at, 0, 0, 10, 'defect', 0.9, 500, c.person, 'email', 'en', 'bench', v.embedding, $2::uuid, $2, 0.9
FROM (SELECT *, row_number() OVER (ORDER BY contact_id) AS n FROM contacts WHERE tenant = $1) AS c
JOIN unnest($3::halfvec[]) WITH ORDINALITY AS v (embedding, n) ON v.n = 1 + c.n % cardinality($3::halfvec[])
WHERE NOT EXISTS (SELECT FROM frictions AS f WHERE f.tenant = c.tenant AND f.occurred_at = c.occurred_at AND f.contact_id = c.contact_id)
"""
ROLLUPS: Final = """
TRUNCATE signal_hours, signal_customers, contact_days;
INSERT INTO signal_hours
SELECT tenant, signal_id, date_trunc('hour', occurred_at, 'UTC'), count(*), count(*), sum(intensity) FROM frictions GROUP BY 1, 2, 3;
INSERT INTO signal_customers
SELECT tenant, signal_id, (occurred_at AT TIME ZONE 'UTC')::date, person, count(*) FROM frictions GROUP BY 1, 2, 3, 4;
INSERT INTO contact_days
SELECT tenant, (occurred_at AT TIME ZONE 'UTC')::date, '', 'friction', count(*), count(*), 500 * count(*) FROM contacts GROUP BY 1, 2;
"""


async def measure(frictions: int) -> None:
    async with _pool() as pool:
        await _write(pool, frictions)
        of_one = await pool.fetchval("SELECT contact_id FROM frictions WHERE signal_id = $1 LIMIT 1", ONE)
        of_other = await pool.fetchval("SELECT contact_id FROM frictions WHERE signal_id = $1 LIMIT 1", OTHER)
        print(f"| correction | {frictions:,} frictions a signal |\n|---|---:|")
        [merged] = await _timed(pool, "merge", lambda c, at: merge(c, TENANT, [ONE], into=OTHER, actor="bench", now=at))
        part = await _timed(
            pool,
            "split by `nearest_to`, of the two merged",
            lambda c, at: split(c, TENANT, OTHER, Wanted(like=Named(of_one)), actor="bench", now=at),
        )
        await _timed(pool, "undo the split", lambda c, at: undo(c, TENANT, part.change_id, actor="bench", now=at))
        await _timed(pool, "undo the merge", lambda c, at: undo(c, TENANT, merged, actor="bench", now=at))
        moved = await _timed(
            pool, "move one contact", lambda c, at: move(c, TENANT, of_other, ordinal=0, to=ONE, actor="bench", now=at)
        )
        await _timed(pool, "undo the move", lambda c, at: undo(c, TENANT, moved, actor="bench", now=at))
        wrong = await recount(pool)
        print(f"\nThe split took away {part.frictions:,} frictions. The statistics differ from a recount in {len(wrong)} places.")


async def _timed(pool: Pool, name: str, done: Callable[[Connection, datetime], Awaitable[T]]) -> T:
    began = time.perf_counter()
    async with transaction(pool) as connection:
        found = await done(connection, datetime.now(UTC))
    print(f"| {name} | {time.perf_counter() - began:.2f} s |", flush=True)
    return found


@asynccontextmanager
async def _pool() -> AsyncIterator[Pool]:
    with own_folder() as folder:
        async with from_environment(folder, os.environ) as running:
            await migrate(running.database_url)
            async with open_pool(running.database_url, max_size=2, statement_seconds=600.0) as pool:
                yield pool


async def _write(pool: Pool, frictions: int) -> None:
    for month in (datetime(2025, 12, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC), LAST):
        await pool.execute("SELECT add_month($1)", month.date())
    for seed, signal in enumerate((ONE, OTHER)):
        centre, *vectors = _vectors(seed)
        await pool.execute(SIGNAL, TENANT, signal, centre, LAST)
        await pool.execute(CONTACTS, TENANT, str(signal), LAST, frictions)
        await pool.execute(FRICTIONS, TENANT, signal, vectors)
    await pool.execute(KEYS)
    await pool.execute(ROLLUPS)
    await pool.execute("VACUUM ANALYZE")


def _vectors(seed: int) -> Sequence[bytes]:
    """A centre and vectors about it: two signals are as far apart as unrelated texts."""
    random = np.random.default_rng(seed)
    centre = random.normal(size=DIMS)
    rows = np.vstack([centre, centre + random.normal(0, 0.6, (VECTORS, DIMS))])
    return as_halfvecs((rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.correcting", description=__doc__)
    parser.add_argument("--frictions", type=int, default=100_000, help="of each of the two signals; default: 100,000")
    print(*(f"* {line}" for line in machine()), "", sep="\n")
    asyncio.run(measure(parser.parse_args().frictions))


if __name__ == "__main__":
    main()
