"""A record that could not be used: kept whole, with the reason and the place, so that it can be sent again after a fix."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.event import Event, Moment, Value


class Header(Value):
    """One header of the buried record, as it stood."""

    name: str
    value: bytes = Field(repr=False)


class Position(Value):
    """Where a record stood."""

    topic: str
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)


class ContactDead(Event):
    """
    A record was buried. `reason` never holds the input's words; the bytes are the original ones.

    `tenant` is what the key said (`unknown` where it says nothing readable), `contact_id` is there when it could still be read.
    """

    type: ClassVar[str] = "failbetter.contact.dead.v1"

    position: Position
    contact_id: UUID | None = None
    code: str
    reason: str
    deaths: int = Field(default=0, ge=0)
    buried_by: str
    buried_at: Moment
    record_key: bytes | None = Field(repr=False)
    record_value: bytes | None = Field(repr=False)
    record_headers: tuple[Header, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.tenant}/{self.position.topic}/{self.position.partition}/{self.position.offset}"
