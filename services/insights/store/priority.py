"""How a company weighs its signals."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from services.insights.rules.priority import Weights
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection

SQL: Final = "priority"


@dataclass(frozen=True, slots=True)
class Weighing:
    """The weights that count, and who set them when; nobody where they are as they come."""

    weights: Weights
    set_by: str | None = None
    set_at: datetime | None = None


async def weighing(connection: Connection, tenant: str) -> Weighing:
    row = await connection.fetchrow(blocks(SQL)["weights"], tenant)
    if row is None:
        return Weighing(Weights())
    return Weighing(Weights(**json.loads(row["weights"])), row["set_by"], row["set_at"])


async def weigh(connection: Connection, tenant: str, weights: Weights, *, actor: str, now: datetime) -> None:
    """From now on the company weighs like this."""
    await connection.execute(blocks(SQL)["set_weights"], tenant, json.dumps(asdict(weights)), actor, now)
