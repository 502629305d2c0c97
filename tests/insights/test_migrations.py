"""The schema comes up once, however many replicas start, and only where it can."""

import asyncio
import os
import sys
from pathlib import Path

import asyncpg
import pytest

from deploy.local import Running
from services.insights.store.blocks import FOLDER
from services.insights.store.connection import Unsuitable
from services.insights.store.migrations import check, migrate
from shared.errors import Unavailable
from tests.insights.conftest import administer, named


async def test_replicas_that_start_at_once_migrate_once(running: Running) -> None:
    url = named(running.database_url, "failbetter_race")
    await administer(running.database_url, "CREATE DATABASE failbetter_race")
    try:
        await asyncio.gather(*(migrate(url) for _ in range(6)))
        connection = await asyncpg.connect(url)
        try:
            applied = await connection.fetch("SELECT version FROM schema_migrations")
            wanted = [path.name.split("_")[0] for path in sorted((FOLDER / "migrations").glob("*.sql"))]
            assert [row["version"] for row in applied] == wanted
        finally:
            await connection.close()
    finally:
        await administer(running.database_url, "DROP DATABASE failbetter_race WITH (FORCE)")


@pytest.mark.parametrize("command", ["migrate", "recount"])
async def test_who_looks_after_the_database_needs_its_address_and_nothing_else(database_url: str, command: str) -> None:
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": database_url}
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.insights", command, env=environment, stderr=asyncio.subprocess.PIPE
    )
    _, said = await child.communicate()

    assert child.returncode == 0, said.decode()


async def test_no_schema_file_is_written(running: Running, database_url: str) -> None:
    await migrate(database_url)
    assert not (Path.cwd() / "db").exists()


async def test_a_database_that_is_away_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        await migrate("postgresql://nobody@127.0.0.1:1/nothing")


def test_an_old_postgresql_is_refused() -> None:
    with pytest.raises(Unsuitable, match="PostgreSQL 16 is too old: insights needs 17 or newer"):
        check(16, has_vector=True, has_caller=True)


def test_postgresql_without_pgvector_is_refused() -> None:
    with pytest.raises(Unsuitable, match="no pgvector"):
        check(18, has_vector=False, has_caller=True)


def test_an_owner_who_may_not_become_the_caller_is_told_what_to_run() -> None:
    with pytest.raises(Unsuitable, match="CREATE ROLE failbetter_caller NOLOGIN; GRANT failbetter_caller TO"):
        check(18, has_vector=True, has_caller=False)
