"""Contacts that are looked for: by their words, or like another one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from services.insights.api.cursors import decode_cursor, encode_cursor
from services.insights.api.places import contact_cursor, contact_place
from services.insights.api.search import NearnessCursor
from services.insights.pages.wording import plural
from services.insights.reads.answers import Page
from services.insights.reads.highlights import Highlighted
from services.insights.reads.search import MOST_TERMS, Hit, Nearness, Stretch, by_meaning, by_words, terms_of
from services.insights.store.connection import Connection

SHOWN: Final = 20
LONGEST: Final = 200

_ALWAYS: Final = Stretch(datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of a contact's words, in order; `is_found` is what was looked for."""

    words: str
    is_found: bool


@dataclass(frozen=True, slots=True)
class Found:
    """One contact that was found."""

    hit: Hit
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Everything the template needs. Nothing was asked for where `q` is blank and `like` is None."""

    now: datetime
    q: str
    like: UUID | None
    too_many: bool
    found: tuple[Found, ...]
    headline: str
    next_cursor: str | None

    @property
    def asked(self) -> str:
        """What the address has to say for the next page."""
        return f"like={self.like}" if self.like else "q="


async def search_page(
    connection: Connection, tenant: str, query: Mapping[str, str], *, now: datetime, cursor: str | None
) -> SearchPage:
    """The page as it is now, from after a place on. Raises Problem 422 for a cursor that is none."""
    q, like = query.get("q", "").strip()[:LONGEST].replace("\x00", ""), _id(query.get("like", ""))
    terms = terms_of(q)
    if like is not None:
        page, next_cursor = await _alike(connection, tenant, like, cursor)
    elif terms:
        page, next_cursor = await _worded(connection, tenant, terms[:MOST_TERMS], cursor)
    else:
        page, next_cursor = Page((), more=False), None
    found = tuple(Found(hit, _pieces(hit.words)) for hit in page.items)
    return SearchPage(now, q, like, len(terms) > MOST_TERMS, found, _headline(q, like, page), next_cursor)


async def _worded(connection: Connection, tenant: str, terms: list[str], cursor: str | None) -> tuple[Page[Hit], str | None]:
    page = await by_words(connection, tenant, terms, language=None, within=_ALWAYS, before=contact_place(cursor), limit=SHOWN)
    last = page.items[-1] if page.more else None
    return page, contact_cursor(last.occurred_at, last.contact_id) if last else None


async def _alike(connection: Connection, tenant: str, like: UUID, cursor: str | None) -> tuple[Page[Hit], str | None]:
    read = decode_cursor(cursor, NearnessCursor) if cursor else None
    after = Nearness(read.similarity, read.contact_id) if read else None
    page = await by_meaning(connection, tenant, like, after=after, limit=SHOWN)
    last = page.items[-1] if page.more else None
    if last is None or last.similarity is None:
        return page, None
    return page, encode_cursor(NearnessCursor(similarity=last.similarity, contact_id=last.contact_id))


def _headline(q: str, like: UUID | None, page: Page[Hit]) -> str:
    if like is None and not q:
        return "Search contacts"
    what = "like this one" if like else f"with “{q}”"
    if not page.items:
        return f"No contact {what}"
    return f"{'More than ' if page.more else ''}{plural(len(page.items), 'contact', 'contacts')} {what}"


def _pieces(words: Highlighted) -> tuple[Piece, ...]:
    pieces, at = [], 0
    for mark in words.marks:
        pieces += [Piece(words.text[at : mark.start], is_found=False), Piece(words.text[mark.start : mark.end], is_found=True)]
        at = mark.end
    return (*pieces, Piece(words.text[at:], is_found=False))


def _id(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None
