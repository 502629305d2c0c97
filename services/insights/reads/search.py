"""Contacts by their words, or by what another contact means. Bounded work, whatever is asked."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.insights.reads.answers import Page
from services.insights.reads.highlights import Highlighted, Words, highlighted
from services.insights.store.blocks import blocks
from services.insights.store.connection import Connection
from shared.events import Channel, Disposition

MOST_TERMS: Final = 8
SHORTEST_BEGINNING: Final = 3
"""Characters from which a term finds words that only begin with it."""

LANGUAGES: Final = ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "no", "fi", "ru", "tr", "")
"""Whose rules a term is cut by where no language is told; the last one cuts nothing."""

NEAR_SIGNALS: Final = 8
OF_EACH: Final = 1_000
"""Frictions of a signal, and of those that wait, which are compared: the latest."""

LEAST_SIMILAR: Final = 0.3
"""Cosine below which nothing is alike."""

_SQL: Final = "read_search"


@dataclass(frozen=True, slots=True)
class Hit:
    """A contact that was found: a part of its words with what was found in it; `similarity` where it was found by meaning."""

    contact_id: UUID
    occurred_at: datetime
    channel: Channel
    product: str | None
    plan: str | None
    language: str
    disposition: Disposition
    words: Highlighted
    similarity: float | None


@dataclass(frozen=True, slots=True)
class Nearness:
    """Where a page of what is alike ends."""

    similarity: float
    contact_id: UUID


@dataclass(frozen=True, slots=True)
class Stretch:
    """`since` to `until` (excluded)."""

    since: datetime
    until: datetime


def terms_of(text: str) -> list[str]:
    """The words that are asked for, each once."""
    return list(dict.fromkeys(word.lower() for word in re.findall(r"\w+", text)))


async def by_words(
    connection: Connection,
    tenant: str,
    terms: Sequence[str],
    *,
    language: str | None,
    within: Stretch,
    before: tuple[datetime, UUID],
    limit: int,
) -> Page[Hit]:
    """
    Contacts in whose subject or text every term is a word, the beginning of one, or of the same stem; the latest first.

    Terms that a language leaves out of every text are not asked for.
    """
    stems = await _stems(connection, terms, language)
    if not stems:
        return Page((), more=False)
    every = " & ".join(f"({_any(term, cut)})" for term, cut in stems.items())
    rows = await connection.fetch(blocks(_SQL)["words"], tenant, every, within.since, within.until, *before, limit + 1)
    known = await _found_words(connection, rows[:limit], " | ".join(_any(term, cut) for term, cut in stems.items()))
    return Page(tuple(_hit(row, known) for row in rows[:limit]), more=len(rows) > limit)


async def has_meaning(connection: Connection, tenant: str, contact_id: UUID) -> bool | None:
    """Whether something can be found that is like this contact; None where there is none of that id."""
    row = await connection.fetchrow(blocks(_SQL)["has_meaning"], tenant, contact_id)
    assert row is not None  # it selects two truths
    return bool(row["has_meaning"]) if row["is_there"] else None


async def by_meaning(connection: Connection, tenant: str, contact_id: UUID, *, after: Nearness | None, limit: int) -> Page[Hit]:
    """Contacts with a friction like one of this contact's, the most similar first."""
    place = after or Nearness(2.0, UUID(int=0))
    rows = await connection.fetch(
        blocks(_SQL)["meaning"],
        *(tenant, contact_id, NEAR_SIGNALS, OF_EACH, LEAST_SIMILAR, place.similarity, place.contact_id, limit + 1),
    )
    return Page(tuple(_alike(row) for row in rows[:limit]), more=len(rows) > limit)


async def _stems(connection: Connection, terms: Sequence[str], language: str | None) -> Mapping[str, Sequence[str]]:
    rows = await connection.fetch(blocks(_SQL)["stems"], terms, [language, ""] if language else list(LANGUAGES))
    return {row["term"]: row["stems"] or [] for row in rows if row["is_asked"]}


def _any(term: str, stems: Sequence[str]) -> str:
    """A part of a tsquery. Terms and stems are made of word characters; quotes are doubled all the same."""
    beginning = [f"{_quoted(term)}:*"] if len(term) >= SHORTEST_BEGINNING else []
    return " | ".join([*beginning, *(_quoted(stem) for stem in sorted({term, *stems}))])


def _quoted(lexeme: str) -> str:
    doubled = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"


async def _found_words(connection: Connection, rows: Sequence[asyncpg.Record], any_term: str) -> Words:
    said = sorted({(row["language"], word) for row in rows for word in terms_of(_whole(row))})
    found = await connection.fetch(
        blocks(_SQL)["found_words"], [language for language, _ in said], [word for _, word in said], any_term
    )
    return frozenset((row["language"], row["word"]) for row in found)


def _whole(row: asyncpg.Record) -> str:
    return f"{row['subject']}\n{row['text']}" if row["subject"] else str(row["text"])


def _hit(row: asyncpg.Record, known: Words) -> Hit:
    whole = _whole(row)
    spans = [match.span() for match in re.finditer(r"\w+", whole) if (row["language"], match[0].lower()) in known]
    return _told(row, highlighted(whole, spans), None)


def _alike(row: asyncpg.Record) -> Hit:
    return _told(row, highlighted(row["text"], [(row["span_start"], row["span_end"])]), row["similarity"])


def _told(row: asyncpg.Record, words: Highlighted, similarity: float | None) -> Hit:
    return Hit(
        contact_id=row["contact_id"],
        occurred_at=row["occurred_at"],
        channel=Channel(row["channel"]),
        product=row["product"],
        plan=row["plan"],
        language=row["language"],
        disposition=Disposition(row["disposition"]),
        words=words,
        similarity=similarity,
    )
