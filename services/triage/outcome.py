"""What becomes of a record: it is triaged, or it is buried."""

from dataclasses import dataclass

from aiokafka import ConsumerRecord

from shared.events import Disposition, Encoded, Queue

SOURCE = "/failbetter/triage"


@dataclass(frozen=True, slots=True)
class Triaged:
    """The record was read; `says` is what has to be published: the triage, and the route where somebody should act."""

    record: ConsumerRecord
    says: tuple[Encoded, ...]
    disposition: Disposition
    queue: Queue


@dataclass(frozen=True, slots=True)
class Buried:
    """The record could not be used; `says` is its dead letter."""

    record: ConsumerRecord
    dead_letter: Encoded
    code: str
    reason: str

    @property
    def says(self) -> tuple[Encoded, ...]:
        return (self.dead_letter,)


Outcome = Triaged | Buried
