"""
Connections to PostgreSQL: a pool that waits for a database that is away, and its failures in the words of shared.errors.

Work is either the log's own, for all tenants, or a caller's, for one: then PostgreSQL shows the rows of that tenant only.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from shared.errors import FailbetterError, Unavailable

# Subscripted asyncpg classes type-check but fail at run time, hence the quotes.
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

# What may go away by itself: connections, restarts, failovers, full disks, and losing to somebody else.
_PASSING = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.PostgresSystemError,
    OSError,
    TimeoutError,
)

_HUNG_UP = ("closed", "released", "another operation")

CALLER: Final = "failbetter_caller"
"""The role of what callers ask: it sees one tenant's rows (`failbetter.tenant`), and none where no tenant is named."""

_FOR_TENANT: Final = f"SELECT set_config('role', '{CALLER}', true), set_config('failbetter.tenant', $1, true)"

LONG_SECONDS = 300.0
"""Bound of a statement that changes for what very many frictions count."""

ACQUIRE_SECONDS = 5.0
"""How long one waits for a connection when all are taken."""

# What a person has to put right.
_WRONG = (asyncpg.ClientConfigurationError, asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError)


class Unsuitable(FailbetterError):
    """The PostgreSQL that is configured cannot hold the data."""

    code = "unsuitable_database"


@asynccontextmanager
async def open_pool(
    url: str, *, max_size: int, statement_seconds: float = 30.0, is_for_callers: bool = False
) -> AsyncIterator[Pool]:
    """
    A pool that opens connections when they are wanted, so it opens without a database too. No statement takes longer than told.

    Of one that is for callers, a transaction that names no tenant sees nothing.
    """
    pool = asyncpg.create_pool(
        url,
        min_size=0,
        max_size=max_size,
        command_timeout=statement_seconds,
        timeout=5.0,
        init=_teach_caller if is_for_callers else _teach,
        server_settings={"application_name": "failbetter-insights", "timezone": "UTC"},
    )
    async with unavailable_when_away():
        await pool
    try:
        yield pool
    finally:
        pool.terminate()


@asynccontextmanager
async def transaction(pool: Pool, tenant: str | None = None) -> AsyncIterator[Connection]:
    """
    One transaction: all of it or nothing. Raises Unavailable where trying again may succeed.

    With a `tenant` it can see and write the rows of that tenant only, whatever its statements say.
    """
    async with unavailable_when_away(), pool.acquire(timeout=ACQUIRE_SECONDS) as connection, connection.transaction():
        if tenant is not None:
            await connection.fetchrow(_FOR_TENANT, tenant)
        yield connection


@asynccontextmanager
async def unavailable_when_away() -> AsyncIterator[None]:
    """Translates what PostgreSQL and its connections raise into Unavailable, where it may pass, or Unsuitable; the rest is a bug."""
    try:
        yield
    except _WRONG as error:
        # The URL may hold a password: it is not repeated.
        raise Unsuitable(f"DATABASE_URL cannot be used: {type(error).__name__}") from None
    except _PASSING as error:
        raise Unavailable(f"PostgreSQL did not do it: {type(error).__name__}") from error
    except (asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        # asyncpg says by these both that PostgreSQL hung up and that it was used wrongly. Nobody shares a connection here, so that
        # another operation is in progress can only be the hanging up.
        if not any(words in str(error) for words in _HUNG_UP):
            raise
        raise Unavailable("the connection to PostgreSQL was lost") from error


async def _teach(connection: Connection) -> None:
    """Let halfvec travel as the bytes it is made of: see store.vectors."""
    known = await connection.fetchval(
        "SELECT nspname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE typname = 'halfvec'"
    )
    if known is not None:
        await connection.set_type_codec("halfvec", schema=known, encoder=bytes, decoder=bytes, format="binary")


async def _teach_caller(connection: Connection) -> None:
    """Become the caller, once a migration has made that role."""
    await _teach(connection)
    if await connection.fetchval("SELECT pg_has_role(oid, 'SET') FROM pg_roles WHERE rolname = $1", CALLER):
        await connection.execute(f"SET ROLE {CALLER}")
