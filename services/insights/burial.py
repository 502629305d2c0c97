"""What cannot be used is buried: whole, with the reason and the place, in `contacts.dead`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from aiokafka import ConsumerRecord

from shared.errors import FailbetterError
from shared.events import DEAD, ContactDead, Encoded, derived_id, encode

SOURCE = "/failbetter/insights"

DIED = "died"
"""Code of a record at which the process died."""

MAX_BYTES = 1_000_000
"""Of key, value and headers of one record: what a broker takes (1 MiB), less what travels around it."""


class TooManyBurials(FailbetterError):
    """So many burials in a row that the fault must be here. It stops the process; nothing more is buried."""

    code = "too_many_burials"


@dataclass(frozen=True, slots=True)
class Buried:
    """The record could not be used, and why; `deaths` processes died at it."""

    record: ConsumerRecord
    code: str
    reason: str
    deaths: int = 0


def dead_letter(buried: Buried, *, at: datetime) -> Encoded:
    """What is published of a burial, the same id each time. Where its bytes are too many to be said again, it names their place."""
    record = buried.record
    dead = ContactDead.burying(record, code=buried.code, reason=buried.reason, by="insights", at=at, deaths=buried.deaths)
    said = _said(dead)
    if _size(said) <= MAX_BYTES:
        return said
    reason = f"{buried.reason}; its bytes are too many for a dead letter and stand at its position only"
    return _said(dead.model_copy(update={"reason": reason, "record_key": None, "record_value": None, "record_headers": ()}))


def in_a_row(is_buried: Iterable[bool], *, before: int, limit: int) -> int:
    """How many of the last records were buried, after `before` of them. Raises TooManyBurials at `limit`."""
    count = before
    for one in is_buried:
        count = count + 1 if one else 0
        if count >= limit:
            raise TooManyBurials(f"{count} records in a row could not be used")
    return count


def _said(dead: ContactDead) -> Encoded:
    place = dead.position
    return encode(dead, DEAD, event_id=derived_id("dead", SOURCE, place.topic, place.partition, place.offset), source=SOURCE)


def _size(said: Encoded) -> int:
    return sum(
        map(len, (said.key or b"", said.value or b"", *(part for name, value in said.headers for part in (name, value or b""))))
    )
