"""The schema: plain SQL in sql/migrations, applied by dbmate, which holds a lock in the database meanwhile."""

import asyncio
import os
import sys
from pathlib import Path

import asyncpg

from services.insights.store.blocks import FOLDER
from services.insights.store.connection import Unsuitable, unavailable_when_away
from shared.errors import Unavailable

OLDEST = 17
"""The oldest PostgreSQL that is supported."""

MINUTES = 10
"""Bound of all migrations together."""


async def migrate(url: str) -> None:
    """
    Bring the schema up to date; replicas that start at once wait for the first of them.

    Raises Unsuitable where PostgreSQL is too old or has no pgvector, Unavailable when it does not answer.
    """
    async with unavailable_when_away():
        connection = await asyncpg.connect(url, timeout=5.0)
        try:
            has_vector = await connection.fetchval("SELECT count(*) > 0 FROM pg_available_extensions WHERE name = 'vector'")
            check(connection.get_server_version().major, has_vector=has_vector)
        finally:
            await connection.close()
    await _apply(url)


def check(major: int, *, has_vector: bool) -> None:
    """Raises Unsuitable, with what to install."""
    if major < OLDEST:
        raise Unsuitable(f"PostgreSQL {major} is too old: insights needs {OLDEST} or newer")
    if not has_vector:
        raise Unsuitable("this PostgreSQL has no pgvector: install the extension `vector`, 0.7 or newer, on the server")


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
