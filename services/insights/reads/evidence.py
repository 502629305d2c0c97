"""What stands behind signals: the look of them, their quotes, their contacts, their history. Bounded by index, whatever their size."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from types import MappingProxyType
from typing import Final
from uuid import UUID

import asyncpg

from services.insights.reads.answers import ContactLine, HistoryEntry, Look, Page, Quote
from services.insights.reads.passages import excerpt
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from shared.events import Change, Channel, Kind, Span

LATEST: Final = 200
"""How many of a signal's latest frictions are looked at."""

LONGEST_HISTORY: Final = 200

_SQL: Final = "read_evidence"
_ABOUT: Final = MappingProxyType({Change.RENAMED: "title", Change.OPENED: "title", Change.OWNER: "owner", Change.NOTE: "note"})


async def looks_of(connection: Connection, tenant: str, signal_ids: Sequence[UUID]) -> Mapping[UUID, Look]:
    rows = await connection.fetch(blocks(_SQL)["looks"], tenant, signal_ids, LATEST)
    return {signal_id: _look(tuple(group)) for signal_id, group in groupby(rows, key=lambda row: row["signal_id"])}


async def quotes_of(
    connection: Connection, tenant: str, signal_ids: Sequence[UUID], *, most: int
) -> Mapping[UUID, tuple[Quote, ...]]:
    """Up to `most` quotes of each signal, each of another person, nearest to the signal's centre first."""
    rows = await connection.fetch(blocks(_SQL)["quotes"], tenant, signal_ids, LATEST, most)
    return {
        signal_id: tuple(_quote(row) for row in group) for signal_id, group in groupby(rows, key=lambda row: row["signal_id"])
    }


async def contacts_of(
    connection: Connection, tenant: str, signal_id: UUID, *, before: tuple[datetime, UUID], limit: int
) -> Page[ContactLine]:
    """The signal's contacts before a place, latest first, each once."""
    rows = await connection.fetch(blocks(_SQL)["contacts"], tenant, signal_id, *before, limit + 1)
    return Page(tuple(_line(row) for row in rows[:limit]), more=len(rows) > limit)


async def history_of(connection: Connection, tenant: str, signal_id: UUID) -> tuple[HistoryEntry, ...]:
    """What happened to a signal, in order."""
    rows = await connection.fetch(blocks(_SQL)["history"], tenant, signal_id, LONGEST_HISTORY)
    return tuple(
        HistoryEntry(
            change=Change(row["change"]),
            actor=row["actor"],
            changed_at=row["changed_at"],
            before=_said(row["change"], row["before"]),
            after=_said(row["change"], row["after"]),
        )
        for row in rows
    )


def _look(rows: Sequence[asyncpg.Record]) -> Look:
    kinds: dict[str, int] = {}
    products: dict[str, int] = {}
    for row in rows:
        kinds[row["kind"]] = kinds.get(row["kind"], 0) + row["frictions"]
        if row["product"]:
            products[row["product"]] = products.get(row["product"], 0) + row["frictions"]
    # `unknown` names a signal only where nothing else is known.
    kind = max(kinds, key=lambda kind: (kind != Kind.UNKNOWN, kinds[kind], kind))
    return Look(Kind(kind), tuple(sorted(products, key=lambda product: (-products[product], product))))


def _quote(row: asyncpg.Record) -> Quote:
    cut = excerpt(row["text"], Span(start=row["span_start"], end=row["span_end"]))
    return Quote(
        contact_id=row["contact_id"],
        occurred_at=row["occurred_at"],
        before=cut.before,
        words=cut.words,
        after=cut.after,
        kind=Kind(row["kind"]),
        channel=Channel(row["channel"]),
        product=row["product"],
        plan=row["plan"],
    )


def _line(row: asyncpg.Record) -> ContactLine:
    return ContactLine(
        contact_id=row["contact_id"],
        occurred_at=row["occurred_at"],
        kind=Kind(row["kind"]),
        intensity=row["intensity"] / 1000,
        channel=Channel(row["channel"]),
        plan=row["plan"],
        product=row["product"],
        product_version=row["product_version"],
        language=row["language"],
    )


def _said(change: str, words: str) -> str | None:
    """The one value that a change is about: the title of a renaming, the owner of a change of owner, else the status."""
    said = json.loads(words).get(_ABOUT.get(Change(change), "status"))
    return None if said is None else str(said)
