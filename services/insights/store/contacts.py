"""Contacts and their frictions: claimed once, put in, taken out, renamed, blanked."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg

from services.insights.rules.entry import Entry, Key, thousandths
from services.insights.rules.people import Rename
from services.insights.rules.retelling import Telling
from services.insights.rules.settling import Refused
from services.insights.rules.tally import CountedContact, CountedFriction
from services.insights.store import outcomes
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection

SQL = "contacts"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a contact stands: its key, and when it occurred."""

    key: Key
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What was told of a contact so far, and where it stands."""

    telling: Telling
    place: Place


async def add_month(connection: Connection, first: date) -> None:
    """Make room for the month that begins on `first`. In a transaction of its own: it waits for others who do the same."""
    await connection.execute(blocks(SQL)["add_month"], first)


async def claim(connection: Connection, entries: Collection[Entry], *, now: datetime) -> dict[Key, Known]:
    """
    Make each contact ours until the transaction ends; `entries` are at most one per contact.

    Returns what was known of those that had been told before; the others are now known by their entry.
    """
    entries = sorted(entries, key=lambda entry: (entry.key.tenant, entry.key.contact_id))
    made = await connection.fetch(blocks(SQL)["claim"], *_telling_columns(entries, now))
    new = {Key(row["tenant"], row["contact_id"]) for row in made}
    old = [entry.key for entry in entries if entry.key not in new]
    return await hold(connection, old) if old else {}


async def hold(connection: Connection, keys: Collection[Key]) -> dict[Key, Known]:
    """What is known of those contacts that are there; they are ours until the transaction ends."""
    rows = await connection.fetch(blocks(SQL)["hold"], [key.tenant for key in keys], [key.contact_id for key in keys])
    return {(known := _known(row)).place.key: known for row in rows}


async def unknown(connection: Connection, keys: Collection[Key]) -> list[Key]:
    """Those that are not there."""
    rows = await connection.fetch(blocks(SQL)["unknown"], [key.tenant for key in keys], [key.contact_id for key in keys])
    return [Key(row["tenant"], row["contact_id"]) for row in rows]


async def retell(connection: Connection, entries: Collection[Entry], *, now: datetime) -> None:
    """These tellings are now what is known of their contacts."""
    await connection.execute(blocks(SQL)["retell"], *_telling_columns(list(entries), now))


async def put_in(
    connection: Connection, entries: Sequence[Entry], halfvecs: Mapping[Key, Sequence[bytes]], *, now: datetime
) -> None:
    """Store contacts that are not there, `halfvecs` being the vectors of their frictions."""
    months: dict[str, list[Entry]] = {}
    for entry in entries:
        months.setdefault(f"{entry.occurred_at:%Y_%m}", []).append(entry)
    # Into the months themselves: PostgreSQL refuses COPY where row-level security is forced.
    for month, ours in months.items():
        frictions = [row for entry in ours for row in _frictions(entry, halfvecs[entry.key])]
        await connection.copy_records_to_table(
            f"contacts_{month}", columns=CONTACT, records=[_contact(entry, now) for entry in ours]
        )
        await connection.copy_records_to_table(f"frictions_{month}", columns=FRICTION, records=frictions)


async def take_out(connection: Connection, places: Collection[Place]) -> list[CountedContact]:
    """Remove contacts with their frictions. Returns what they were counted as."""
    return [_counted(row) for row in await connection.fetch(blocks(SQL)["take_out"], *_place_columns(places))]


async def counted(connection: Connection, places: Collection[Place]) -> list[CountedContact]:
    """What these contacts are counted as."""
    return [_counted(row) for row in await connection.fetch(blocks(SQL)["counted"], *_place_columns(places))]


async def of_customers(
    connection: Connection, tenant: str, customers: Collection[str], *, until: datetime | None = None
) -> list[Place]:
    """What these customers said that was received no later than `until`, or at all."""
    rows = await connection.fetch(blocks(SQL)["of_customers"], tenant, list(customers), until)
    return [Place(Key(tenant, row["contact_id"]), row["occurred_at"]) for row in rows]


async def rename(connection: Connection, tenant: str, rename: Rename) -> None:
    """What one customer said was said by the other."""
    await connection.execute(blocks(SQL)["rename"], tenant, rename.alias, rename.customer)


async def blank(connection: Connection, tenant: str, places: Collection[Place], *, customer: str, now: datetime) -> None:
    """Nothing of these contacts can be read any more and `customer`, a random id, said them; they still count."""
    _, ids, times = _place_columns(places)
    await connection.execute(blocks(SQL)["blank"], tenant, ids, times, customer, now)


async def conflict(connection: Connection, conflicts: Collection[Refused], *, now: datetime) -> None:
    """Remember that these tellings were not kept."""
    contacts = [(found.entry.triaged.contact, found.kept) for found in conflicts]
    await connection.execute(
        blocks(SQL)["conflict"],
        [contact.tenant for contact, _ in contacts],
        [contact.contact_id for contact, _ in contacts],
        [contact.revision for contact, _ in contacts],
        [contact.fingerprint for contact, _ in contacts],
        [kept for _, kept in contacts],
        [contact.received_at for contact, _ in contacts],
        [now] * len(contacts),
    )


def _known(row: asyncpg.Record) -> Known:
    telling = Telling(row["revision"], row["reading"], row["fingerprint"], is_erased=row["erased_at"] is not None)
    return Known(telling, Place(Key(row["tenant"], row["contact_id"]), row["occurred_at"]))


def _counted(row: asyncpg.Record) -> CountedContact:
    return CountedContact(
        row["tenant"],
        row["person"],
        row["occurred_at"].astimezone(UTC),
        row["product"] or "",
        row["disposition"],
        tuple(CountedFriction(*friction) for friction in zip(row["signals"], row["intensities"], strict=True)),
        names_value=row["names_value"],
        outcome=outcomes.counted(row),
        remedy_id=row["remedy_id"],
    )


def _telling_columns(entries: Sequence[Entry], now: datetime) -> tuple[list[object], ...]:
    return (
        [entry.key.tenant for entry in entries],
        [entry.key.contact_id for entry in entries],
        [entry.occurred_at for entry in entries],
        [entry.telling.revision for entry in entries],
        [entry.telling.reading for entry in entries],
        [entry.telling.fingerprint for entry in entries],
        [now if entry.is_erased else None for entry in entries],
    )


def _place_columns(places: Collection[Place]) -> tuple[list[str], list[UUID], list[datetime]]:
    return (
        [place.key.tenant for place in places],
        [place.key.contact_id for place in places],
        [place.occurred_at for place in places],
    )


# One column a line, in the order of the tuple that `_contact` makes.
CONTACT = (
    *("tenant", "contact_id", "occurred_at", "revision", "fingerprint", "source", "external_id", "thread_id"),
    *("channel", "subject", "text", "customer", "person", "plan", "annual_value", "locale"),
    *("product", "product_version", "area", "rating_score", "rating_scale", "attributes", "redactions"),
    *("reading", "disposition", "confidence", "misfit_reason", "mood", "mood_score", "mood_advice"),
    *("urgency", "urgency_reason", "language", "queue", "rule", "remedy"),
    *("model_name", "model_version", "taxonomy_name", "taxonomy_version", "frictions"),
    *("received_at", "triaged_at", "counted_at", "erased_at"),
)


def _contact(entry: Entry, now: datetime) -> tuple[object, ...]:
    read = entry.triaged
    said = read.contact
    return (
        *(said.tenant, said.contact_id, said.occurred_at, said.revision, said.fingerprint),
        *(said.source, said.external_id, said.thread_id),
        *(said.channel, said.subject, said.text, entry.customer, entry.person, said.plan, said.annual_value, said.locale),
        *(said.product, said.product_version, said.area),
        *((said.rating.score, said.rating.scale) if said.rating else (None, None)),
        *(json.dumps(said.attributes), json.dumps(said.redactions)),
        *(read.reading, read.disposition, read.confidence, read.misfit_reason),
        *(read.mood.feeling, read.mood.score, read.mood.advice),
        *(read.urgency, read.urgency_reason, read.language, read.route.queue, read.route.rule),
        read.remedy.model_dump_json() if read.remedy else None,
        *(read.model.name, read.model.version),
        *((read.taxonomy.name, read.taxonomy.version) if read.taxonomy else (None, None)),
        len(read.frictions),
        *(said.received_at, read.triaged_at, now, now if entry.is_erased else None),
    )


FRICTION = (
    *("tenant", "contact_id", "occurred_at", "ordinal", "span_start", "span_end", "kind", "confidence", "candidates"),
    *("intensity", "area", "reasons", "person", "channel", "plan", "product", "product_version", "language"),
    *("space", "embedding", "signal_id", "caught_by", "similarity"),
)


def _frictions(entry: Entry, halfvecs: Sequence[bytes]) -> Iterable[tuple[object, ...]]:
    said = entry.triaged.contact
    whose = (entry.person, said.channel, said.plan, said.product, said.product_version, entry.triaged.language)
    for ordinal, (friction, signal, halfvec) in enumerate(zip(entry.triaged.frictions, entry.signals, halfvecs, strict=True)):
        yield (
            *(said.tenant, said.contact_id, said.occurred_at, ordinal, friction.span.start, friction.span.end),
            *(friction.kind, friction.confidence),
            json.dumps([candidate.model_dump(mode="json") for candidate in friction.candidates]),
            *(thousandths(friction.intensity), friction.area, list(friction.reasons), *whose),
            *(f"{friction.vector.space}/{friction.vector.dims}", halfvec),
            *((signal.signal_id, signal.catcher, signal.similarity) if signal else (None, None, None)),
        )
