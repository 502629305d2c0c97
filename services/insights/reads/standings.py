"""Every signal as it stands, by its rollups alone: what it weighs, and whether it got better or worse."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from services.insights.reads.filters import Filters, Sort
from services.insights.rules.priority import Priority, Weights, Worth, priority_of
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from services.insights.store.priority import weighing
from shared.events import Status, Trend

_SQL: Final = "read_signals"


@dataclass(frozen=True, slots=True)
class Standing:
    """A signal judged by its rollups."""

    row: asyncpg.Record
    trend: Trend
    priority: Priority

    @property
    def signal_id(self) -> UUID:
        return UUID(str(self.row["signal_id"]))

    @property
    def better(self) -> int:
        """From 1, the best news; 0 for what did not get better."""
        return 0 if self.worse else 1 if self._status is Status.VERIFIED else 2 if self.trend is Trend.EASING else 0

    @property
    def worse(self) -> int:
        """From 1, the worst news; 0 for what did not get worse."""
        if self._status in (Status.RECURRED, Status.NOT_WORKING):
            return 1
        return {Trend.ESCALATING: 2, Trend.NEW: 3}.get(self.trend, 0) if self._status is not Status.SET_ASIDE else 0

    @property
    def _status(self) -> Status:
        return Status(self.row["status"])

    def worth(self, sort: Sort) -> float:
        match sort:
            case Sort.PRIORITY:
                return self.priority.score
            case Sort.CUSTOMERS | Sort.CONTACTS:
                return float(self.row[sort.value])
            case Sort.LATEST:
                return float(self.row["last_hour"].timestamp()) if self.row["last_hour"] else 0.0
            case Sort.NEWEST:
                return float(self.row["opened_at"].timestamp())

    def order(self, sort: Sort = Sort.PRIORITY) -> tuple[float, str]:
        """Highest first; the id decides between equals."""
        return (-self.worth(sort), str(self.signal_id))


async def standings_of(connection: Connection, tenant: str, filters: Filters) -> list[Standing]:
    """All of the tenant's signals that fit what can be asked without looking at contacts."""
    rows = await connection.fetch(blocks(_SQL)["standings"], tenant, filters.status, filters.trend, filters.is_snoozed)
    weights = (await weighing(connection, tenant)).weights
    return [judged(row, weights) for row in rows]


def judged(row: asyncpg.Record, weights: Weights) -> Standing:
    """One row of the rollups."""
    trend = Trend(row["trend"])
    intensity = row["intensity"] / row["frictions"] / 1000 if row["frictions"] else 0.0
    worth = None if row["annual_value"] is None else Worth(row["annual_value"], row["valued_customers"])
    priority = priority_of(customers=row["customers"], intensity=intensity, trend=trend, worth=worth, weights=weights)
    return Standing(row, trend, priority)
