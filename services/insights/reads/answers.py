"""What is told about signals and contacts. Counts are of distinct customers first, of contacts second."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from shared.events import Change, Channel, Kind

T = TypeVar("T")


class Bucket(StrEnum):
    """How long one step of a series is. All in UTC; weeks begin on Monday."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"

    @property
    def length(self) -> timedelta:
        return {Bucket.HOUR: timedelta(hours=1), Bucket.DAY: timedelta(days=1), Bucket.WEEK: timedelta(weeks=1)}[self]

    def floor(self, moment: datetime) -> datetime:
        """The start of the bucket that `moment` (in UTC) lies in."""
        hour = moment.replace(minute=0, second=0, microsecond=0)
        if self is Bucket.HOUR:
            return hour
        day = hour.replace(hour=0)
        return day if self is Bucket.DAY else day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of many, in order; `more` is whether something comes after the last."""

    items: tuple[T, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Point:
    """Contacts in the bucket that begins at `start`. The bucket that is still running is not complete."""

    start: datetime
    contacts: int
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Quote:
    """A customer's words about one friction, with a little of what stood around them."""

    contact_id: UUID
    occurred_at: datetime
    before: str
    words: str
    after: str
    kind: Kind
    channel: Channel
    product: str | None
    plan: str | None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """What happened to a signal, and by whom."""

    change: Change
    actor: str
    changed_at: datetime
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ContactLine:
    """One contact of a signal, in short."""

    contact_id: UUID
    occurred_at: datetime
    kind: Kind
    intensity: float
    channel: Channel
    plan: str | None
    product: str | None
    product_version: str | None
    language: str


@dataclass(frozen=True, slots=True)
class Look:
    """What a signal is about: the kind most of its latest frictions have, and their products, most frequent first."""

    kind: Kind
    products: tuple[str, ...]
