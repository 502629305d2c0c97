"""
`python -m bench.reads [--contacts 200000]`: what reading costs in a database of so many contacts, and what row-level security adds.

Times are those inside the process, PostgreSQL on the same machine: the least and the median of REPEATS, in milliseconds. Each read is run in turn as
the log's own work (no row-level security) and as a caller. On a busy machine the least tells most: the others waited for a core.
"""

import argparse
import asyncio
import resource
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

import numpy as np

from bench.ground import machine
from deploy.local import Postgres
from services.insights.api.formats import Format, encoder
from services.insights.reads.evidence import contacts_of
from services.insights.reads.export import CONTACT_COLUMNS, contact_pages
from services.insights.reads.filters import Filters
from services.insights.reads.load import same_answers
from services.insights.reads.search import Stretch, by_meaning, by_words
from services.insights.reads.signals import ranked_page, signal_of
from services.insights.reads.summary import overview_of
from services.insights.reads.wins import win_lines
from services.insights.store.connection import Connection, Pool, open_pool, transaction
from services.insights.store.contacts import add_month
from services.insights.store.migrations import migrate
from services.insights.store.vectors import as_halfvecs

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SPACE = UUID("8f1f7b52-7e1b-4d3e-8b61-90c1f1a5c001")
SIGNALS, DAYS, DIMS, WORDS, REPEATS = 200, 240, 384, 20_000, 60
LAST = (datetime(2200, 1, 1, tzinfo=UTC), UUID(int=2**128 - 1))

Read = Callable[[Connection], Awaitable[object]]


def an_id(what: str, number: int) -> UUID:
    return uuid5(SPACE, f"{what} {number}")


def words(random: np.random.Generator) -> str:
    """Forty words as frequent as in a language (Zipf): `w0` stands in nearly every text, `w9999` in next to none."""
    return " ".join(f"w{number}" for number in np.minimum(random.zipf(1.3, 40), WORDS) - 1)


def contacts(number: int, random: np.random.Generator) -> Iterator[tuple[datetime, tuple[object, ...], tuple[object, ...]]]:
    """So many contacts of one tenant, one friction each, as rows."""
    centres = random.normal(size=(SIGNALS, DIMS)).astype(np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    for place in range(number):
        at = NOW - timedelta(days=DAYS * (1 - place / number), seconds=1)
        signal = int(random.zipf(1.4)) % SIGNALS
        vector = centres[signal] + random.normal(0, 0.03, DIMS)
        halfvec = as_halfvecs((vector / np.linalg.norm(vector))[None, :].astype(np.float32))[0]
        contact_id, person = an_id("contact", place), f"person {int(random.integers(number // 2)):012}"
        disposition = "praise" if place % 20 == 0 else "friction"
        contact = (
            *(
                "bench",
                contact_id,
                at,
                1,
                "f",
                "email",
                words(random),
                person,
                person,
                "App",
                "Pro",
                1,
                disposition,
                0.9,
                "neutral",
                0.5,
            ),
            *("", "normal", "en", "care", "rule", "m", "1", 1, at, at, at),
        )
        friction = (
            *("bench", contact_id, at, 0, 0, 10, "defect", 0.9, 500, person, "email", "App", "en", f"bench/{DIMS}"),
            *(halfvec, an_id("signal", signal), 0.8),
        )
        yield at, contact, friction


CONTACT = (
    *(
        "tenant",
        "contact_id",
        "occurred_at",
        "revision",
        "fingerprint",
        "channel",
        "text",
        "customer",
        "person",
        "product",
        "plan",
    ),
    *("reading", "disposition", "confidence", "mood", "mood_score", "mood_advice", "urgency", "language", "queue", "rule"),
    *("model_name", "model_version", "frictions", "received_at", "triaged_at", "counted_at"),
)
FRICTION = (
    *("tenant", "contact_id", "occurred_at", "ordinal", "span_start", "span_end", "kind", "confidence", "intensity", "person"),
    *("channel", "product", "language", "space", "embedding", "signal_id", "similarity"),
)

REST = """
INSERT INTO contact_keys SELECT tenant, contact_id, occurred_at, 1, 1, 'f' FROM contacts;
INSERT INTO signals (tenant, signal_id, space, title, centroid, founding_contact_id, founding_ordinal, founded_at, opened_at)
SELECT tenant, signal_id, max(space), 'Signal', (array_agg(embedding))[1], signal_id, 0, min(occurred_at), min(occurred_at)
FROM frictions GROUP BY tenant, signal_id;
INSERT INTO outcomes SELECT tenant, contact_id, 'won', 4, 6, NULL, occurred_at, occurred_at FROM contacts WHERE hashtext(contact_id::text) % 5 = 0;
INSERT INTO signal_hours SELECT tenant, signal_id, date_trunc('hour', occurred_at), count(*), count(*), sum(intensity)
FROM frictions GROUP BY 1, 2, 3;
INSERT INTO signal_customers SELECT tenant, signal_id, occurred_at::date, person, count(*) FROM frictions GROUP BY 1, 2, 3, 4;
INSERT INTO contact_days SELECT tenant, occurred_at::date, product, disposition, count(*), count(*), 500 * count(*) FROM contacts GROUP BY 1, 2, 3, 4;
INSERT INTO signal_answers SELECT tenant, signal_id, f.occurred_at::date, count(*), count(*), 360 * count(*)
FROM frictions AS f JOIN outcomes AS o USING (tenant, contact_id) GROUP BY 1, 2, 3;
INSERT INTO outcome_days SELECT tenant, o.occurred_at::date, disposition, count(*), count(*), 0, count(*), count(*)
FROM contacts JOIN outcomes AS o USING (tenant, contact_id) GROUP BY 1, 2, 3;
"""


async def fill(pool: Pool, number: int) -> None:
    """The contacts by COPY into their months, the rest by what follows from them."""
    parts: dict[str, tuple[list[tuple[object, ...]], list[tuple[object, ...]]]] = {}
    for at, contact, friction in contacts(number, np.random.default_rng(1)):
        ours = parts.setdefault(f"{at:%Y_%m}", ([], []))
        ours[0].append(contact)
        ours[1].append(friction)
    for month, (said, frictions) in parts.items():
        async with transaction(pool) as connection:
            await add_month(connection, said[0][2].replace(day=1).date())  # type: ignore[attr-defined]
            await connection.copy_records_to_table(f"contacts_{month}", columns=CONTACT, records=said)
            await connection.copy_records_to_table(f"frictions_{month}", columns=FRICTION, records=frictions)
    for statement in (*REST.strip().split(";\n"), "ANALYZE"):
        await pool.execute(statement.rstrip(";"))


def reads() -> dict[str, Read]:
    """What is measured, by name."""
    since, until = NOW - timedelta(days=28), NOW
    day = NOW.replace(hour=0, minute=0)
    one, contact = an_id("signal", 1), an_id("contact", 4_000)
    within = Stretch(datetime(2000, 1, 1, tzinfo=UTC), LAST[0])

    def said(*terms: str) -> Read:
        return lambda c: by_words(c, "bench", terms, language="en", within=within, before=LAST, limit=20)

    return {
        "nothing (SELECT 1)": lambda c: c.fetchval("SELECT 1"),
        "GET /v1/signals": lambda c: ranked_page(c, "bench", Filters(), at=NOW, limit=50),
        "GET /v1/signals/{id}, shares included": lambda c: signal_of(c, "bench", one, at=NOW),
        "its contacts": lambda c: contacts_of(c, "bench", one, before=LAST, limit=50),
        "summary, 28 days": lambda c: overview_of(c, "bench", since=day - timedelta(days=28), until=day),
        "GET /v1/wins": lambda c: win_lines(c, "bench", since=since, until=until, before=LAST, limit=50),
        "GET /v1/same-answers": lambda c: same_answers(c, "bench", since=since, until=until, limit=20),
        "search, a rare word": said("w9000"),
        "search, a word in every other text": said("w1"),
        "search, two words": said("w30", "w400"),
        "search, a beginning": said("w12"),
        "search by meaning": lambda c: by_meaning(c, "bench", contact, after=None, limit=20),
    }


async def timed(pool: Pool, read: Read, tenant: str | None) -> float:
    began = time.perf_counter()
    async with transaction(pool, tenant) as connection:
        await read(connection)
    return 1000 * (time.perf_counter() - began)


async def compare(owners: Pool, callers: Pool) -> None:
    print("\n| read | caller, least ms | median | owner, least |\n|---|---:|---:|---:|")
    for name, read in reads().items():
        pairs = [(await timed(owners, read, None), await timed(callers, read, "bench")) for _ in range(REPEATS)]
        mine = sorted(caller for _, caller in pairs)
        # Search finds nothing where no tenant is named.
        owner = "" if name.startswith("search") else f"{min(owner for owner, _ in pairs):.2f}"
        print(f"| {name} | {mine[0]:.2f} | {statistics.median(mine):.2f} | {owner} |", flush=True)


async def copying(pool: Pool) -> None:
    """COPY of the same rows with an index and without it: that on words, and the one on vectors that is not there."""
    some = [(contact, friction) for _, contact, friction in contacts(3_000, np.random.default_rng(2))]
    vectors = f"CREATE INDEX ON bench_month USING hnsw ((embedding::halfvec({DIMS})) halfvec_ip_ops)"
    on_words = (
        "CREATE INDEX ON bench_month USING gin (tenant, to_tsvector(words_of(language), coalesce(subject, '') || ' ' || text))"
    )
    await _copied(pool, "contacts", CONTACT, [contact for contact, _ in some], index=on_words, called="an index on words")
    await _copied(
        pool, "frictions", FRICTION, [friction for _, friction in some], index=vectors, called="an HNSW index on vectors"
    )


async def _copied(
    pool: Pool, table: str, columns: tuple[str, ...], rows: list[tuple[object, ...]], *, index: str, called: str
) -> None:
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(3):
        for which, taken in enumerate(seconds):
            async with pool.acquire() as connection:
                transacting = connection.transaction()
                await transacting.start()
                await connection.execute(f"CREATE TABLE bench_month (LIKE {table} INCLUDING ALL)")
                for name in await connection.fetch(
                    "SELECT indexname FROM pg_indexes WHERE tablename = 'bench_month' AND indexdef LIKE '%gin%'"
                ):
                    await connection.execute(f'DROP INDEX "{name[0]}"')
                if which:
                    await connection.execute(index)
                began = time.perf_counter()
                await connection.copy_records_to_table("bench_month", columns=columns, records=rows)
                taken.append(time.perf_counter() - began)
                await transacting.rollback()
    plain, indexed = (1e6 * statistics.median(taken) / len(rows) for taken in seconds)
    ratio = statistics.median(one / other for other, one in zip(*seconds, strict=True))
    print(f"\nCOPY into {table}: {plain:.0f} µs a row, {indexed:.0f} with {called}: {ratio:.2f} times.", flush=True)


EXACT = """
SELECT f.contact_id, -(f.embedding <#> m.embedding) AS similarity
FROM frictions AS m JOIN frictions AS f USING (tenant, space)
WHERE m.tenant = 'bench' AND m.contact_id = $1 AND f.contact_id <> $1
ORDER BY f.embedding <#> m.embedding LIMIT 20
"""


async def comparing(callers: Pool, number: int) -> None:
    """What is found through signals against what a look at every vector finds."""
    found, exact, took = [], [], []
    for place in range(0, number, number // 20):
        async with transaction(callers, "bench") as connection:
            page = await by_meaning(connection, "bench", an_id("contact", place), after=None, limit=20)
            began = time.perf_counter()
            every = await connection.fetch(EXACT, an_id("contact", place))
            took.append(1000 * (time.perf_counter() - began))
        found.append(statistics.mean(hit.similarity or 0 for hit in page.items))
        exact.append(statistics.mean(row["similarity"] for row in every))
    print(
        f"\nMean similarity of the 20 that are most alike: {statistics.mean(found):.3f} through signals, {statistics.mean(exact):.3f} by a "
        f"look at every vector, which takes {statistics.median(took):.0f} ms."
    )


async def exporting(callers: Pool) -> None:
    print("\n| export of all contacts | contacts a second | MB | memory on top, MB |\n|---|---:|---:|---:|")
    for form in Format:
        before, began, rows, size = _peak(), time.perf_counter(), 0, 0
        async for chunk, number in _file(callers, form):
            rows, size = rows + number, size + len(chunk)
        seconds = time.perf_counter() - began
        print(f"| {form} | {rows / seconds:,.0f} | {size / 1e6:,.0f} | {_peak() - before:,.0f} |", flush=True)


async def _file(callers: Pool, form: Format) -> AsyncIterator[tuple[bytes, int]]:
    into = encoder(form, CONTACT_COLUMNS)
    async for page in contact_pages(callers, "bench", Filters()):
        yield into.page(page), len(page)
    yield into.end(), 0


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


async def measure(folder: Path, number: int) -> None:
    """Everything, in a database of its own in `folder`."""
    async with Postgres(folder / "postgres") as postgres:
        await migrate(postgres.url)
        async with (
            open_pool(postgres.url, max_size=4, statement_seconds=600) as owners,
            open_pool(postgres.url, max_size=4, is_for_callers=True) as callers,
        ):
            await fill(owners, number)
            await compare(owners, callers)
            await comparing(callers, number)
            await copying(owners)
            await exporting(callers)


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.reads", description=__doc__)
    parser.add_argument("--contacts", type=int, default=200_000)
    number = parser.parse_args().contacts
    print(
        *(f"* {line}" for line in machine()), f"* {number:,} contacts over {DAYS} days in {SIGNALS} signals, one tenant", sep="\n"
    )
    with tempfile.TemporaryDirectory(prefix="failbetter-reads-") as folder:
        Path(folder).chmod(0o711)
        asyncio.run(measure(Path(folder), number))


if __name__ == "__main__":
    _main()
