"""How many customers were active, per day, product and version, as a tenant tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.insights.rules.comparison import Told
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection

SQL: Final = "exposure"

Place = tuple[date, str, str]
"""Day, product and version: where a row stands."""

FIRST: Final[Place] = (date.min, "", "")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows: `until` is excluded; '' are the totals, None is any."""

    since: date
    until: date
    product: str | None
    version: str | None


async def put(connection: Connection, tenant: str, told: Sequence[Told]) -> None:
    """These numbers count from now on."""
    await connection.execute(
        blocks(SQL)["put"],
        tenant,
        *_places([(each.day, each.product, each.version) for each in told]),
        [each.customers for each in told],
    )


async def take_back(connection: Connection, tenant: str, places: Sequence[Place]) -> None:
    """Nothing is told of these any more."""
    await connection.execute(blocks(SQL)["take_back"], tenant, *_places(places))


async def between(connection: Connection, tenant: str, *, since: date, until: date) -> list[Told]:
    """All that is told from `since` to `until` (excluded)."""
    return [Told(**dict(row)) for row in await connection.fetch(blocks(SQL)["between"], tenant, since, until)]


async def page(connection: Connection, tenant: str, asked: Asked, *, after: Place, limit: int) -> list[Told]:
    """What is told, by day, product and version, after a place."""
    rows = await connection.fetch(
        blocks(SQL)["page"], tenant, asked.product, asked.version, asked.since, asked.until, *after, limit
    )
    return [Told(**dict(row)) for row in rows]


def _places(places: Sequence[Place]) -> tuple[list[date], list[str], list[str]]:
    return [day for day, _, _ in places], [product for _, product, _ in places], [version for _, _, version in places]
