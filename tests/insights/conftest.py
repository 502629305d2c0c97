"""A database of its own for every test of insights: a copy of one that was migrated once."""

import os
from collections.abc import AsyncIterator
from itertools import count
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from deploy.local import Running
from services.insights.store.connection import Pool, open_pool
from services.insights.store.migrations import migrate

TEMPLATE = f"failbetter_template_{os.getpid()}"
NUMBERS = count()


def named(url: str, database: str) -> str:
    """The address of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


async def administer(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def drop(running: Running, database: str) -> None:
    """By a superuser, where it is ours: PostgreSQL's own housekeeping may be at work in it, and is nobody else's to end."""
    url = running.postgres.superuser_url if running.postgres else running.database_url
    await administer(url, f"DROP DATABASE {database} WITH (FORCE)")


@pytest.fixture(scope="session")
async def template(running: Running) -> AsyncIterator[str]:
    await administer(running.database_url, f"CREATE DATABASE {TEMPLATE}")
    await migrate(named(running.database_url, TEMPLATE))
    yield TEMPLATE
    await drop(running, TEMPLATE)


@pytest.fixture
async def database_url(running: Running, template: str) -> AsyncIterator[str]:
    """A migrated, empty database."""
    name = f"failbetter_{os.getpid()}_{next(NUMBERS)}"
    await administer(running.database_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield named(running.database_url, name)
    await drop(running, name)


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """As the log's own work has it: it sees all tenants."""
    async with open_pool(database_url, max_size=10) as pool:
        yield pool


@pytest.fixture
async def callers(database_url: str) -> AsyncIterator[Pool]:
    """As what people ask has it: it sees one tenant, or none."""
    async with open_pool(database_url, max_size=10, is_for_callers=True) as pool:
        yield pool
