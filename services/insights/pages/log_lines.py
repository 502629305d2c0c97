"""Lines of the log of changes, as people read them: what happened, by whom, and whether it can be taken back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.insights.pages.wording import actor_name, status_name
from services.insights.reads.changes import LoggedChange
from shared.events import Status

UNDOABLE: Final = frozenset({"merged", "split", "moved", "renamed", "pinned", "owner", "note", "status", "recurred"})
"""Of these people choose something that was otherwise before."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One change. `other` is the second signal it is about; `undone_by` who took it back, where somebody has."""

    change_id: UUID
    signal_id: UUID
    title: str
    words: str
    other: UUID | None
    contact: UUID | None
    actor: str
    at: datetime
    can_undo: bool
    undone_by: str | None
    undone_at: datetime | None


def log_line(logged: LoggedChange) -> LogLine:
    contact = logged.after.get("contact_id")
    return LogLine(
        change_id=logged.change_id,
        signal_id=logged.signal_id,
        title=logged.title or "A signal",
        words=_words(logged),
        other=logged.other_id,
        contact=UUID(str(contact)) if contact else None,
        actor=actor_name(logged.actor),
        at=logged.changed_at,
        can_undo=logged.change.value in UNDOABLE and logged.undone is None and ":" in logged.actor,
        undone_by=actor_name(logged.undone.actor) if logged.undone else None,
        undone_at=logged.undone.at if logged.undone else None,
    )


def _words(logged: LoggedChange) -> str:
    after = logged.after
    match logged.change.value:
        case "renamed" if after.get("title"):
            words = f"Renamed to “{after['title']}”"
        case "status" if after.get("status"):
            words = f"Status set to {status_name(Status(str(after['status']))).lower()}"
        case "owner":
            words = f"Owner is {after['owner']}" if after.get("owner") else "Nobody owns it any more"
        case "note":
            words = "Note written" if after.get("note") else "Note taken away"
        case "moved":
            words = "A friction was placed" if after.get("signal_id") else "A friction was taken out"
        case "undone":
            words = f"Taken back: {_SHORT.get(str(after.get('change')), 'a change')}"
        case other:
            words = _WORDS.get(other, other.capitalize())
    return words


_WORDS: Final = {
    "opened": "Opened: enough different customers had met it",
    "escalated": "Getting worse",
    "recurred": "Came back: customers who have the fix met it again",
    "merged": "Merged into another signal",
    "split": "A part became a signal of its own",
    "renamed": "Renamed",
    "pinned": "Title pinned: it stays, whatever is found",
    "snoozed": "Snoozed until it gets worse",
    "woken": "No longer snoozed",
}

_SHORT: Final = {
    "merged": "the merge",
    "split": "the split",
    "moved": "where a friction was placed",
    "renamed": "the new title",
    "pinned": "the pinned title",
    "owner": "the owner",
    "note": "the note",
    "status": "the status",
    "recurred": "the status",
}
