"""Records become what they say, or what has to be buried. Milliseconds of CPU a batch: it belongs in a thread."""

from dataclasses import dataclass, field

from aiokafka import ConsumerRecord

from services.insights.bookmarks import Portion
from services.insights.burial import DIED, Buried
from services.insights.pipeline import Said
from services.insights.rules.admission import admit, admit_bytes
from services.insights.rules.suspicion import FATAL
from shared.errors import Rejected
from shared.events import (
    DEAD,
    FORGOTTEN,
    OUTCOMES,
    TRIAGED,
    ContactDead,
    ContactTriaged,
    CustomerForgotten,
    Event,
    OutcomeReported,
    decode,
)

HEARD = (TRIAGED, OUTCOMES, FORGOTTEN, DEAD)
"""What insights listens to."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a portion says, and what of it cannot be used; `order` tells for each record whether it was buried."""

    said: Said
    buried: tuple[Buried, ...]
    order: tuple[bool, ...]


@dataclass(slots=True)
class _Sorted:
    contacts: list[ContactTriaged] = field(default_factory=list)
    outcomes: list[OutcomeReported] = field(default_factory=list)
    forgotten: list[CustomerForgotten] = field(default_factory=list)
    letters: list[ContactDead] = field(default_factory=list)


def hear(portion: Portion) -> Heard:
    """What the records of `portion` say. One at which the process died too often is not looked at again."""
    if portion.deaths >= FATAL:
        [record] = portion.records
        buried = Buried(record, DIED, f"the process died {portion.deaths} times at this record", portion.deaths)
        return Heard(Said(portion.stretches), (buried,), (True,))
    said = _Sorted()
    found = [_sort(record, said) for record in portion.records]
    return Heard(
        Said(
            portion.stretches,
            tuple(said.contacts),
            tuple(said.outcomes),
            tuple(said.forgotten),
            tuple(said.letters),
        ),
        tuple(one for one in found if one is not None),
        tuple(one is not None for one in found),
    )


def _sort(record: ConsumerRecord, said: _Sorted) -> Buried | None:
    try:
        _put(_event(record), said)
    except Rejected as error:
        return Buried(record, error.code, str(error))
    return None


def _event(record: ConsumerRecord) -> Event:
    if record.value is not None:
        admit_bytes(record.value)
    [topic] = [topic for topic in HEARD if topic.name == record.topic]
    return decode(record, topic.carries).event


def _put(event: Event, said: _Sorted) -> None:
    match event:
        case ContactTriaged():
            admit(event)
            said.contacts.append(event)
        case OutcomeReported():
            said.outcomes.append(event)
        case CustomerForgotten():
            said.forgotten.append(event)
        case ContactDead():
            said.letters.append(event)
        case _:
            raise AssertionError(event.type)
