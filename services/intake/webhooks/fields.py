"""A field map: which places of any app's payload a contact and an outcome are taken from. Written in YAML, read without guessing."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag, model_validator
from pydantic_core import to_json

from services.intake.requests import ContactRequest, OutcomeRequest
from services.intake.webhooks.cut import ATTRIBUTE, LABELS, fitted, without_nul
from services.intake.webhooks.markup import words
from services.intake.webhooks.payload import Payload, Unmappable
from shared.events import Channel, Resolution

IDS: Final = frozenset({"external_id", "thread_id", "contact_id", "customer.id"})
"""Some apps write them as numbers."""
GROUPS: Final = {"customer": "id", "rating": "score"}
"""A part of a contact that is left out as a whole where this field of it is missing."""

ContactField = Annotated[
    str,
    StringConstraints(
        pattern=r"^(text|channel|external_id|thread_id|subject|occurred_at|product|product_version|area|revision"
        r"|customer\.(id|plan|annual_value|locale)|rating\.(score|scale)|attributes\.[^.]{1,64})$"
    ),
]
OutcomeField = Annotated[
    str,
    StringConstraints(pattern=r"^(contact_id|external_id|resolution|csat|minutes_spent|remedy_taken|occurred_at)$"),
]
Path = Annotated[str, StringConstraints(pattern=r"^[^.]+(\.[^.]+)*$", max_length=200)]


class MapPart(BaseModel):
    """Strict: what is misspelt is refused when the file is read, not when a customer waits."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Taken(MapPart):
    """From a place of the payload; through `words`, where the app says a thing in other words; `html` where it is marked up."""

    at: Path
    words: dict[str, str] | None = None
    html: bool = False


class Fixed(MapPart):
    """The same for every delivery."""

    value: str | int | float | bool


def _form(said: Any) -> str:
    if isinstance(said, str):
        return "place"
    return "fixed" if isinstance(said, Fixed) or (isinstance(said, dict) and "value" in said) else "taken"


Origin = Annotated[
    Annotated[Path, Tag("place")] | Annotated[Taken, Tag("taken")] | Annotated[Fixed, Tag("fixed")], Discriminator(_form)
]
"""Told apart first, so that a fault is named in the form that was meant."""


class ContactMap(MapPart):
    """How a contact is read; from the events named in `when` only, or from all."""

    when: tuple[str, ...] = ()
    fields: dict[ContactField, Origin]

    @model_validator(mode="after")
    def _can_make_one(self) -> Self:
        if not {"text", "channel"} <= self.fields.keys():
            raise ValueError("a contact needs text and channel")
        if "rating.score" in self.fields and "rating.scale" not in self.fields:
            raise ValueError("rating.score needs rating.scale")
        _says_one_of("channel", self.fields["channel"], Channel)
        return self


class OutcomeMap(MapPart):
    """How an outcome is read; from the events named in `when` only, or from all."""

    when: tuple[str, ...] = ()
    fields: dict[OutcomeField, Origin]

    @model_validator(mode="after")
    def _can_make_one(self) -> Self:
        if "resolution" not in self.fields:
            raise ValueError("an outcome needs resolution")
        if ("external_id" in self.fields) == ("contact_id" in self.fields):
            raise ValueError("an outcome needs either external_id or contact_id")
        _says_one_of("resolution", self.fields["resolution"], Resolution)
        return self


def _says_one_of(name: str, origin: str | Taken | Fixed, known: type[StrEnum]) -> None:
    match origin:
        case Fixed():
            said = {origin.value}
        case Taken():
            said = set((origin.words or {}).values())
        case _:
            said = set()
    if not said <= set(known):
        raise ValueError(f"{name}: one of {', '.join(known)}")


class FieldMap(MapPart):
    """
    The whole map. `event` is the place of the event's name, for `when`; `id` the place of the delivery's id, `id_header` its header.
    """

    event: Path | None = None
    id: Path | None = None
    id_header: str | None = Field(default=None, pattern=r"^[a-z0-9-]+$")
    contact: ContactMap | None = None
    outcome: OutcomeMap | None = None

    @model_validator(mode="after")
    def _names_what_it_reads(self) -> Self:
        if self.contact is None and self.outcome is None:
            raise ValueError("neither contact nor outcome: nothing would ever be read")
        if self.event is None and any(part.when for part in (self.contact, self.outcome) if part is not None):
            raise ValueError("when needs event, the place of the event's name")
        if self.contact and "external_id" not in self.contact.fields and self.id is None and self.id_header is None:
            raise ValueError("a contact needs external_id, or the delivery id or id_header: sent again, it would be another one")
        return self


def takes(part: ContactMap | OutcomeMap, event: str | None) -> bool:
    """Whether the part of the map is for this event."""
    return not part.when or event in part.when


def read_contact(part: ContactMap, payload: Payload, *, source: str, now: datetime) -> ContactRequest:
    """The contact, cut to what one may have. Raises Unmappable, or ValidationError where it cannot be one."""
    fields = {"source": source, **_grouped(fitted(_read(part, payload)))}
    return ContactRequest.model_validate_json(to_json(fields), context=now)


def is_wordless(part: ContactMap, payload: Payload) -> bool:
    """Whether there is a text at the text's place, with no words in it. A place that is not there is a fault of the map."""
    origin = part.fields["text"]
    if isinstance(origin, Fixed):
        return False
    place = payload.find(origin if isinstance(origin, str) else origin.at)
    return place is not None and isinstance(place.value, str) and _take("text", origin, payload) is None


def read_outcome(part: OutcomeMap, payload: Payload, *, source: str, now: datetime) -> OutcomeRequest:
    """The outcome. Raises Unmappable, or ValidationError where it cannot be one."""
    fields = {"source": source, **_read(part, payload)}
    return OutcomeRequest.model_validate_json(to_json(fields), context=now)


def _read(part: ContactMap | OutcomeMap, payload: Payload) -> dict[str, Any]:
    found = {
        name: _label(name, origin.value) if isinstance(origin, Fixed) else _take(name, origin, payload)
        for name, origin in part.fields.items()
    }
    return {name: value for name, value in found.items() if value is not None}


def _grouped(found: dict[str, Any]) -> dict[str, Any]:
    groups: dict[str, Any] = {}
    for name, value in found.items():
        group, _, field = name.partition(".")
        if field:
            groups.setdefault(group, {})[field] = value
        else:
            groups[name] = value
    return {name: value for name, value in groups.items() if name not in GROUPS or GROUPS[name] in value}


def _take(name: str, origin: str | Taken, payload: Payload) -> Any:
    taken = Taken(at=origin) if isinstance(origin, str) else origin
    part = payload.find(taken.at)
    if part is None or (_is_blank(part.value) and part.value not in (taken.words or {})):
        return None
    if taken.words is not None:
        return _in_our_words(taken.words, part)
    if taken.html:
        return words(payload.text(taken.at)) or None
    if name in IDS:
        return payload.find_id(taken.at)
    if name == "occurred_at":
        return payload.find_moment(taken.at)
    return without_nul(part.value) if isinstance(part.value, str) else _label(name, part.value)


def _label(name: str, said: Any) -> Any:
    is_label = name in LABELS or name.startswith(ATTRIBUTE)
    return _spelt(said) if is_label and isinstance(said, bool | int | float) else said


def _is_blank(said: Any) -> bool:
    return isinstance(said, str) and not without_nul(said).strip()


def _spelt(said: Any) -> str:
    """JSON's spelling of what is no text: true, 5."""
    return to_json(said).decode()


def _in_our_words(said: dict[str, str], part: Payload) -> str:
    name = part.value if isinstance(part.value, str) else _spelt(part.value)
    if name not in said:
        raise Unmappable(part.place, "stands for nothing in the map's words")
    return said[name]
