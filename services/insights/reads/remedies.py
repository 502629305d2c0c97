"""How remedies do: offered, taken, and how the contacts ended in which they were and were not."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection

LONGEST_HISTORY: Final = 100

_SQL: Final = "remedies"


@dataclass(frozen=True, slots=True)
class Ends:
    """Contacts by how they ended. `won_share` is won of those that did; None where none did."""

    won: int
    lost: int

    @property
    def won_share(self) -> float | None:
        return self.won / (self.won + self.lost) if self.won + self.lost else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Contacts that were offered a remedy, that took it, and how they ended: where it was taken, and where not."""

    offered: int
    taken: int
    where_taken: Ends
    where_not: Ends


@dataclass(frozen=True, slots=True)
class Revision:
    revision: int
    actor: str
    changed_at: datetime
    is_active: bool


NEVER: Final = Outcome(0, 0, Ends(0, 0), Ends(0, 0))
"""Of a remedy that nobody was offered."""


async def outcomes_of(
    connection: Connection, tenant: str, remedies: Collection[UUID], *, since: datetime
) -> Mapping[UUID, Outcome]:
    """Of the contacts that occurred on that day (UTC) or later; a remedy that was never offered is left out."""
    rows = await connection.fetch(blocks(_SQL)["outcomes"], tenant, list(remedies), since)
    return {
        row["remedy_id"]: Outcome(
            row["offered"], row["taken"], Ends(row["taken_won"], row["taken_lost"]), Ends(row["left_won"], row["left_lost"])
        )
        for row in rows
    }


async def history_of(connection: Connection, tenant: str, remedy_id: UUID) -> tuple[Revision, ...]:
    """Who changed it when, the latest change first."""
    rows = await connection.fetch(blocks(_SQL)["history"], tenant, remedy_id, LONGEST_HISTORY)
    return tuple(Revision(row["revision"], row["actor"], row["changed_at"], row["is_active"]) for row in rows)
