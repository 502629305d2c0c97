"""When versions were first met in a signal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection

LATEST: Final = 2_000
"""Frictions of the signal that are looked at: all of most signals, a bound for the largest."""


@dataclass(frozen=True, slots=True)
class VersionSeen:
    version: str
    first_at: datetime


async def versions_of(connection: Connection, tenant: str, signal_id: UUID, *, limit: int) -> tuple[VersionSeen, ...]:
    """The versions that came last, in the order in which they came."""
    rows = await connection.fetch(blocks("read_versions")["first_met"], tenant, signal_id, LATEST, limit)
    return tuple(VersionSeen(row["version"], row["first_at"]) for row in reversed(rows))
