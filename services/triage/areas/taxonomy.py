"""
A taxonomy as people write it: a YAML file of areas, each with a title, a description and a few examples.

`python -m services.triage.areas.taxonomy` prints the JSON Schema of the file, committed as taxonomy.schema.json for editors.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from services.triage.written import Written
from shared.errors import Rejected

Place = tuple[int | str, ...]

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
FEWEST_EXAMPLES = 2
MOST_EXAMPLES = 2_000
FEWEST_AREAS = 2
MOST_AREAS = 300
MOST_IN_ALL = 30_000
MOST_FAULTS = 50
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class Area(BaseModel):
    """One thing customers write about: what it is called, and how they say it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Slug = Field(description="goes into the output: small letters, digits, _ and -; never change it once it is used")
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)] = Field(
        description="what people read"
    )
    description: Said = Field(description="one or two sentences in the words of customers; it counts as an example")
    examples: tuple[Said, ...] = Field(
        min_length=FEWEST_EXAMPLES,
        max_length=MOST_EXAMPLES,
        description="what customers write about it, as they write it; 5 are a start, 10 to 20 are good",
    )


class Taxonomy(BaseModel):
    """A company's own areas."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="A taxonomy: a company's own areas")

    name: Slug = Field(description="what the taxonomy is called in the output; its version follows from its content")
    attribution: Said | None = Field(default=None, description="where the examples come from, and under which licence")
    areas: tuple[Area, ...] = Field(min_length=FEWEST_AREAS, max_length=MOST_AREAS, description="all areas, in any order")

    @classmethod
    def load(cls, path: Path) -> Self:
        """The taxonomy of a file. Raises Rejected with a line for everything that is wrong, naming line, area and field."""
        written = Written.read(path)
        try:
            taxonomy = cls.model_validate(written.said)
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)
            faults = [(fault["loc"], _reason(fault)) for fault in found if not _follows(fault, found)]
            raise _rejected(path, written, faults) from error
        if faults := list(_contradictions(taxonomy)):
            raise _rejected(path, written, faults)
        return taxonomy


def schema() -> str:
    """JSON Schema of the file."""
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Taxonomy.model_json_schema()}
    return json.dumps(document, indent=2) + "\n"


def _contradictions(taxonomy: Taxonomy) -> Iterator[tuple[Place, str]]:
    """What is wrong between areas."""
    names: set[str] = set()
    owners: dict[str, str] = {}
    for place, area in enumerate(taxonomy.areas):
        if area.name in names:
            yield ("areas", place, "name"), "there is an area of this name already"
        names.add(area.name)
        for number, example in enumerate(area.examples):
            said = " ".join(example.casefold().split())
            if (owner := owners.get(said)) is not None:
                why = "the example is there twice" if owner == area.name else f"area {owner} has this example, too"
                yield ("areas", place, "examples", number), why
            owners.setdefault(said, area.name)
    if (total := sum(len(area.examples) for area in taxonomy.areas)) > MOST_IN_ALL:
        yield ("areas",), f"{total} examples in all; {MOST_IN_ALL} are the most"


def _rejected(path: Path, written: Written, faults: list[tuple[Place, str]]) -> Rejected:
    lines = [f"{path}:{written.line(place)}: {_where(place, written)}{reason}" for place, reason in faults[:MOST_FAULTS]]
    more = [f"{path}: and {len(faults) - MOST_FAULTS} more"] if len(faults) > MOST_FAULTS else []
    return Rejected("\n".join(dict.fromkeys(lines + more)))


def _where(place: Place, written: Written) -> str:
    parts = []
    if len(place) > 1 and place[0] == "areas" and isinstance(place[1], int):
        parts.append(f"area {_name(written, place[1])}")
        place = place[2:]
    if place:
        field, *rest = place
        parts.append(f"{field} {rest[0] + 1}" if rest and isinstance(rest[0], int) else str(field))
    return "".join(f"{part}: " for part in parts)


def _name(written: Written, index: int) -> str:
    try:
        name = written.said["areas"][index]["name"]
    except (LookupError, TypeError):
        name = None
    return name if isinstance(name, str) and name else f"number {index + 1}"


def _follows(fault: ErrorDetails, others: list[ErrorDetails]) -> bool:
    # What is wrong in itself does not count as one of the least number.
    place = fault["loc"]
    return fault["type"] == "too_short" and any(
        len(other["loc"]) > len(place) == _shared(other["loc"], place) for other in others
    )


def _shared(place: Place, other: Place) -> int:
    return next((n for n, (a, b) in enumerate(zip(place, other, strict=False)) if a != b), min(len(place), len(other)))


def _reason(fault: ErrorDetails) -> str:
    if fault["type"] == "model_type" and not fault["loc"]:
        return "must be a mapping with a name and a list of areas"
    return _REASONS.get(fault["type"], fault["msg"]).format_map(fault.get("ctx", {}))


_REASONS = {
    "extra_forbidden": "there is no such field",
    "model_type": "must be a mapping of names to values",
    "missing": "is missing",
    "tuple_type": "must be a list",
    "string_type": "must be words; put numbers, and words like yes, no, on and off, in quotes",
    "string_too_short": "is empty",
    "string_too_long": "is longer than {max_length:,} characters",
    "string_pattern_mismatch": "may hold small letters, digits, _ and -, 64 at most, and begins with a letter or a digit",
    "too_short": "there must be at least {min_length}; here are {actual_length}",
    "too_long": "there may be {max_length:,} at most",
}


if __name__ == "__main__":
    print(schema(), end="")  # noqa: T201 - it is what the command is for
