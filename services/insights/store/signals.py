"""Signals: which are known, which frictions wait for one, opening one, giving it a title."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from uuid import UUID

import asyncpg
import numpy as np

from services.insights.rules.entry import Key
from services.insights.rules.merging import Merged
from services.insights.rules.nearest import Assigned
from services.insights.store import changes
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from services.insights.store.contacts import Place
from services.insights.store.vectors import Matrix, as_halfvecs, as_matrix
from shared.events import Change, derived_id

SQL = "signals"

PAGE = 1_000
"""Frictions read at once: a few milliseconds of making them ours."""

DISCOVERY = "discovery"
"""Who opens signals and finds titles when no person does."""


UNTITLED = "Not yet named"
"""What a signal is called until discovery finds a title."""


@dataclass(frozen=True, slots=True, order=True)
class Realm:
    """What may be compared: the vectors of one space, of one tenant."""

    tenant: str
    space: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """So many frictions of a realm wait."""

    realm: Realm
    frictions: int


@dataclass(frozen=True, slots=True)
class Centroid:
    """A signal as the sink knows it. What one that was merged catches counts for the other; one that was retired catches nothing."""

    signal_id: UUID
    centroid: bytes
    merged_into: UUID | None
    is_retired: bool
    version: int


@dataclass(frozen=True, slots=True, order=True)
class FrictionId:
    """One friction, in the order of occurrence."""

    occurred_at: datetime
    contact_id: UUID
    ordinal: int


LATEST_OF_ALL = FrictionId(datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1), 32_767)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Frictions of a realm that have no signal, the earliest first; row `i` of `vectors` belongs to `ids[i]`."""

    ids: tuple[FrictionId, ...]
    persons: tuple[str, ...]
    vectors: Matrix


@dataclass(frozen=True, slots=True)
class Quote:
    """What a friction was said in: its contact's text where it is the only one there, else its span."""

    friction: FrictionId
    person: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Opening:
    """A signal that is about to be opened. Its id follows from the founding friction."""

    realm: Realm
    founding: FrictionId
    centroid: Matrix
    title: str
    people: int

    @property
    def signal_id(self) -> UUID:
        return derived_id("signal", self.realm.tenant, self.realm.space, self.founding.contact_id, self.founding.ordinal)


@dataclass(frozen=True, slots=True)
class Untitled:
    """A signal whose title should be found anew, now that it has so many people."""

    realm: Realm
    signal_id: UUID
    title: str
    people: int


async def versions(connection: Connection, realms: Collection[Realm]) -> dict[Realm, int]:
    """A number that grew whenever a signal of the realm changed; realms without signals are left out."""
    rows = await connection.fetch(blocks(SQL)["versions"], [realm.tenant for realm in realms], [realm.space for realm in realms])
    return {Realm(row["tenant"], row["space"]): row["version"] for row in rows}


async def since(connection: Connection, realm: Realm, version: int) -> list[Centroid]:
    """The signals of the realm that changed after `version`."""
    rows = await connection.fetch(blocks(SQL)["since"], realm.tenant, realm.space, version)
    return [Centroid(*row) for row in rows]


async def merged(connection: Connection, tenant: str) -> Merged:
    """The tenant's signals that were merged, and into which."""
    return {row["signal_id"]: row["merged_into"] for row in await connection.fetch(blocks(SQL)["merged"], tenant)}


async def backlogs(connection: Connection) -> list[Backlog]:
    """Where frictions wait, and how many."""
    rows = await connection.fetch(blocks(SQL)["backlogs"])
    return [Backlog(Realm(row["tenant"], row["space"]), row["frictions"]) for row in rows]


async def waiting(connection: Connection, realm: Realm, *, limit: int) -> Waiting | None:
    """The latest frictions of the realm that wait, at most `limit`; None where none does."""
    pages: list[Waiting] = []
    before = LATEST_OF_ALL
    while limit > 0:
        # A page at a time, so that nobody waits long for what is made of it here.
        rows = await connection.fetch(
            blocks(SQL)["waiting"],
            *(realm.tenant, realm.space, min(limit, PAGE), before.occurred_at, before.contact_id, before.ordinal),
        )
        if not rows:
            break
        before = _friction_id(rows[-1])
        limit -= PAGE
        rows = rows[::-1]
        ids, persons = tuple(_friction_id(row) for row in rows), tuple(row["person"] for row in rows)
        pages.append(Waiting(ids, persons, as_matrix([row["embedding"] for row in rows])))
    if not pages:
        return None
    pages.reverse()
    return Waiting(
        tuple(chain.from_iterable(page.ids for page in pages)),
        tuple(chain.from_iterable(page.persons for page in pages)),
        np.concatenate([page.vectors for page in pages]),
    )


async def hold_waiting(connection: Connection, realm: Realm, frictions: Collection[FrictionId]) -> dict[FrictionId, str]:
    """Those of `frictions` that still wait, and whose they are; they are ours until the transaction ends."""
    rows = await connection.fetch(
        blocks(SQL)["hold_waiting"],
        realm.tenant,
        [friction.contact_id for friction in frictions],
        [friction.occurred_at for friction in frictions],
        [friction.ordinal for friction in frictions],
        realm.space,
    )
    return {_friction_id(row): row["person"] for row in rows}


async def open_one(connection: Connection, opening: Opening, *, now: datetime) -> bool:
    """Store a new signal; one that is there stays as it is. Returns whether it is new."""
    realm, founding = opening.realm, opening.founding
    is_new = await connection.fetchval(
        blocks(SQL)["open"],
        *(realm.tenant, opening.signal_id, realm.space, opening.title, now, as_halfvecs(opening.centroid[None, :])[0]),
        *(founding.contact_id, founding.ordinal, founding.occurred_at, opening.people),
    )
    return bool(is_new)


async def record_opening(connection: Connection, opening: Opening, *, now: datetime) -> None:
    """Tell that it was opened, once for ever, with those whom it has by now."""
    tenant, signal_id = opening.realm.tenant, opening.signal_id
    change_id = derived_id("signal-change", tenant, signal_id, Change.OPENED, "")
    after = {"title": opening.title}
    await changes.record(connection, tenant, signal_id, Change.OPENED, actor=DISCOVERY, at=now, after=after, change_id=change_id)


async def assign(connection: Connection, tenant: str, assigned: Sequence[tuple[FrictionId, Assigned]]) -> None:
    """These frictions belong to these signals."""
    await connection.execute(
        blocks(SQL)["assign"],
        tenant,
        [friction.contact_id for friction, _ in assigned],
        [friction.occurred_at for friction, _ in assigned],
        [friction.ordinal for friction, _ in assigned],
        [signal.signal_id for _, signal in assigned],
        [signal.catcher for _, signal in assigned],
        [signal.similarity for _, signal in assigned],
    )


def place(tenant: str, friction: FrictionId) -> Place:
    """Where the contact of a friction stands."""
    return Place(Key(tenant, friction.contact_id), friction.occurred_at)


async def doubt_titles(connection: Connection, tenant: str, signals: Collection[UUID]) -> None:
    """Titles that were not given by a person should be found anew, and the log forgets what they were."""
    await connection.execute(blocks(SQL)["doubt_titles"], tenant, list(signals), UNTITLED)
    await connection.execute(blocks(SQL)["forget_titles"], tenant, list(signals))


async def untitled(connection: Connection) -> list[Untitled]:
    """Signals whose title is in doubt, or that have outgrown it."""
    rows = await connection.fetch(blocks(SQL)["untitled"])
    return [Untitled(Realm(row["tenant"], row["space"]), row["signal_id"], row["title"], row["people"]) for row in rows]


async def titles(connection: Connection, tenant: str, *, but: UUID | None) -> frozenset[str]:
    """What the tenant's other signals are called."""
    return frozenset(row["title"] for row in await connection.fetch(blocks(SQL)["titles"], tenant, but))


async def retitle(connection: Connection, found: Untitled, title: str, *, now: datetime) -> None:
    """Give a signal a new title, unless a person has given it one. What it was called before is not kept."""
    tenant, signal_id = found.realm.tenant, found.signal_id
    await connection.execute(blocks(SQL)["title"], tenant, signal_id, title, now, found.people)
    await connection.execute(blocks(SQL)["forget_titles"], tenant, [signal_id])
    if title != found.title:
        await changes.record(connection, tenant, signal_id, Change.RENAMED, actor=DISCOVERY, at=now, after={"title": title})


async def members(connection: Connection, realm: Realm, signal_id: UUID, *, limit: int) -> list[Quote]:
    """What the frictions of a signal were said in, those nearest its centre first."""
    return [_quote(row) for row in await connection.fetch(blocks(SQL)["members"], realm.tenant, signal_id, limit)]


async def quotes(connection: Connection, realm: Realm, frictions: Collection[FrictionId]) -> list[Quote]:
    """What these frictions were said in."""
    rows = await connection.fetch(
        blocks(SQL)["quotes"],
        realm.tenant,
        [friction.contact_id for friction in frictions],
        [friction.occurred_at for friction in frictions],
        [friction.ordinal for friction in frictions],
    )
    return [_quote(row) for row in rows]


async def texts(connection: Connection, realm: Realm, *, limit: int) -> list[Quote]:
    """What the latest frictions of the realm were said in."""
    return [_quote(row) for row in await connection.fetch(blocks(SQL)["texts"], realm.tenant, realm.space, limit)]


def _friction_id(row: asyncpg.Record) -> FrictionId:
    return FrictionId(row["occurred_at"], row["contact_id"], row["ordinal"])


def _quote(row: asyncpg.Record) -> Quote:
    words = row["text"] if row["frictions"] == 1 else row["text"][row["span_start"] : row["span_end"]]
    return Quote(_friction_id(row), row["person"], row["kind"], words)
