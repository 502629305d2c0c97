"""A record that could not be used: kept whole, with the reason and the place, so that it can be sent again after a fix."""

import json
import re
from collections.abc import Iterable
from typing import ClassVar, Protocol, Self
from uuid import UUID

from pydantic import Field

from shared.events.event import TENANT, Event, Moment, Value


class Header(Value):
    """One header of the buried record, as it stood."""

    name: str
    value: bytes | None = Field(repr=False)


class Position(Value):
    """Where a record stood."""

    topic: str
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)


class Consumed(Protocol):
    """A record as a Kafka client hands it out."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Iterable[tuple[str, bytes | None]]: ...


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

    @classmethod
    def burying(
        cls, record: Consumed, *, code: str, reason: str, by: str, at: Moment, deaths: int = 0, contact_id: UUID | None = None
    ) -> Self:
        """The burial of `record`, byte for byte."""
        return cls(
            tenant=_tenant_of(record.key),
            position=Position(topic=record.topic, partition=record.partition, offset=record.offset),
            contact_id=contact_id or _contact_of(record.value),
            code=code,
            reason=reason,
            deaths=deaths,
            buried_by=by,
            buried_at=at,
            record_key=record.key,
            record_value=record.value,
            record_headers=tuple(Header(name=name, value=value) for name, value in record.headers),
        )

    @property
    def key(self) -> str:
        return f"{self.tenant}/{self.position.topic}/{self.position.partition}/{self.position.offset}"


def _tenant_of(key: bytes | None) -> str:
    said = (key or b"").split(b"/", 1)[0].decode("ascii", "replace")
    return said if re.fullmatch(TENANT, said) else "unknown"


def _contact_of(value: bytes | None) -> UUID | None:
    """Whose record it was, where that much can still be read: its journey should tell."""
    try:
        said = json.loads(value or b"")
        return UUID(said.get("contact_id") or said["contact"]["contact_id"])
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return None
