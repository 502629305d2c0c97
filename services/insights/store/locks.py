"""
Who may change what at the same time.

A tenant's lock is shared by batches and taken alone by whoever changes what things are counted as: a signal is opened, two
pseudonyms turn out to be one person, somebody is forgotten. Whoever holds it sees everything that was decided before.
"""

from collections.abc import AsyncIterator
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager

from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection, Pool, unavailable_when_away

SQL = "locks"


async def take(connection: Connection, *, shared: AbstractSet[str], alone: AbstractSet[str]) -> None:
    """Hold the locks of these tenants until the transaction ends."""
    # Everybody takes them in the same order, so that nobody waits in a circle. Different tenants may share a lock by their hash.
    tenants = sorted(shared | alone)
    await connection.execute(blocks(SQL)["take"], tenants, [tenant in alone for tenant in tenants])


@asynccontextmanager
async def leading(pool: Pool, job: str) -> AsyncIterator[bool]:
    """Whether this process is the only one that does `job` for as long as the block lasts."""
    async with unavailable_when_away(), pool.acquire() as connection:
        is_leader = await connection.fetchval(blocks(SQL)["lead"], job)
        try:
            yield bool(is_leader)
        finally:
            if is_leader and not connection.is_closed():
                await connection.execute(blocks(SQL)["stop_leading"], job)


@asynccontextmanager
async def turn(pool: Pool, tenant: str) -> AsyncIterator[bool]:
    """
    Whether nobody else arranges or judges the tenant's signals for as long as the block lasts.

    Arranging takes several transactions: who compared counts in the middle of it would see a surge that is none.
    """
    async with leading(pool, f"signals of {tenant}") as is_ours:
        yield is_ours
