"""What customers are worth, and the signals they met: kept right while counts change."""

from collections import Counter
from collections.abc import AsyncIterator, Collection
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

from services.insights.rules.tally import Person, SignalKey
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection

SQL: Final = "values"


@asynccontextmanager
async def kept_right(connection: Connection, *, met: AbstractSet[Person], valued: AbstractSet[Person]) -> AsyncIterator[None]:
    """
    While the block changes which signals `met` people met, their worth moves along.

    Contacts of `valued` people that name a value have come or gone before: their value is looked up again.
    """
    people = sorted(valued | await _with_value(connection, met))
    if not people:
        yield
        return
    before = await _worth(connection, people)
    yield
    await connection.execute(blocks(SQL)["look_again"], *_columns(sorted(valued)))
    after = await _worth(connection, people)
    await _add(connection, before=before, after=after)


async def count_again(connection: Connection, tenant: str, signals: Collection[UUID], *, seconds: float) -> None:
    """Sum up what the customers of these signals are worth. Whoever does it has to hold the tenant alone."""
    for statement in ("forget_signals", "recount_signals"):
        await connection.execute(blocks(SQL)[statement], tenant, list(signals), timeout=seconds)


async def _with_value(connection: Connection, people: AbstractSet[Person]) -> set[Person]:
    if not people:
        return set()
    return {Person(*row) for row in await connection.fetch(blocks(SQL)["are_valued"], *_columns(sorted(people)))}


_Worth = dict[SignalKey, tuple[int, int]]


async def _worth(connection: Connection, people: Collection[Person]) -> _Worth:
    rows = await connection.fetch(blocks(SQL)["worth"], *_columns(people))
    return {SignalKey(row["tenant"], row["signal_id"]): (row["annual_value"], row["customers"]) for row in rows}


async def _add(connection: Connection, *, before: _Worth, after: _Worth) -> None:
    values: Counter[SignalKey] = Counter()
    customers: Counter[SignalKey] = Counter()
    for sign, worth in ((-1, before), (+1, after)):
        for key, (value, number) in worth.items():
            values[key] += sign * value
            customers[key] += sign * number
    changed = sorted(key for key in values if values[key] or customers[key])
    if not changed:
        return
    keys = list(zip(*changed, strict=True))
    await connection.execute(blocks(SQL)["add"], *keys, [values[key] for key in changed], [customers[key] for key in changed])
    if any(customers[key] < 0 for key in changed):
        await connection.execute(blocks(SQL)["drop_empty"], *keys)


def _columns(people: Collection[Person]) -> tuple[list[str], list[str]]:
    return [person.tenant for person in people], [person.person for person in people]
