"""
Routing: an ordered list of rules, and the first one that fits decides.

`python -m services.triage.rules` prints the JSON Schema of the file, committed as routes.schema.json for editors.
"""

import json
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from services.triage.reading import Reading
from services.triage.written import OnceEach
from shared.errors import Rejected
from shared.events import Channel, ContactReceived, Disposition, Feeling, Kind, Queue, Route, Tenant, Urgency

T = TypeVar("T", bound=Hashable)


def _listed(said: object) -> object:
    # YAML 1.1 reads no, yes, on and off as truth values, and Norwegian is among the languages.
    if isinstance(said, bool):
        raise ValueError("a truth value; put words like no, yes, on and off in quotes")  # noqa: TRY004 - pydantic wants it
    return said if isinstance(said, list) else [said]


OneOf = Annotated[frozenset[T], BeforeValidator(_listed), Field(min_length=1, json_schema_extra={"uniqueItems": False})]
"""One word, or a list of which one must be true."""


class When(BaseModel):
    """What must be true of a contact: all of what is said here. What is not said does not matter."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    disposition: OneOf[Disposition] | None = Field(default=None, description="what the contact is")
    kind: OneOf[Kind] | None = Field(default=None, description="the kind of at least one of its frictions")
    urgency: OneOf[Urgency] | None = Field(default=None, description="how soon somebody should act")
    mood: OneOf[Feeling] | None = Field(default=None, description="how the customer feels")
    language: OneOf[str] | None = Field(default=None, description="ISO 639-1 code: en, de")
    tenant: OneOf[Tenant] | None = Field(default=None, description="whose contact it is")
    channel: OneOf[Channel] | None = Field(default=None, description="how it reached the company")
    product: OneOf[str] | None = Field(default=None, description="the product it is about, as the sender named it")
    area: OneOf[str] | None = Field(default=None, description="the area it is about, as the sender named it")
    plan: OneOf[str] | None = Field(default=None, description="what the customer pays for")
    annual_value_at_least: float | None = Field(
        default=None, ge=0, description="what the customer is worth a year, known and so much"
    )
    intensity_at_least: float | None = Field(default=None, ge=0, le=1, description="of the strongest friction, 0 to 1")
    confidence_below: float | None = Field(default=None, gt=0, le=1, description="how sure the disposition is, 0 to 1")
    is_frictionless: bool | None = Field(default=None, description="whether nothing got in the customer's way")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("says nothing, so the rule would always fit; leave `when` out in the last rule instead")
        return self

    def fits(self, contact: ContactReceived, reading: Reading) -> bool:
        """Whether all of it is true."""
        return (
            _holds(self.disposition, reading.disposition)
            and _shares(self.kind, (friction.kind for friction in reading.frictions))
            and _holds(self.urgency, reading.urgency)
            and _holds(self.mood, reading.mood.feeling)
            and _holds(self.language, reading.language)
            and _holds(self.tenant, contact.tenant)
            and _holds(self.channel, contact.channel)
            and _holds(self.product, contact.product)
            and _holds(self.area, contact.area)
            and _holds(self.plan, contact.plan)
            and _reaches(self.annual_value_at_least, contact.annual_value)
            and _reaches(self.intensity_at_least, max((friction.intensity for friction in reading.frictions), default=None))
            and (self.confidence_below is None or reading.confidence < self.confidence_below)
            and (self.is_frictionless is None or self.is_frictionless == (not reading.frictions))
        )


class Rule(BaseModel):
    """Where a contact goes that fits. Without `when` every contact does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", description="goes into the output, for whoever asks why")
    when: When | None = Field(default=None, description="what must be true; only the last rule does without")
    route: Queue = Field(description="the queue that should act")

    @field_validator("name", "route", mode="before")
    @classmethod
    def _is_a_word(cls, said: object) -> object:
        # YAML reads `none` as a word, but ~ and an empty value as nothing.
        if said is None:
            raise ValueError("is empty; write none for no queue at all")
        return said


class Routes(BaseModel):
    """All rules, in order."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Routing rules")

    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _ends_with_a_default(self) -> Self:
        if not self.rules:
            raise ValueError("there must be at least one rule")
        *before, last = self.rules
        if last.when is not None:
            raise ValueError(f"the last rule, {last.name}, must do without `when`: it takes what no other rule took")
        for rule in before:
            if rule.when is None:
                raise ValueError(f"rule {rule.name} has no `when`, so no rule after it would ever be tried")
        names = [rule.name for rule in self.rules]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two rules are named {repeated[0]}")
        return self

    @classmethod
    def load(cls, path: Path) -> Self:
        """The rules of a file. Raises Rejected, naming each rule and field that is wrong and why."""
        try:
            said = yaml.load(path.read_text(encoding="utf-8"), Loader=OnceEach)  # noqa: S506 - it is a SafeLoader
            return cls.model_validate(said)
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise Rejected(f"{path} cannot be read: {error}") from error
        except ValidationError as error:
            faults = dict.fromkeys(_fault(fault, said) for fault in error.errors(include_url=False))
            raise Rejected("\n".join(f"{path}: {fault}" for fault in faults)) from error

    def route(self, contact: ContactReceived, reading: Reading) -> Route:
        """Where the first rule that fits sends the contact."""
        rule = next(rule for rule in self.rules if rule.when is None or rule.when.fits(contact, reading))
        return Route(queue=rule.route, rule=rule.name)


def schema() -> str:
    """JSON Schema of the file."""
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Routes.model_json_schema()}
    return json.dumps(_with_single_words(document), indent=2) + "\n"


def _holds(wanted: frozenset[T] | None, found: T | None) -> bool:
    return wanted is None or found in wanted


def _shares(wanted: frozenset[T] | None, found: Iterable[T]) -> bool:
    return wanted is None or not wanted.isdisjoint(found)


def _reaches(wanted: float | None, found: float | None) -> bool:
    return wanted is None or (found is not None and found >= wanted)


def _fault(fault: ErrorDetails, said: Any) -> str:
    place = fault["loc"]
    is_in_rule = len(place) > 1 and place[0] == "rules"
    # Pydantic numbers the words of a list, even of a list of one that the file says as a word.
    field = ".".join(part for part in place[2 if is_in_rule else 0 :] if isinstance(part, str))
    where = f"rule {_name(said, place[1])}" if is_in_rule else ""
    return ": ".join(part for part in (where, field, _reason(fault)) if part)


def _reason(fault: ErrorDetails) -> str:
    match fault["type"]:
        case "extra_forbidden":
            return "there is no such field"
        case "model_type" | "model_attributes_type":
            return "must be a mapping of names to values" if fault["loc"] else "must be a mapping with a list named rules"
        case "missing":
            return "is missing"
        case _:
            return fault["msg"].removeprefix("Value error, ")


def _name(said: Any, index: str | int) -> str:
    try:
        name = said["rules"][index]["name"]
    except (LookupError, TypeError):
        name = None
    return name if isinstance(name, str) else f"number {int(index) + 1}"


def _with_single_words(part: Any) -> Any:
    # Pydantic describes a set; the file may also say one word.
    if isinstance(part, list):
        return [_with_single_words(each) for each in part]
    if not isinstance(part, dict):
        return part
    if part.get("type") == "array" and "uniqueItems" in part:
        return {"anyOf": [part["items"], {"type": "array", "items": part["items"], "minItems": 1}]}
    return {name: _with_single_words(each) for name, each in part.items()}


if __name__ == "__main__":
    print(schema(), end="")  # noqa: T201 - it is what the command is for
