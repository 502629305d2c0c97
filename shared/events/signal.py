"""What insights says to the outside: a signal changed, a loop can be closed."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.event import Event, Moment, Pseudonym
from shared.events.words import Status, Trend


class Change(StrEnum):
    """Why a signal is spoken of."""

    OPENED = "opened"
    ESCALATED = "escalated"
    RECURRED = "recurred"
    STATUS = "status"
    MERGED = "merged"
    SPLIT = "split"
    RENAMED = "renamed"
    OWNER = "owner"
    NOTE = "note"
    MOVED = "moved"
    PINNED = "pinned"
    UNDONE = "undone"
    SNOOZED = "snoozed"
    WOKEN = "woken"


class SignalChanged(Event):
    """A signal was opened, got worse, came back, or was changed by a person."""

    type: ClassVar[str] = "failbetter.signal.changed.v1"

    signal_id: UUID
    change: Change
    title: str
    status: Status
    trend: Trend
    customers: int = Field(ge=0)
    contacts: int = Field(ge=0)
    actor: str
    changed_at: Moment

    @property
    def key(self) -> str:
        return f"{self.tenant}/{self.signal_id}"


class LoopClosed(Event):
    """A fix reached one affected customer's signal: the upstream app can tell them, by whichever of its ids it gave."""

    type: ClassVar[str] = "failbetter.loop.closed.v1"

    signal_id: UUID
    title: str
    contact_id: UUID
    customer: Pseudonym | None = None
    source: str | None = None
    thread_id: str | None = None
    external_id: str | None = None
    fixed_at: Moment
    fixed_version: str | None = None
    closed_at: Moment

    @property
    def key(self) -> str:
        return f"{self.tenant}/{self.signal_id}"
