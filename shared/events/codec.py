"""
Events on the wire: CloudEvents 1.0, Kafka binding, binary mode.

Attributes travel as `ce_*` headers, the event itself as JSON, its key as the record's key.
Source: CloudEvents 1.0 Kafka Protocol Binding, section 3.2; W3C Trace Context for `traceparent`.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, Protocol, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import ValidationError

from shared.errors import Undecodable
from shared.events.event import Event
from shared.events.topics import Topic

E = TypeVar("E", bound=Event)

EVENTS = uuid5(NAMESPACE_URL, "failbetter:events")
"""Namespace of derived event ids."""


class Record(Protocol):
    """What a Kafka client hands out: read-only here."""

    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Iterable[tuple[str, bytes | None]]: ...


@dataclass(frozen=True, slots=True)
class Encoded:
    """An event as a Kafka record."""

    topic: str
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, slots=True)
class Decoded(Generic[E]):
    """An event as it was read, with the attributes that travelled beside it."""

    event: E
    id: UUID
    source: str
    traceparent: str | None


def derived_id(*parts: object) -> UUID:
    """The id that follows from `parts`: the same parts give the same id, for ever."""
    # As uuid5 does, in half the time: intake derives an id for every contact.
    name = "\x1f".join(map(str, parts)).encode()
    return UUID(bytes=hashlib.sha1(EVENTS.bytes + name, usedforsecurity=False).digest()[:16], version=5)


def encode(event: Event, topic: Topic, *, event_id: UUID, source: str, traceparent: str | None = None) -> Encoded:
    """The record that says `event` on `topic`. `event_id` with `source` lets any reader drop a repeat."""
    headers = [*_attributes(event.type, source), ("ce_id", str(event_id).encode())]
    if traceparent is not None:
        headers.append(("traceparent", traceparent.encode()))
    return Encoded(topic.name, event.key.encode(), event.model_dump_json().encode(), tuple(headers))


@lru_cache(maxsize=64)
def _attributes(kind: str, source: str) -> tuple[tuple[str, bytes | None], ...]:
    return (
        ("ce_specversion", b"1.0"),
        ("ce_type", kind.encode()),
        ("ce_source", source.encode()),
        ("content-type", b"application/json"),
    )


def decode(record: Record, carries: type[E]) -> Decoded[E]:
    """
    The event that `record` says.

    Raises Undecodable, with the place and the rule that was broken but never the input's words.
    """
    headers = dict(record.headers)
    if (said := _text(headers, "ce_type")) != carries.type:
        msg = f"ce_type is not {carries.type}" if said else "header ce_type is missing"
        raise Undecodable(msg)
    if record.value is None:
        msg = "the record has no value"
        raise Undecodable(msg)
    try:
        event_id = UUID(_text(headers, "ce_id") or "")
    except ValueError as error:
        msg = "header ce_id is not a UUID"
        raise Undecodable(msg) from error
    try:
        event = carries.model_validate_json(record.value)
    except ValidationError as error:
        raise Undecodable(_faults(error, carries)) from error
    return Decoded(event, event_id, _text(headers, "ce_source") or "", _text(headers, "traceparent"))


def _text(headers: dict[str, bytes | None], name: str) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("ascii", "replace")


def _faults(error: ValidationError, carries: type[Event], limit: int = 5) -> str:
    known = _names(carries.model_json_schema())
    faults = [
        f"{'.'.join(str(part) if isinstance(part, int) or part in known else '*' for part in fault['loc'])}: {fault['type']}"
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    more = f" and {len(faults) - limit} more" if len(faults) > limit else ""
    return "; ".join(faults[:limit]) + more


def _names(schema: object) -> set[str]:
    """Field names of a JSON Schema. A name that is not among them came from the input, so it is not repeated."""
    if isinstance(schema, list):
        return set().union(*(_names(part) for part in schema))
    if not isinstance(schema, dict):
        return set()
    return set(schema.get("properties", ())).union(*(_names(part) for part in schema.values()))
