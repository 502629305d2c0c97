"""What is well-formed but cannot be stored or counted."""

import re
from datetime import UTC, datetime, timedelta

from shared.errors import Rejected
from shared.events import ContactTriaged, Vector

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
"""More than any clock is wrong by; intake refuses five minutes already."""

LARGEST_INTEGER = 2**31 - 1
MOST_FRICTIONS = 1_000
MOST_DIMENSIONS = 4_000

# An escape that stands for the NUL character; backslashes before it come in pairs, or they escape this one.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def admit_bytes(value: bytes) -> None:
    """Raises Rejected for text that PostgreSQL has no way to store."""
    if b"\\u0000" in value and _NUL.search(value):
        raise Rejected("a text holds the NUL character")


def admit(triaged: ContactTriaged) -> None:
    """Raises Rejected for a contact that cannot be counted, saying which rule was broken."""
    contact = triaged.contact
    if contact.tenant != triaged.tenant:
        raise Rejected("contact.tenant: differs from the event's tenant")
    if contact.occurred_at < EARLIEST:
        raise Rejected("contact.occurred_at: before the year 2000")
    if contact.occurred_at > contact.received_at + AHEAD:
        raise Rejected("contact.occurred_at: later than its receipt")
    if max(contact.revision, triaged.reading) > LARGEST_INTEGER:
        raise Rejected("revision or reading: too large")
    if len(triaged.frictions) > MOST_FRICTIONS:
        raise Rejected("frictions: too many")
    for place, friction in enumerate(triaged.frictions):
        _admit_vector(place, friction.vector)
        if not friction.span.start <= friction.span.end <= len(contact.text):
            raise Rejected(f"frictions.{place}.span: outside the text")


def _admit_vector(place: int, vector: Vector) -> None:
    if vector.dims > MOST_DIMENSIONS or len(vector.values) != vector.dims:
        raise Rejected(f"frictions.{place}.vector: has not as many values as dims, at most {MOST_DIMENSIONS}")
    if not any(vector.values):
        raise Rejected(f"frictions.{place}.vector: is zero")
