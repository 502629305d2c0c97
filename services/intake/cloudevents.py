"""
CloudEvents 1.0 over HTTP: one event as headers (binary) or as JSON (structured), or a batch of them as JSON.

Source: CloudEvents 1.0.2, http-protocol-binding and json-format. The `cloudevents` package is not used: it takes header values
that the binding says must be refused (not UTF-8, `ce-datacontenttype`), has no batches, and brings dateutil.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import unquote_to_bytes

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import from_json, to_json

from shared.errors import Rejected

STRUCTURED: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
MAX_EVENTS: Final = 1_000

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_JSON = re.compile(r"(application|text)/json|[^/]+/[^/]+\+json")

Attribute = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class Mode(Enum):
    """How the events stand in a message."""

    BINARY = auto()
    STRUCTURED = auto()
    BATCH = auto()


class NotUnderstood(Rejected):
    """The message is in a format that is not taken: 415."""


class Malformed(Rejected):
    """An attribute cannot be read: its `name`, and the `reason`."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class CloudEvent(BaseModel):
    """One event. `source` and `id` together name it; attributes that are not here are extensions, and passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    specversion: Literal["1.0"]
    id: Attribute
    source: Attribute
    type: Attribute
    datacontenttype: str | None = None
    subject: str | None = None
    time: AwareDatetime | None = None
    data: Any = None
    data_base64: str | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _has_json_data(self) -> Self:
        if self.data is not None and self.data_base64 is not None:
            raise ValueError("data and data_base64 exclude each other")
        if self.datacontenttype is not None and not _is_json(self.datacontenttype):
            raise ValueError("datacontenttype: only JSON is read")
        return self

    def content(self) -> Any:
        """The data, as JSON says it. Raises Malformed where it is said in base64 and is none."""
        if self.data_base64 is None:
            return self.data
        try:
            return from_json(base64.b64decode(self.data_base64, validate=True))
        except (binascii.Error, ValueError):
            raise Malformed("data_base64", "is not JSON in UTF-8, in base64") from None


def mode_of(headers: Mapping[str, str]) -> Mode:
    """How the message holds events. Header names are in lower case. Raises NotUnderstood."""
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type.startswith("application/cloudevents"):
        modes = {BATCH: Mode.BATCH, STRUCTURED: Mode.STRUCTURED}
        if media_type not in modes:
            raise NotUnderstood(f"Of CloudEvents' formats JSON is read: {STRUCTURED}, {BATCH}.")
        return modes[media_type]
    if not any(name.startswith("ce-") for name in headers):
        raise NotUnderstood(f"This is no CloudEvent: send {STRUCTURED}, {BATCH}, or the attributes as ce- headers.")
    if media_type and not _is_json(media_type):
        raise NotUnderstood("Only data in JSON is read: send Content-Type: application/json.")
    return Mode.BINARY


def read_binary(headers: Mapping[str, str], body: bytes) -> CloudEvent:
    """
    The event whose attributes are headers, with the body as its data.

    Raises Malformed, ValidationError with every attribute that does not fit, ValueError where the body is not JSON.
    """
    attributes = {name.removeprefix("ce-"): _decoded(name, value) for name, value in headers.items() if name.startswith("ce-")}
    if "datacontenttype" in attributes:
        raise Malformed("ce-datacontenttype", "does not exist: that is Content-Type")
    data = from_json(body) if body else None
    return read_structured(to_json({**attributes, "data": data, "data_base64": None}))


def read_structured(said: bytes) -> CloudEvent:
    """The event that JSON says. Raises ValidationError with every attribute that does not fit."""
    return CloudEvent.model_validate_json(said)


def _decoded(name: str, value: str) -> str:
    # Section 3.1.3.2: undo quotes, then percent-encoding once; what is not UTF-8 then MUST be refused.
    if value.startswith('"'):
        quoted = _QUOTED.fullmatch(value)
        if quoted is None:
            raise Malformed(name, "has a quote too many or too few")
        value = re.sub(r"\\(.)", r"\1", quoted[1])
    try:
        return unquote_to_bytes(value.encode("ascii")).decode("utf-8")
    except UnicodeError:
        raise Malformed(name, "is not percent-encoded UTF-8") from None


def _is_json(media_type: str) -> bool:
    return _JSON.fullmatch(media_type.partition(";")[0].strip().lower()) is not None
