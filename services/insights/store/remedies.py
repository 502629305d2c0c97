"""The remedy book. Every change of it is a new revision, which stands in it for ever with who made it, and is said to others."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.insights.store import outbox
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from services.insights.store.vectors import as_vector
from shared.errors import Rejected
from shared.events import Gift, Kind, Remedy, RemedyChanged, Vector, derived_id

SQL: Final = "remedies"

ERASURE: Final = "erasure"
"""Who takes a meaning out of the book when somebody is forgotten."""


MOST_REMEDIES: Final = 1_000
"""Of a tenant. Triage holds every contact against all of them."""


class BookIsFull(Rejected):
    """The tenant has as many remedies as it may."""

    code = "book_is_full"


class NothingAlike(Rejected):
    """What a remedy should be like is not there."""

    code = "nothing_alike"


@dataclass(frozen=True, slots=True)
class Like:
    """Where the meaning of a remedy is from: the centre of a signal, or a friction (from 0) of a contact."""

    signal_id: UUID | None = None
    contact_id: UUID | None = None
    friction: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A remedy as it now is, and where its meaning is from."""

    said: RemedyChanged
    like: Like | None


async def book(connection: Connection, tenant: str) -> list[Kept]:
    """Every remedy of the tenant as it now is, by id."""
    return [_kept(row) for row in await connection.fetch(blocks(SQL)["current"], tenant, None)]


async def current(connection: Connection, tenant: str, remedy_id: UUID) -> Kept | None:
    row = await connection.fetchrow(blocks(SQL)["current"], tenant, remedy_id)
    return _kept(row) if row else None


async def put(connection: Connection, wanted: Kept) -> Kept:
    """
    Keep it as the next revision, with the meaning of what it is like, and say so. Whoever wants what is there changes nothing.

    Raises BookIsFull where it would be one too many, NothingAlike where what it is like is not there or was erased.
    """
    said = wanted.said
    await connection.execute(blocks(SQL)["hold"], said.tenant)
    before = await current(connection, said.tenant, said.remedy.remedy_id)
    if before is not None and _is_same(before, wanted):
        return before
    if before is None and len(await book(connection, said.tenant)) >= MOST_REMEDIES:
        raise BookIsFull(f"the book has {MOST_REMEDIES:,} remedies")
    vector = await _meaning(connection, said.tenant, wanted.like) if wanted.like else None
    revision = before.said.revision + 1 if before else 1
    kept = Kept(said.model_copy(update={"revision": revision, "vector": vector}), wanted.like)
    await _write(connection, kept)
    return kept


async def forget(connection: Connection, tenant: str, contacts: Collection[UUID], *, now: datetime) -> None:
    """Take the meaning of these contacts out of the book, and say so."""
    if await connection.fetch(blocks(SQL)["like_contacts"], tenant, list(contacts)):
        await connection.execute(blocks(SQL)["hold"], tenant)
        for row in await connection.fetch(blocks(SQL)["like_contacts"], tenant, list(contacts)):
            said = _kept(row).said
            changed = {"revision": said.revision + 1, "vector": None, "actor": ERASURE, "changed_at": now}
            await _write(connection, Kept(said.model_copy(update=changed), None))
    await connection.execute(blocks(SQL)["forget_contacts"], tenant, list(contacts))


async def _meaning(connection: Connection, tenant: str, like: Like) -> Vector:
    if like.signal_id is not None:
        row = await connection.fetchrow(blocks(SQL)["of_signal"], tenant, like.signal_id)
    else:
        row = await connection.fetchrow(blocks(SQL)["of_friction"], tenant, like.contact_id, like.friction)
    if row is None:
        raise NothingAlike("there is no such signal or friction, or it was erased")
    return as_vector(row["space"], row["embedding"])


async def _write(connection: Connection, kept: Kept) -> None:
    said, like = kept.said, kept.like or Like()
    remedy, gift, vector = said.remedy, said.remedy.gift, said.vector
    await connection.execute(
        blocks(SQL)["write"],
        *(said.tenant, remedy.remedy_id, said.revision, said.actor, said.changed_at, remedy.acknowledgement, remedy.solution),
        *(gift.model_dump_json() if gift else None, said.is_active, list(said.kinds), list(said.products), list(said.phrases)),
        *(like.signal_id, like.contact_id, like.friction, vector.model_dump_json() if vector else None),
    )
    await outbox.put(connection, {derived_id("remedy", said.tenant, remedy.remedy_id, said.revision): said})


def _is_same(one: Kept, other: Kept) -> bool:
    """Whether both say the same, whoever said it when."""
    aside = {"revision": 1, "vector": None, "actor": "", "changed_at": datetime.min.replace(tzinfo=UTC)}
    return one.like == other.like and one.said.model_copy(update=aside) == other.said.model_copy(update=aside)


def _kept(row: asyncpg.Record) -> Kept:
    like = Like(row["like_signal_id"], row["like_contact_id"], row["like_friction"])
    said = RemedyChanged(
        tenant=row["tenant"],
        remedy=Remedy(
            remedy_id=row["remedy_id"],
            acknowledgement=row["acknowledgement"],
            solution=row["solution"],
            gift=Gift.model_validate_json(row["gift"]) if row["gift"] else None,
        ),
        revision=row["revision"],
        is_active=row["is_active"],
        kinds=tuple(Kind(kind) for kind in row["kinds"]),
        products=tuple(row["products"]),
        phrases=tuple(row["phrases"]),
        vector=Vector.model_validate_json(row["vector"]) if row["vector"] else None,
        actor=row["actor"],
        changed_at=row["changed_at"],
    )
    return Kept(said, None if like == Like() else like)
