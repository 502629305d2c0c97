"""The schema: plain SQL in sql/migrations, applied by dbmate, which holds a lock in the database meanwhile."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg

from services.insights.store.blocks import FOLDER, blocks
from services.insights.store.connection import CALLER, Connection, Unsuitable, unavailable_when_away
from shared.errors import Unavailable

SQL: Final = "migrations"
OLDEST = 17
"""The oldest PostgreSQL that is supported."""

MINUTES = 10
"""Bound of all migrations together."""


async def migrate(url: str) -> None:
    """
    Bring the schema up to date; replicas that start at once wait for the first of them.

    Raises Unsuitable where PostgreSQL is too old, has no pgvector or lets nobody become the caller, Unavailable when it does not answer.
    """
    async with _connected(url) as connection:
        found = await connection.fetchrow(blocks(SQL)["suits"], CALLER)
        assert found is not None
        check(connection.get_server_version().major, has_vector=found["has_vector"], has_caller=found["has_caller"])
    await _apply(url)
    # Also what a later migration made.
    async with _connected(url) as connection:
        await connection.execute(blocks(SQL)["keep_tenants_apart"])


def check(major: int, *, has_vector: bool, has_caller: bool) -> None:
    """Raises Unsuitable, with what to do about it."""
    if major < OLDEST:
        raise Unsuitable(f"PostgreSQL {major} is too old: insights needs {OLDEST} or newer")
    if not has_vector:
        raise Unsuitable("this PostgreSQL has no pgvector: install the extension `vector`, 0.7 or newer, on the server")
    if not has_caller:
        raise Unsuitable(
            f"the role of DATABASE_URL may neither create roles nor become {CALLER}, which must not bypass row-level security. As a "
            f"superuser: CREATE ROLE {CALLER} NOLOGIN; GRANT {CALLER} TO <the role of DATABASE_URL> WITH INHERIT FALSE, SET TRUE"
        )


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Connection]:
    async with unavailable_when_away():
        connection = await asyncpg.connect(url, timeout=5.0)
        try:
            yield connection
        finally:
            await connection.close()


async def _apply(url: str) -> None:
    # By the environment, since the URL may hold a password and a command line can be read by everybody.
    environment = {**os.environ, "DATABASE_URL": _for_dbmate(url)}
    dbmate = await asyncio.create_subprocess_exec(
        _program(),
        *("--migrations-dir", str(FOLDER / "migrations"), "--no-dump-schema", "--migration-lock", "migrate"),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(dbmate.communicate(), MINUTES * 60)
    finally:
        if dbmate.returncode is None:
            dbmate.kill()
    if dbmate.returncode != 0:
        words = said.decode(errors="replace").strip()
        if "connect" in words or "starting up" in words:
            raise Unavailable("PostgreSQL went away during a migration")
        raise RuntimeError(f"dbmate failed: {words}")


def _program() -> str:
    """Where its wheel puts dbmate: beside the interpreter."""
    beside = Path(sys.executable).parent / "dbmate"
    return str(beside) if beside.exists() else "dbmate"


def _for_dbmate(url: str) -> str:
    """TLS where the server has it, as asyncpg does; the driver inside dbmate would insist on it."""
    if "sslmode=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}sslmode=prefer"
