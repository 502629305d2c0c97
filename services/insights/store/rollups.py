"""Rollups: changed by adding what a change counts for. Rows are taken in the order of their keys, so that two batches do not wait in a circle."""

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from services.insights.rules.tally import Tally
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection

SQL = "rollups"


async def add(connection: Connection, change: Tally) -> None:
    """Count a change."""
    hours = sorted(change.hours.items())
    if hours:
        keys = list(zip(*(key for key, _ in hours), strict=True))
        await connection.execute(blocks(SQL)["add_hours"], *keys, *zip(*(amount for _, amount in hours), strict=True))
        if any(amount.contacts < 0 for _, amount in hours):
            await connection.execute(blocks(SQL)["drop_empty_hours"], *keys)
    customers = sorted(change.customers.items())
    if customers:
        keys = list(zip(*(key for key, _ in customers), strict=True))
        await connection.execute(blocks(SQL)["add_customers"], *keys, [contacts for _, contacts in customers])
        if any(contacts < 0 for _, contacts in customers):
            await connection.execute(blocks(SQL)["drop_empty_customers"], *keys)
    days = sorted(change.days.items())
    if days:
        keys = list(zip(*(key for key, _ in days), strict=True))
        await connection.execute(blocks(SQL)["add_days"], *keys, *zip(*(amount for _, amount in days), strict=True))
        if any(amount.contacts < 0 for _, amount in days):
            await connection.execute(blocks(SQL)["drop_empty_days"], *keys)


async def count_again(
    connection: Connection, tenant: str, signals: Collection[UUID], *, first: datetime, last: datetime, seconds: float
) -> None:
    """
    Count what these signals had on the days from `first` to `last`, from their frictions, within `seconds` for each statement.

    Whoever does it has to hold the tenant alone.
    """
    since = datetime.combine(first.astimezone(UTC).date(), time(), UTC)
    until = datetime.combine(last.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
    for statement in ("forget_hours", "forget_customers", "recount_hours", "recount_customers"):
        await connection.execute(blocks(SQL)[statement], tenant, list(signals), since, until, timeout=seconds)
