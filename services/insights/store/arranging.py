"""Frictions and signals of a tenant whose signals are not settled yet, as they are arranged anew."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.insights.rules.nearest import Assigned
from services.insights.store import changes
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from services.insights.store.signals import DISCOVERY, FrictionId, Realm
from services.insights.store.vectors import Matrix, as_halfvecs, as_matrix
from shared.events import Change

SQL: Final = "arranging"


@dataclass(frozen=True, slots=True)
class Young:
    """A realm whose signals are not settled: at how many frictions they were arranged last, and how many there are now."""

    realm: Realm
    arranged: int
    frictions: int


@dataclass(frozen=True, slots=True)
class Belonging:
    """Frictions in the order of occurrence; row `i` of all belongs to `ids[i]`. `signals` is None where one waits."""

    ids: tuple[FrictionId, ...]
    persons: tuple[str, ...]
    signals: tuple[UUID | None, ...]
    vectors: Matrix


async def young(connection: Connection, realms: Sequence[Realm], *, settled: int) -> list[Young]:
    """Those of the realms, and of all that were ever arranged, that were arranged for fewer than `settled` frictions."""
    columns = [realm.tenant for realm in realms], [realm.space for realm in realms]
    rows = await connection.fetch(blocks(SQL)["young"], *columns, settled)
    return [Young(Realm(row["tenant"], row["space"]), row["arranged"], row["frictions"]) for row in rows]


async def touched(connection: Connection, realm: Realm) -> frozenset[UUID]:
    """Signals that people have had a hand in."""
    return frozenset(row["signal_id"] for row in await connection.fetch(blocks(SQL)["touched"], realm.tenant, realm.space))


async def first(connection: Connection, realm: Realm, number: int, *, but: Collection[UUID]) -> Belonging | None:
    """The first frictions of the realm, less those of the signals `but`; None where there are none."""
    rows = await connection.fetch(blocks(SQL)["first"], realm.tenant, realm.space, number, list(but))
    if not rows:
        return None
    return Belonging(
        tuple(FrictionId(row["occurred_at"], row["contact_id"], row["ordinal"]) for row in rows),
        tuple(row["person"] for row in rows),
        tuple(row["signal_id"] for row in rows),
        as_matrix([row["embedding"] for row in rows]),
    )


async def hold(
    connection: Connection, realm: Realm, frictions: Collection[FrictionId], *, but: Collection[UUID]
) -> dict[FrictionId, str]:
    """Those of `frictions` that are still there and not of the signals `but`, and whose they are."""
    rows = await connection.fetch(
        blocks(SQL)["hold"],
        realm.tenant,
        [friction.contact_id for friction in frictions],
        [friction.occurred_at for friction in frictions],
        [friction.ordinal for friction in frictions],
        list(but),
    )
    return {FrictionId(row["occurred_at"], row["contact_id"], row["ordinal"]): row["person"] for row in rows}


async def recentre(connection: Connection, realm: Realm, signal_id: UUID, centre: Matrix) -> None:
    """A signal goes on with another centre."""
    await connection.execute(blocks(SQL)["recentre"], realm.tenant, signal_id, as_halfvecs(centre[None, :])[0])


async def absorb(
    connection: Connection, realm: Realm, signal_id: UUID, heir: UUID, *, now: datetime
) -> list[tuple[FrictionId, Assigned]]:
    """A signal goes on as a part of `heir`. Returns what still belongs to it, as it should be assigned."""
    await connection.execute(blocks(SQL)["absorb"], realm.tenant, signal_id, heir, now)
    await changes.record(
        *(connection, realm.tenant, signal_id, Change.MERGED),
        actor=DISCOVERY,
        at=now,
        after={"merged_into": str(heir)},
        other_id=heir,
    )
    rows = await connection.fetch(blocks(SQL)["of_signal"], realm.tenant, signal_id)
    return [
        (FrictionId(row["occurred_at"], row["contact_id"], row["ordinal"]), Assigned(heir, row["similarity"] or 0.0))
        for row in rows
    ]


async def note(connection: Connection, realm: Realm, frictions: int) -> None:
    """The signals of the realm are arranged for so many frictions."""
    await connection.execute(blocks(SQL)["arranged"], realm.tenant, realm.space, frictions)
