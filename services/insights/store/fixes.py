"""Where signals stand, and the fixes that shipped against them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self
from uuid import UUID

import asyncpg

from services.insights.store.blocks import blocks
from services.insights.store.changes import Facts
from services.insights.store.connection import Connection
from shared.events import Status, derived_id

SQL: Final = "fixes"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a signal stands, since when and by whom, and the fix that counts."""

    status: Status
    set_by: str
    set_at: datetime | None
    fix_id: UUID | None

    @property
    def facts(self) -> Facts:
        """As the log of changes keeps it."""
        return {
            "status": self.status.value,
            "set_by": self.set_by,
            "set_at": self.set_at.isoformat() if self.set_at else None,
            "fix_id": str(self.fix_id) if self.fix_id else None,
        }

    @classmethod
    def of(cls, facts: Facts) -> Self:
        """As it was, from the log of changes: setting it again undoes a change of status."""
        set_at, fix_id = facts["set_at"], facts["fix_id"]
        return cls(
            Status(str(facts["status"])),
            str(facts["set_by"]),
            datetime.fromisoformat(str(set_at)) if set_at else None,
            UUID(str(fix_id)) if fix_id else None,
        )


@dataclass(frozen=True, slots=True)
class Held:
    """A signal that nobody else changes meanwhile. `first_met` is exact to the hour."""

    standing: Standing
    title: str
    title_by: str
    owner: str | None
    note: str | None
    first_met: datetime


@dataclass(frozen=True, slots=True)
class Shipped:
    """What shipped: since when, from which version on, in which product; None are all of them. `follows` is the fix before it."""

    at: datetime
    version: str | None
    product: str | None
    follows: UUID | None
    told_by: str
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Fixed:
    """A signal with the fix that counts. `followed_at` is when the fix before it shipped; `first_met` is exact to the hour."""

    signal_id: UUID
    title: str
    standing: Standing
    fix_id: UUID
    fix: Shipped
    followed_at: datetime | None
    first_met: datetime | None


async def hold(connection: Connection, tenant: str, signal_id: UUID) -> Held:
    """A signal that is there, ours until the transaction ends."""
    row = await connection.fetchrow(blocks(SQL)["hold"], tenant, signal_id)
    assert row is not None
    return Held(_standing(row), row["title"], row["title_by"], row["owner"], row["note"], row["first_met"])


async def set_status(connection: Connection, tenant: str, signal_id: UUID, standing: Standing) -> None:
    await connection.execute(
        blocks(SQL)["set_status"], tenant, signal_id, standing.status, standing.set_by, standing.set_at, standing.fix_id
    )


async def set_title(connection: Connection, tenant: str, signal_id: UUID, title: str, *, actor: str, now: datetime) -> None:
    """A person's title: it stays."""
    await connection.execute(blocks(SQL)["set_title"], tenant, signal_id, title, actor, now)


async def set_owner(connection: Connection, tenant: str, signal_id: UUID, owner: str | None) -> None:
    await connection.execute(blocks(SQL)["set_owner"], tenant, signal_id, owner)


async def set_note(connection: Connection, tenant: str, signal_id: UUID, note: str | None) -> None:
    await connection.execute(blocks(SQL)["set_note"], tenant, signal_id, note)


async def ship(connection: Connection, tenant: str, signal_id: UUID, shipped: Shipped) -> UUID:
    """Remember a fix, under the id that is returned."""
    fix_id = derived_id("fix", tenant, signal_id, shipped.told_at.isoformat())
    await connection.execute(
        blocks(SQL)["ship"],
        *(tenant, fix_id, signal_id, shipped.at, shipped.version, shipped.product),
        *(shipped.follows, shipped.told_by, shipped.told_at),
    )
    return fix_id


async def fixed(connection: Connection, tenant: str) -> list[Fixed]:
    """The tenant's signals with a fix, but for those that were merged away or set aside."""
    return [_fixed(row) for row in await connection.fetch(blocks(SQL)["fixed"], tenant, None)]


async def fixed_one(connection: Connection, tenant: str, signal_id: UUID) -> Fixed | None:
    """One signal with its fix; None where it has none."""
    row = await connection.fetchrow(blocks(SQL)["fixed"], tenant, signal_id)
    return _fixed(row) if row else None


def _standing(row: asyncpg.Record) -> Standing:
    return Standing(Status(row["status"]), row["status_by"], row["status_at"], row["fix_id"])


def _fixed(row: asyncpg.Record) -> Fixed:
    shipped = Shipped(row["shipped_at"], row["version"], row["product"], row["follows"], row["told_by"], row["told_at"])
    return Fixed(row["signal_id"], row["title"], _standing(row), row["fix_id"], shipped, row["followed_at"], row["first_met"])
