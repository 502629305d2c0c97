from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from deploy.local.postgres import Postgres

Connection = asyncpg.Connection


async def test_a_new_database_knows_vectors_and_trigrams(postgres: Postgres) -> None:
    url = await postgres.create_database("fresh")

    async with connected(url) as connection:
        assert await connection.fetchval("SELECT '[1,2]'::vector <-> '[1,4]'::vector") == 2.0
        assert await connection.fetchval("SELECT similarity('refund', 'refunds')") > 0.5


async def test_the_owner_makes_databases_from_templates_but_is_no_superuser(postgres: Postgres) -> None:
    template = await postgres.create_database("template_of_a_test")
    async with connected(template) as connection:
        await connection.execute("CREATE TABLE seen AS SELECT 42 AS answer")

    copy = await postgres.create_database("copy", template="template_of_a_test")

    async with connected(copy) as connection:
        assert await connection.fetchval("SELECT answer FROM seen") == 42
        assert await connection.fetchval("SHOW is_superuser") == "off"
    await postgres.drop_database("copy")
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(copy)


async def test_a_first_start_that_was_interrupted_does_not_spoil_the_next(place: Path) -> None:
    (place / "data.unfinished").mkdir()
    (place / "data.unfinished" / "PG_VERSION").write_text("18")

    async with Postgres(place) as postgres, connected(postgres.url) as connection:
        assert await connection.fetchval("SELECT 1") == 1


@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_what_was_committed_is_there_after_it_ended_and_started_again(postgres: Postgres, end: str) -> None:
    url = postgres.url
    async with connected(url) as connection:
        await connection.execute("CREATE TABLE said AS SELECT 'the app crashes' AS what")

    await (postgres.stop() if end == "stop" else postgres.kill())
    with pytest.raises(OSError, match="Connect call failed"):
        await asyncpg.connect(url)
    await postgres.start()

    assert postgres.url == url
    async with connected(url) as connection:
        assert await connection.fetchval("SELECT what FROM said") == "the app crashes"


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        yield connection
    finally:
        await connection.close(timeout=5)
