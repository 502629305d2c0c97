"""How people grouped signals: which was merged into which, and what was split off."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.insights.rules.merging import Merged, root_of
from services.insights.store import rollups
from services.insights.store.blocks import blocks
from services.insights.store.connection import LONG_SECONDS, Connection
from services.insights.store.signals import DISCOVERY, FrictionId
from services.insights.store.vectors import Matrix, as_halfvecs, as_matrix

SQL: Final = "grouping"

MOST_MEMBERS: Final = 10_000
"""Frictions that make a centroid, the latest."""


@dataclass(frozen=True, slots=True)
class Held:
    """A signal that nobody else changes meanwhile."""

    signal_id: UUID
    space: str
    title: str
    title_by: str
    merged_into: UUID | None


@dataclass(frozen=True, slots=True)
class Part:
    """A signal that is split off: its founding friction is the first of `frictions`."""

    signal_id: UUID
    whole: UUID
    title: str
    title_by: str
    frictions: tuple[FrictionId, ...]


async def hold(connection: Connection, tenant: str, signal_ids: Collection[UUID]) -> dict[UUID, Held]:
    """These signals, ours until the transaction ends; those that are not there are left out."""
    rows = await connection.fetch(blocks(SQL)["hold"], tenant, list(signal_ids))
    return {row["signal_id"]: Held(*row) for row in rows}


async def merge(connection: Connection, tenant: str, signal_id: UUID, into: UUID | None) -> None:
    """One signal is merged into the other, or no longer into any. `count_for` counts it so."""
    await connection.execute(blocks(SQL)["merge"], tenant, signal_id, into)


async def count_for(connection: Connection, tenant: str, homes: Collection[UUID], *, was: UUID, now: UUID) -> None:
    """What belongs to `homes` and counted for the signal `was` counts for the signal `now`."""
    row = await connection.fetchrow(blocks(SQL)["count_for"], tenant, was, list(homes), now, timeout=LONG_SECONDS)
    await _count_again(connection, tenant, {was, now}, row)


async def members(connection: Connection, tenant: str, signal_id: UUID, *, limit: int) -> Matrix | None:
    """The meanings of a signal's latest frictions as rows, but for those that were erased; None where there are none."""
    rows = await connection.fetch(blocks(SQL)["members"], tenant, signal_id, limit)
    return as_matrix([row["embedding"] for row in rows]) if rows else None


async def vector_of(connection: Connection, tenant: str, friction: FrictionId) -> Matrix | None:
    """The meaning of a friction; None once it was erased."""
    found = await connection.fetchval(blocks(SQL)["vector"], tenant, friction.occurred_at, friction.contact_id, friction.ordinal)
    return None if found is None else as_matrix([found])[0]


async def like(connection: Connection, tenant: str, signal_id: UUID, centres: tuple[Matrix, Matrix]) -> list[FrictionId]:
    """The frictions of a signal that are nearer to the first centre than to the second, the earliest first."""
    near, rest = (as_halfvecs(centre[None, :])[0] for centre in centres)
    rows = await connection.fetch(blocks(SQL)["like"], tenant, signal_id, near, rest, timeout=LONG_SECONDS)
    return [_friction_id(row) for row in rows]


async def of_contacts(connection: Connection, tenant: str, signal_id: UUID, contacts: Collection[UUID]) -> list[FrictionId]:
    """What these contacts have in a signal, the earliest first."""
    rows = await connection.fetch(blocks(SQL)["of_contacts"], tenant, signal_id, list(contacts))
    return [_friction_id(row) for row in rows]


async def size(connection: Connection, tenant: str, signal_id: UUID) -> int:
    """How many frictions count for a signal."""
    return int(await connection.fetchval(blocks(SQL)["size"], tenant, signal_id, timeout=LONG_SECONDS))


async def open_part(connection: Connection, tenant: str, part: Part, *, now: datetime) -> None:
    """Store a signal that is split off, with the centroid of its frictions."""
    founding = part.frictions[0]
    await connection.execute(
        blocks(SQL)["open_part"],
        *(tenant, part.signal_id, part.whole, part.title, part.title_by, None if part.title_by == DISCOVERY else now),
        *(founding.contact_id, founding.ordinal, founding.occurred_at, now),
        *_columns(part.frictions),
        timeout=LONG_SECONDS,
    )


async def put_in_part(connection: Connection, tenant: str, part: Part) -> None:
    """The frictions of a part, which is there by now, belong to it and count for it."""
    row = await connection.fetchrow(
        blocks(SQL)["put_in_part"], tenant, part.signal_id, *_columns(part.frictions), timeout=LONG_SECONDS
    )
    await _count_again(connection, tenant, {part.whole, part.signal_id}, row)


async def release(connection: Connection, tenant: str, homes: Collection[UUID], *, part: UUID, whole: UUID) -> list[UUID]:
    """
    What was put into a part that was retired belongs to whichever of `homes` caught it; it counts for the whole already.

    Returns the contacts of which people said more, or that were caught by others: these have to be counted again.
    """
    await connection.execute(blocks(SQL)["release"], tenant, whole, part, list(homes), timeout=LONG_SECONDS)
    rows = await connection.fetch(blocks(SQL)["put_into"], tenant, whole, part, timeout=LONG_SECONDS)
    return [row["contact_id"] for row in rows]


async def retire(connection: Connection, tenant: str, signal_id: UUID, *, into: UUID, now: datetime) -> None:
    """A part is a part no longer: it catches nothing any more, and what it had caught counts for the whole. `count_for` counts it so."""
    await connection.execute(blocks(SQL)["retire"], tenant, signal_id, into, now)


async def divide(connection: Connection, tenant: str, frictions: Sequence[FrictionId], *, change_id: UUID) -> list[UUID]:
    """Remember that a split takes these away. Returns the signals they belonged to: `reshape` them once they are away."""
    rows = await connection.fetch(blocks(SQL)["divide"], tenant, change_id, *_columns(frictions), timeout=LONG_SECONDS)
    return sorted(row["signal_id"] for row in rows)


async def undivide(connection: Connection, tenant: str, change_id: UUID) -> list[UUID]:
    """A split takes nothing away any more. Returns the signals it did: `reshape` them once everything is back."""
    return sorted(row["signal_id"] for row in await connection.fetch(blocks(SQL)["undivide"], tenant, change_id))


async def reshape(connection: Connection, tenant: str, signals: Collection[UUID], merged: Merged) -> None:
    """Let these signals catch by what is left of them; by what they were opened with where nothing is split off any more."""
    for signal_id in signals:
        await connection.execute(
            blocks(SQL)["reshape"], tenant, signal_id, root_of(signal_id, merged), MOST_MEMBERS, timeout=LONG_SECONDS
        )


async def doubt_title(connection: Connection, tenant: str, signal_id: UUID) -> None:
    """A title that discovery gave should be found anew."""
    await connection.execute(blocks(SQL)["doubt_title"], tenant, signal_id)


async def pin_title(connection: Connection, tenant: str, signal_id: UUID, actor: str) -> None:
    """The title it has is a person's from now on: it stays."""
    await connection.execute(blocks(SQL)["pin_title"], tenant, signal_id, actor)


async def _count_again(connection: Connection, tenant: str, signal_ids: Collection[UUID], moved: asyncpg.Record | None) -> None:
    assert moved is not None  # an aggregate always has its row
    if moved["first"] is not None:
        await rollups.count_again(connection, tenant, signal_ids, first=moved["first"], last=moved["last"], seconds=LONG_SECONDS)


def _friction_id(row: asyncpg.Record) -> FrictionId:
    return FrictionId(row["occurred_at"], row["contact_id"], row["ordinal"])


def _columns(frictions: Collection[FrictionId]) -> tuple[list[UUID], list[datetime], list[int]]:
    return (
        [friction.contact_id for friction in frictions],
        [friction.occurred_at for friction in frictions],
        [friction.ordinal for friction in frictions],
    )
