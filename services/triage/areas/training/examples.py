"""What areas are learned from."""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from services.triage.areas.features import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.triage.areas.taxonomy import Taxonomy

_DATA: Final = Path(__file__).parents[2] / "training" / "data"


@dataclass(frozen=True, slots=True)
class Example:
    """A text, ready to be read, of the area at `place`. Descriptions are learned from, but nothing is measured on them."""

    text: str
    place: int
    is_measured: bool = True


@dataclass(frozen=True, slots=True)
class Material:
    """Everything for one taxonomy: the names of its areas, and examples whose `place` is a place among them."""

    name: str
    areas: tuple[str, ...]
    examples: tuple[Example, ...]


def material(taxonomy: Taxonomy, corrected: Iterable[tuple[str, str]] = ()) -> Material:
    """Of a taxonomy, and of (area, text) that people corrected. Where both have a text, the correction counts."""
    names = tuple(area.name for area in taxonomy.areas)
    described = [Example(words(area.title, area.description), place, False) for place, area in enumerate(taxonomy.areas)]  # noqa: FBT003
    measured = {words(None, text): place for place, area in enumerate(taxonomy.areas) for text in area.examples}
    measured |= {words(None, text): names.index(area) for area, text in corrected}
    return Material(taxonomy.name, names, (*described, *(Example(text, place) for text, place in measured.items() if text)))


def fits_nothing() -> list[str]:
    """Texts that fit nobody's areas, to learn what no area is: CLINC150's out-of-scope texts, its test left out."""
    with gzip.open(_DATA / "clinc150_more.csv.gz") as stream:
        rows = csv.DictReader(io.TextIOWrapper(stream, encoding="utf-8", newline=""))
        return [words(None, row["text"]) for row in rows if row["split"] in ("oos_train", "oos_val")]
