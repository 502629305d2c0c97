"""What an event says: a contact, an outcome, both or neither; and the two types of event in which apps of your own say it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from pydantic_core import to_json

from services.intake.requests import ContactRequest, OutcomeRequest

CONTACT_SAID: Final = "failbetter.contact.said.v1"
"""Its data is what `POST /v1/contacts` takes."""
CONTACT_ENDED: Final = "failbetter.contact.ended.v1"
"""Its data is what `POST /v1/outcomes` takes."""
NEITHER: Final = "this event is neither a contact nor an outcome"


class Said(NamedTuple):
    """What an event says. `key` is the sender's id of the event: it names a contact that has no id of its own."""

    contact: ContactRequest | None = None
    outcome: OutcomeRequest | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """Why an event is neither a contact nor an outcome."""

    why: str


def read_own(kind: str, data: Any, *, source: str, event_id: str, at: datetime | None, now: datetime) -> Said | Ignored:
    """
    What an event of our own types says; its `source` and time stand where the data has none.

    Raises ValidationError with every field that does not fit.
    """
    if kind not in {CONTACT_SAID, CONTACT_ENDED}:
        return Ignored(NEITHER)
    fields = to_json({"source": source, "occurred_at": at, **data} if isinstance(data, dict) else data)
    key = to_json([source, event_id]).decode()
    if kind == CONTACT_SAID:
        return Said(contact=ContactRequest.model_validate_json(fields, context=now), key=key)
    return Said(outcome=OutcomeRequest.model_validate_json(fields, context=now), key=key)
