"""`GET /v1/search`: contacts by words, or by meaning starting from one of them."""

from datetime import UTC, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from services.insights.api import examples
from services.insights.api.answer import Answer, shown_as
from services.insights.api.callers import caller_of
from services.insights.api.cursors import Cursor, decode_cursor, encode_cursor
from services.insights.api.parameters import Asked, Time, Word
from services.insights.api.places import contact_cursor, contact_place
from services.insights.api.refusals import refuse, unknown
from services.insights.login import Door, Viewer
from services.insights.reads.answers import Page
from services.insights.reads.search import MOST_TERMS, Hit, Nearness, Stretch, by_meaning, by_words, has_meaning, terms_of
from services.insights.store.connection import Pool, transaction
from shared.events import Channel, Disposition
from shared.web import problem_responses

MOST: Final = 100


class SearchQuery(Asked):
    """Either `q` or `like`."""

    q: Word | None = Field(
        default=None, description=f"Words that must all be there, at most {MOST_TERMS}; each may be a beginning."
    )
    like: UUID | None = Field(default=None, description="A contact: what means nearly the same as it?")
    language: str | None = Field(
        default=None,
        pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$",
        description="Of the words; default: any language that has rules for its words.",
    )
    since: Time | None = Field(default=None, description="Contacts that occurred then or later. With `q` only.")
    until: Time | None = Field(default=None, description="Contacts that occurred before. With `q` only.")
    limit: int = Field(default=20, ge=1, le=MOST)
    cursor: str | None = Field(
        default=None, max_length=500, description="`next_cursor` of the page before, asked in the same way."
    )

    @property
    def within(self) -> Stretch:
        """Raises Problem 422 for a stretch of time that is none."""
        if self.since and self.until and self.since >= self.until:
            raise refuse("since", "has to be before until")
        return Stretch(self.since or datetime(2000, 1, 1, tzinfo=UTC), self.until or datetime(2200, 1, 1, tzinfo=UTC))

    def terms(self) -> list[str]:
        """Raises Problem 422 for words that are none, or too many."""
        terms = terms_of(self.q or "")
        if not terms:
            raise refuse("q", "holds no word")
        if len(terms) > MOST_TERMS:
            raise refuse("q", f"holds more than {MOST_TERMS} words")
        return terms

    def one(self) -> UUID | None:
        """The contact to start from; None where words are asked for. Raises Problem 422 unless it is exactly one of both."""
        if (self.q is None) == (self.like is None):
            raise refuse("q", "either q or like has to be given, and not both")
        if self.like:
            for name in ("language", "since", "until"):
                if getattr(self, name) is not None:
                    raise refuse(name, "goes with q only")
        return self.like


class NearnessCursor(Cursor):
    similarity: float = Field(allow_inf_nan=False)
    contact_id: UUID


class MarkAnswer(Answer):
    """Characters from `start` to `end` (excluded) of the text beside it."""

    start: int
    end: int


class HighlightedAnswer(Answer):
    """A part of what the customer said, at most 320 characters, and where in it what was found stands. Escape it before showing it."""

    text: str
    marks: tuple[MarkAnswer, ...]
    cut_before: bool
    cut_after: bool


class HitAnswer(Answer):
    contact_id: UUID
    occurred_at: datetime
    channel: Channel
    product: str | None
    plan: str | None
    language: str
    disposition: Disposition
    words: HighlightedAnswer
    similarity: float | None = Field(description="Cosine of the two frictions that are most alike; null with `q`.")


class SearchAnswer(Answer):
    """A page of contacts: with `q` the latest first, with `like` the most similar first."""

    model_config = shown_as(examples.SEARCH)

    contacts: tuple[HitAnswer, ...]
    next_cursor: str | None


def search_routes(*, pool: Pool, door: Door) -> APIRouter:
    routes = APIRouter(tags=["contacts"])

    @routes.get("/search", summary="Contacts by words, or more like one", responses=problem_responses(401, 403, 404, 422, 503))
    async def search(viewer: Annotated[Viewer, Depends(caller_of(door))], asked: Annotated[SearchQuery, Query()]) -> SearchAnswer:
        like = asked.one()
        page = await (_by_words(pool, viewer, asked) if like is None else _by_meaning(pool, viewer, asked, like))
        return SearchAnswer(
            contacts=tuple(HitAnswer.model_validate(hit) for hit in page.items),
            next_cursor=_cursor(page.items[-1]) if page.more else None,
        )

    return routes


async def _by_words(pool: Pool, viewer: Viewer, asked: SearchQuery) -> Page[Hit]:
    before, terms, within = contact_place(asked.cursor), asked.terms(), asked.within
    async with transaction(pool, viewer.tenant) as connection:
        return await by_words(
            connection, viewer.tenant, terms, language=asked.language, within=within, before=before, limit=asked.limit
        )


async def _by_meaning(pool: Pool, viewer: Viewer, asked: SearchQuery, like: UUID) -> Page[Hit]:
    read = decode_cursor(asked.cursor, NearnessCursor) if asked.cursor else None
    after = Nearness(read.similarity, read.contact_id) if read else None
    async with transaction(pool, viewer.tenant) as connection:
        known = await has_meaning(connection, viewer.tenant, like)
        if known is None:
            raise unknown("contact", like)
        if not known:
            raise refuse("like", "has no friction whose meaning is known: nothing can be compared with it")
        return await by_meaning(connection, viewer.tenant, like, after=after, limit=asked.limit)


def _cursor(last: Hit) -> str:
    if last.similarity is None:
        return contact_cursor(last.occurred_at, last.contact_id)
    return encode_cursor(NearnessCursor(similarity=last.similarity, contact_id=last.contact_id))
