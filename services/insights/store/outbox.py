"""What insights has to say to others, kept with what it is about until the brokers have it."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from shared.events import CORRECTIONS, LOOPS, REMEDIES, SIGNALS, Encoded, Event, Topic, encode

SQL: Final = "outbox"
SOURCE: Final = "/failbetter/insights"
TOPICS: Final[Mapping[type[Event], Topic]] = {topic.carries: topic for topic in (SIGNALS, LOOPS, CORRECTIONS, REMEDIES)}


@dataclass(frozen=True, slots=True)
class Standing:
    """How many events wait, and for how long the oldest has, in seconds."""

    depth: int
    age: float


async def put(connection: Connection, events: Mapping[UUID, Event]) -> None:
    """
    Say these events once the transaction is committed, in this order, under these ids.

    An id should follow from what is said (`derived_id`): one that waits already is not said twice, and whoever reads a repeat knows it.
    """
    said = {event_id: encode(event, TOPICS[type(event)], event_id=event_id, source=SOURCE) for event_id, event in events.items()}
    await connection.execute(
        blocks(SQL)["put"],
        [event.tenant for event in events.values()],
        list(said),
        [record.topic for record in said.values()],
        [record.key for record in said.values()],
        [record.value for record in said.values()],
        [json.dumps({name: (value or b"").decode() for name, value in record.headers}) for record in said.values()],
    )


async def first(connection: Connection, *, limit: int) -> dict[int, Encoded]:
    """What waits longest, by its position, in the order it is to be said."""
    return {
        row["position"]: Encoded(
            row["topic"],
            row["key"],
            row["value"],
            tuple((name, value.encode()) for name, value in json.loads(row["headers"]).items()),
        )
        for row in await connection.fetch(blocks(SQL)["first"], limit)
    }


async def remove(connection: Connection, positions: Collection[int]) -> None:
    """The brokers have these."""
    await connection.execute(blocks(SQL)["remove"], list(positions))


async def standing(connection: Connection) -> Standing:
    row = await connection.fetchrow(blocks(SQL)["standing"])
    return Standing(row["depth"], row["age"]) if row else Standing(0, 0.0)


async def unsay(connection: Connection, tenant: str, contacts: Collection[UUID]) -> None:
    """What is about these contacts alone, and nobody has been told yet, is not told: it carries words or ids of the customer."""
    await connection.execute(blocks(SQL)["unsay"], tenant, [CORRECTIONS.name, LOOPS.name], list(contacts))
