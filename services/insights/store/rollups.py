"""Rollups: changed by adding what a change counts for. Rows are taken in the order of their keys, so that two batches do not wait in a circle."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID

from services.insights.rules.tally import Tally
from services.insights.store import values
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection

SQL = "rollups"

Key = TypeVar("Key", bound=tuple[Any, ...])


async def add(connection: Connection, change: Tally) -> None:
    """Count a change of contacts that has been stored already."""
    async with values.kept_right(connection, met=change.met, valued=change.valued):
        await _add(connection, change)


async def count_again(
    connection: Connection, tenant: str, signals: Collection[UUID], *, first: datetime, last: datetime, seconds: float
) -> None:
    """
    Count what these signals had on the days from `first` to `last`, from their frictions, within `seconds` for each statement.

    Whoever does it has to hold the tenant alone.
    """
    since = datetime.combine(first.astimezone(UTC).date(), time(), UTC)
    until = datetime.combine(last.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
    for rollup in ("hours", "customers", "answers"):
        for statement in (f"forget_{rollup}", f"recount_{rollup}"):
            await connection.execute(blocks(SQL)[statement], tenant, list(signals), since, until, timeout=seconds)
    await values.count_again(connection, tenant, signals, seconds=seconds)


async def _add(connection: Connection, change: Tally) -> None:
    await _change(connection, "hours", change.hours)
    await _change(connection, "customers", {key: (contacts,) for key, contacts in change.customers.items()})
    await _change(connection, "days", change.days)
    await _change(connection, "answers", change.answers)
    await _change(connection, "outcomes", change.outcomes)
    await _change(connection, "remedies", change.remedies)


async def _change(connection: Connection, what: str, amounts: Mapping[Key, tuple[int, ...]]) -> None:
    """The first of the amounts is zero where nothing is left."""
    if not amounts:
        return
    rows = sorted(amounts.items())
    keys = list(zip(*(key for key, _ in rows), strict=True))
    await connection.execute(blocks(SQL)[f"add_{what}"], *keys, *zip(*(amount for _, amount in rows), strict=True))
    if any(amount[0] < 0 for _, amount in rows):
        await connection.execute(blocks(SQL)[f"drop_empty_{what}"], *keys)
