"""What people said that contacts are, and the labels that are counted because of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.insights.rules.anchors import Anchor
from services.insights.rules.entry import Key
from services.insights.rules.labels import EVERYWHERE, ContactLabels, FrictionLabels, Word
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from services.insights.store.contacts import Place
from services.insights.store.placements import Found
from shared.events import CorrectionRecorded, Disposition, Feeling, Kind, Queue, Urgency

SQL = "corrections"


@dataclass(frozen=True, slots=True)
class Text:
    """What a contact said, blank once its customer was forgotten."""

    words: str
    occurred_at: datetime
    is_erased: bool


async def text_of(connection: Connection, tenant: str, contact_id: UUID) -> Text | None:
    """The text of a contact; None where this tenant has none of that id."""
    row = await connection.fetchrow(blocks(SQL)["contact"], tenant, contact_id)
    return Text(row["text"], row["occurred_at"], row["erased_at"] is not None) if row else None


async def record(connection: Connection, said: CorrectionRecorded) -> bool:
    """Remember it, without the text. Returns whether it is new."""
    span = (said.span.start, said.span.end) if said.span else (None, None)
    return bool(
        await connection.fetchval(
            blocks(SQL)["record"],
            *(said.tenant, said.correction_id, said.contact_id, *span),
            *(said.disposition, said.kind, said.area, said.feeling, said.urgency, said.queue, said.actor, said.corrected_at),
        )
    )


async def standing(connection: Connection, contacts: Collection[Key]) -> dict[Key, list[Word]]:
    """What was said of these contacts, the latest word last."""
    rows = await connection.fetch(blocks(SQL)["standing"], [key.tenant for key in contacts], [key.contact_id for key in contacts])
    found: dict[Key, list[Word]] = {}
    for row in rows:
        found.setdefault(Key(row["tenant"], row["contact_id"]), []).append(_word(row))
    return found


async def relabel(
    connection: Connection, contacts: Mapping[Place, ContactLabels], frictions: Collection[tuple[Found, FrictionLabels]]
) -> None:
    """These contacts and frictions are what people said they are."""
    await connection.execute(
        blocks(SQL)["relabel_contacts"],
        *_places(contacts),
        [labels.disposition for labels in contacts.values()],
        [labels.feeling for labels in contacts.values()],
        [labels.urgency for labels in contacts.values()],
        [labels.queue for labels in contacts.values()],
    )
    await connection.execute(
        blocks(SQL)["relabel_frictions"],
        *_places([found.place for found, _ in frictions]),
        [found.ordinal for found, _ in frictions],
        [labels.kind for _, labels in frictions],
        [labels.area for _, labels in frictions],
    )


def _places(where: Collection[Place]) -> tuple[list[str], list[UUID], list[datetime]]:
    return (
        [place.key.tenant for place in where],
        [place.key.contact_id for place in where],
        [place.occurred_at for place in where],
    )


def _word(row: asyncpg.Record) -> Word:
    start, end = row["span_start"], row["span_end"]
    return Word(
        EVERYWHERE if start is None else Anchor(start, end),
        ContactLabels(
            row["disposition"] and Disposition(row["disposition"]),
            row["feeling"] and Feeling(row["feeling"]),
            row["urgency"] and Urgency(row["urgency"]),
            row["queue"] and Queue(row["queue"]),
        ),
        FrictionLabels(row["kind"] and Kind(row["kind"]), row["area"]),
    )
