"""What cannot be used is buried: whole, with the reason and the place, in `contacts.dead`."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import structlog
from aiokafka import ConsumerRecord

from services.triage.outcome import SOURCE, Buried, Outcome
from shared.errors import Rejected
from shared.events import DEAD, ContactDead, Encoded, derived_id, encode

log = structlog.get_logger(__name__)

DIED = "died"
MAX_BYTES = 1_000_000
"""Of key, value and headers of one record: what a broker takes (1 MiB), less what travels around it."""


class TooBig(Rejected):
    """What would have to be said about the record is larger than a broker takes."""

    code = "too_big"


class TooManyBurials(Exception):
    """So many burials in a row that the fault must be here. It stops the process; nothing more is buried."""


def bury(
    record: ConsumerRecord, *, code: str, reason: str, at: datetime, deaths: int = 0, contact_id: UUID | None = None
) -> Buried:
    """The burial of `record`. Where its bytes are too many to be said again, it names the place they can be read at."""
    dead = ContactDead.burying(record, code=code, reason=reason, by="triage", at=at, deaths=deaths, contact_id=contact_id)
    said = _said(dead)
    if not is_sendable(said):
        dead = dead.model_copy(
            update={
                "reason": f"{reason}; its bytes are too many for a dead letter and stand at its position only",
                "record_key": None,
                "record_value": None,
                "record_headers": (),
            }
        )
        said = _said(dead)
    return Buried(record, said, code=code, reason=dead.reason)


def is_sendable(record: Encoded) -> bool:
    """Whether a broker takes it."""
    return (
        len(record.key or b"") + len(record.value) + sum(len(name) + len(value or b"") for name, value in record.headers)
        <= MAX_BYTES
    )


class BurialsInARow:
    """Counts them, over all partitions of the process."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._count = 0

    def count(self, outcomes: Iterable[Outcome]) -> None:
        """Count what is about to be published. Raises TooManyBurials at the limit, so that it is not."""
        for outcome in outcomes:
            self._count = self._count + 1 if isinstance(outcome, Buried) else 0
            if isinstance(outcome, Buried) and self._count >= self._limit:
                _log_last(outcome, self._count)
                raise TooManyBurials


def _log_last(last: Buried, in_a_row: int) -> None:
    record = last.record
    log.critical(
        "triage.too_many_burials",
        in_a_row=in_a_row,
        code=last.code,
        reason=last.reason,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
    )


def _said(dead: ContactDead) -> Encoded:
    place = dead.position
    event_id = derived_id("dead", SOURCE, place.topic, place.partition, place.offset)
    return encode(dead, DEAD, event_id=event_id, source=SOURCE)
