"""What signals got, hour by hour, and the trend that follows from it. Hours are numbered from ORIGIN, a Monday 00:00 UTC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from shared.events import Trend

SQL: Final = "following"
ORIGIN: Final = datetime(2000, 1, 3, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Followed:
    """A signal with its trend so far, since when it does not escalate any more, and when it was met, exact to the hour."""

    signal_id: UUID
    trend: Trend
    calm_since: datetime | None
    first_hour: datetime | None
    last_hour: datetime | None


def hours_since_origin(moment: datetime) -> float:
    return (moment - ORIGIN) / timedelta(hours=1)


async def tenants(connection: Connection) -> list[str]:
    """Whoever has signals."""
    return [row["tenant"] for row in await connection.fetch(blocks(SQL)["tenants"])]


async def followed(connection: Connection, tenant: str, *, at: datetime) -> list[Followed]:
    """The tenant's signals that were not merged away, by id."""
    rows = await connection.fetch(blocks(SQL)["followed"], tenant, at)
    return [
        Followed(row["signal_id"], Trend(row["trend"]), row["calm_since"], row["first_hour"], row["last_hour"]) for row in rows
    ]


async def grouped(connection: Connection, tenant: str) -> int:
    """A number that grows whenever signals of the tenant are merged, split or arranged anew, or that is undone."""
    return int(await connection.fetchval(blocks(SQL)["grouped"], tenant))


async def hourly(
    connection: Connection, tenant: str, signal_ids: Sequence[UUID], *, since: int, until: int
) -> NDArray[np.float64]:
    """Contacts of each signal (a row) in each hour from `since` to `until` (excluded)."""
    counts = np.zeros((len(signal_ids), until - since))
    place = {signal_id: row for row, signal_id in enumerate(signal_ids)}
    for row in await connection.fetch(blocks(SQL)["hours"], tenant, ORIGIN, signal_ids, since, until):
        counts[place[row["signal_id"]], np.array(row["hours"]) - since] = row["contacts"]
    return counts


async def latest(connection: Connection, tenant: str, *, since: datetime, until: datetime) -> Mapping[UUID, int]:
    """Contacts of the signals that had any after `since`, up to `until`."""
    return {row["signal_id"]: row["contacts"] for row in await connection.fetch(blocks(SQL)["latest"], tenant, since, until)}


async def set_trends(connection: Connection, tenant: str, trends: Mapping[UUID, Trend], *, at: datetime) -> None:
    """These signals go another way from now on."""
    await connection.execute(blocks(SQL)["set_trends"], tenant, list(trends), list(trends.values()), at)
