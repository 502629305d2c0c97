"""Months are added while others read and write."""

import asyncio
from datetime import date

from services.insights.store.connection import Pool, transaction
from services.insights.store.contacts import add_month


async def test_everybody_may_add_the_same_months_at_once(pool: Pool) -> None:
    async def add(month: int) -> None:
        async with transaction(pool) as connection:
            await add_month(connection, date(2001, month, 1))

    await asyncio.gather(*(add(1 + number % 3) for number in range(12)))
    assert await pool.fetchval("SELECT count(*) FROM pg_inherits WHERE inhparent = 'contacts'::regclass") == 3


async def test_a_month_is_added_while_a_transaction_reads_and_another_writes(pool: Pool) -> None:
    async with transaction(pool) as first:
        await add_month(first, date(2002, 1, 1))
    async with transaction(pool) as busy:
        await busy.execute("SELECT * FROM contacts")
        await busy.execute("DELETE FROM frictions")
        async with transaction(pool) as connection:
            await connection.execute("SET LOCAL lock_timeout = '2s'")
            await add_month(connection, date(2002, 2, 1))
