"""The signals nearest in meaning to one: what it could be merged into, and where one of its contacts could belong."""

from dataclasses import dataclass
from uuid import UUID

from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection


@dataclass(frozen=True, slots=True)
class Neighbour:
    """`likeness` is the cosine between the centres."""

    signal_id: UUID
    title: str
    likeness: float


async def neighbours_of(connection: Connection, tenant: str, signal_id: UUID, *, limit: int) -> tuple[Neighbour, ...]:
    """The nearest first; none that was merged away or cannot be compared."""
    rows = await connection.fetch(blocks("read_neighbours")["nearest"], tenant, signal_id, limit)
    return tuple(Neighbour(row["signal_id"], row["title"], row["likeness"]) for row in rows)
