"""Where people put frictions, and where frictions belong because of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.insights.rules.anchors import Anchor
from services.insights.rules.entry import Key
from services.insights.store.blocks import blocks
from services.insights.store.connection import LONG_SECONDS, Connection
from services.insights.store.contacts import Place
from services.insights.store.signals import FrictionId

SQL = "placements"


@dataclass(frozen=True, slots=True)
class Found:
    """A friction as it stands: where it is in the text, by whose centroid it was caught, and for which signal it counts."""

    place: Place
    anchor: Anchor
    caught_by: UUID | None
    signal_id: UUID | None
    space: str

    @property
    def ordinal(self) -> int:
        assert self.anchor.ordinal is not None
        return self.anchor.ordinal

    @property
    def friction_id(self) -> FrictionId:
        return FrictionId(self.place.occurred_at, self.place.key.contact_id, self.ordinal)


@dataclass(frozen=True, slots=True)
class Placed:
    """A person put a friction into a signal, or into none."""

    anchor: Anchor
    signal_id: UUID | None


@dataclass(frozen=True, slots=True)
class Belonging:
    """Where a friction belongs: where a person put it, else where it was caught; `signal_id` is for which signal it counts."""

    found: Found
    placed: Placed | None
    signal_id: UUID | None

    @property
    def home_id(self) -> UUID | None:
        return self.placed.signal_id if self.placed else self.found.caught_by


async def spoken_of(connection: Connection, contacts: Collection[Key]) -> set[Key]:
    """Those of some contacts about which a person said something."""
    tenants, ids = {key.tenant for key in contacts}, [key.contact_id for key in contacts]
    rows = await connection.fetch(blocks(SQL)["spoken_of"], list(tenants), ids)
    return {Key(row["tenant"], row["contact_id"]) for row in rows} & set(contacts)


async def places(connection: Connection, tenant: str, contact_ids: Collection[UUID]) -> list[Place]:
    """Where these contacts stand; those that are not there are left out."""
    rows = await connection.fetch(blocks(SQL)["places"], tenant, list(contact_ids))
    return [Place(Key(row["tenant"], row["contact_id"]), row["occurred_at"]) for row in rows]


async def frictions(connection: Connection, where: Collection[Place]) -> dict[Key, list[Found]]:
    """The frictions of these contacts, in their order."""
    rows = await connection.fetch(
        blocks(SQL)["frictions"], *_keys([place.key for place in where]), [place.occurred_at for place in where]
    )
    found: dict[Key, list[Found]] = {}
    for row in rows:
        key = Key(row["tenant"], row["contact_id"])
        anchor = Anchor(row["span_start"], row["span_end"], row["ordinal"])
        friction = Found(Place(key, row["occurred_at"]), anchor, row["caught_by"], row["signal_id"], row["space"])
        found.setdefault(key, []).append(friction)
    return found


async def touched(connection: Connection, where: Collection[Place]) -> list[UUID]:
    """Every signal in which these contacts are, or were before people moved, split and merged."""
    keys, times = _keys([place.key for place in where]), [place.occurred_at for place in where]
    return [row["signal_id"] for row in await connection.fetch(blocks(SQL)["touched"], *keys, times)]


async def standing(connection: Connection, contacts: Collection[Key]) -> dict[Key, list[Placed]]:
    """Where people put frictions of these contacts, the latest word last."""
    found: dict[Key, list[Placed]] = {}
    for row in await connection.fetch(blocks(SQL)["standing"], *_keys(contacts)):
        anchor = Anchor(row["span_start"], row["span_end"], row["ordinal"])
        found.setdefault(Key(row["tenant"], row["contact_id"]), []).append(Placed(anchor, row["signal_id"]))
    return found


async def place(connection: Connection, belongings: Sequence[Belonging]) -> None:
    """Let these frictions belong there."""
    found = [belonging.found for belonging in belongings]
    await connection.execute(
        blocks(SQL)["place"],
        *_keys([friction.place.key for friction in found]),
        [friction.place.occurred_at for friction in found],
        [friction.ordinal for friction in found],
        [belonging.placed is not None for belonging in belongings],
        [belonging.placed and belonging.placed.signal_id for belonging in belongings],
        [belonging.home_id for belonging in belongings],
        [belonging.signal_id for belonging in belongings],
    )


async def put(
    connection: Connection, tenant: str, frictions: Sequence[FrictionId], *, signal_id: UUID | None, change_id: UUID
) -> None:
    """Remember that somebody put these frictions there."""
    await connection.execute(
        blocks(SQL)["put"],
        *(tenant, change_id, signal_id),
        [friction.contact_id for friction in frictions],
        [friction.occurred_at for friction in frictions],
        [friction.ordinal for friction in frictions],
        timeout=LONG_SECONDS,
    )


async def take_back(connection: Connection, tenant: str, change_id: UUID) -> list[UUID]:
    """Forget what this change put where. Returns the contacts it was about."""
    rows = await connection.fetch(blocks(SQL)["take_back"], tenant, change_id, timeout=LONG_SECONDS)
    return sorted({row["contact_id"] for row in rows})


def _keys(contacts: Collection[Key]) -> tuple[list[str], list[UUID]]:
    return [key.tenant for key in contacts], [key.contact_id for key in contacts]
