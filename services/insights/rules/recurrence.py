"""
Which meetings with a friction came back after its fix: judged by when they occurred and in which version, never by arrival.

Several messages of one thread are one meeting, which occurred with the first of them: an old ticket that goes on is no recurrence. A
version older than the fixed one does not have the fix, nor does another product than the one that was fixed; where neither is told, or
the versions tell no order, the customer may not have it yet either until the roll-out is over.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final
from uuid import UUID

from services.insights.rules.versions import is_older

_ORDER: Final = attrgetter("occurred_at", "contact_id")


@dataclass(frozen=True, slots=True)
class Patience:
    """`rollout` is how long it takes until everybody has a fix; so many `people` who meet a friction with its fix make it recur."""

    rollout: timedelta
    people: int


@dataclass(frozen=True, slots=True)
class Message:
    """One contact about the friction, by `person`."""

    contact_id: UUID
    person: str
    thread: str | None
    occurred_at: datetime
    product: str | None
    version: str | None


@dataclass(frozen=True, slots=True)
class Fix:
    """`rollout` is how long it takes until everybody has it. Without a product it is for all of them."""

    at: datetime
    product: str | None
    version: str | None
    rollout: timedelta


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A meeting that came back: its first message, by whom, and how many there are of it."""

    contact_id: UUID
    person: str
    occurred_at: datetime
    messages: int


@dataclass(frozen=True, slots=True)
class Meeting:
    """The messages of one thread, the earliest first; what it says of product and version is what the first that tells it says."""

    messages: tuple[Message, ...]

    @property
    def first(self) -> Message:
        return self.messages[0]

    @property
    def product(self) -> str | None:
        return next((message.product for message in self.messages if message.product is not None), None)

    @property
    def version(self) -> str | None:
        return next((message.version for message in self.messages if message.version is not None), None)


def recurrences(messages: Iterable[Message], fix: Fix) -> list[Recurrence]:
    """The meetings that came back, the earliest first. `messages` are all of their threads, those before the fix included."""
    return [
        Recurrence(meeting.first.contact_id, meeting.first.person, meeting.first.occurred_at, len(meeting.messages))
        for meeting in meetings(messages)
        if _is_back(meeting, fix)
    ]


def meetings(messages: Iterable[Message]) -> list[Meeting]:
    """Every thread once, the earliest first."""
    threads: defaultdict[str | UUID, list[Message]] = defaultdict(list)
    for message in sorted(messages, key=_ORDER):
        threads[message.contact_id if message.thread is None else message.thread].append(message)
    return sorted((Meeting(tuple(thread)) for thread in threads.values()), key=lambda meeting: _ORDER(meeting.first))


def _is_back(meeting: Meeting, fix: Fix) -> bool:
    product, version, occurred_at = meeting.product, meeting.version, meeting.first.occurred_at
    is_old = is_older(version, fix.version) if version and fix.version else None
    if is_old or (fix.product and product and product != fix.product):
        return False
    # A number tells little while it may be another product's.
    has_fix = is_old is False and (product is not None or fix.product is None)
    return occurred_at > fix.at if has_fix else occurred_at >= fix.at + fix.rollout
