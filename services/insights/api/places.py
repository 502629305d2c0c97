"""The places that cursors name: in the ranking of signals, in the contacts of one, in what happened one after the other."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from pydantic import Field

from services.insights.api.cursors import Cursor, decode_cursor, encode_cursor
from services.insights.api.parameters import Time
from services.insights.reads.signals import Place

LAST_OF_ALL: Final = (datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1))
"""Before this place stands everything."""


class RankCursor(Cursor):
    score: float = Field(allow_inf_nan=False)
    signal_id: UUID
    at: Time


class ContactCursor(Cursor):
    occurred_at: Time
    contact_id: UUID


class MomentCursor(Cursor):
    at: Time
    id: UUID


def rank_place(cursor: str | None) -> Place | None:
    """Raises Problem 422."""
    read = decode_cursor(cursor, RankCursor) if cursor else None
    return Place(read.score, read.signal_id, read.at) if read else None


def rank_cursor(place: Place | None) -> str | None:
    return encode_cursor(RankCursor(score=place.score, signal_id=place.signal_id, at=place.at)) if place else None


def contact_place(cursor: str | None) -> tuple[datetime, UUID]:
    """Raises Problem 422."""
    read = decode_cursor(cursor, ContactCursor) if cursor else None
    return (read.occurred_at, read.contact_id) if read else LAST_OF_ALL


def contact_cursor(occurred_at: datetime, contact_id: UUID) -> str:
    return encode_cursor(ContactCursor(occurred_at=occurred_at, contact_id=contact_id))


def moment_place(cursor: str | None) -> tuple[datetime, UUID]:
    """Raises Problem 422."""
    read = decode_cursor(cursor, MomentCursor) if cursor else None
    return (read.at, read.id) if read else LAST_OF_ALL


def moment_cursor(at: datetime, id_: UUID) -> str:
    return encode_cursor(MomentCursor(at=at, id=id_))
