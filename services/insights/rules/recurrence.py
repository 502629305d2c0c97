"""
Which meetings with a friction came back after its fix: judged by when they occurred and in which version, never by arrival.

Several messages of one thread are one meeting, which occurred with the first of them: an old ticket that goes on is no recurrence. A
version older than the fixed one does not have the fix; where no version is told, or the versions tell no order, the customer may not
have it yet either until the roll-out is over.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from uuid import UUID

from services.insights.rules.versions import is_older


@dataclass(frozen=True, slots=True)
class Message:
    """One contact about the friction."""

    contact_id: UUID
    thread: str | None
    occurred_at: datetime
    version: str | None


@dataclass(frozen=True, slots=True)
class Fix:
    """`rollout` is how long it takes until everybody has it."""

    at: datetime
    version: str | None
    rollout: timedelta


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A meeting that came back: its first message, and how many there are of it."""

    contact_id: UUID
    occurred_at: datetime
    messages: int


def recurrences(messages: Iterable[Message], fix: Fix) -> list[Recurrence]:
    """The meetings that came back, the earliest first. `messages` are all of the signal, those before the fix included."""
    meetings = [sorted(meeting, key=attrgetter("occurred_at", "contact_id")) for meeting in _meetings(messages)]
    found = [
        Recurrence(meeting[0].contact_id, meeting[0].occurred_at, len(meeting)) for meeting in meetings if _is_back(meeting, fix)
    ]
    return sorted(found, key=attrgetter("occurred_at", "contact_id"))


def _meetings(messages: Iterable[Message]) -> Iterable[list[Message]]:
    meetings: defaultdict[str | UUID, list[Message]] = defaultdict(list)
    for message in messages:
        meetings[message.contact_id if message.thread is None else message.thread].append(message)
    return meetings.values()


def _is_back(meeting: list[Message], fix: Fix) -> bool:
    occurred_at = meeting[0].occurred_at
    version = next((message.version for message in meeting if message.version is not None), None)
    is_old = is_older(version, fix.version) if version and fix.version else None
    if is_old is None:
        return occurred_at >= fix.at + fix.rollout
    return occurred_at > fix.at and not is_old
