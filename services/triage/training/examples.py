"""What the reader learns from: a corpus of our own, and public sets with their labels mapped to our words."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import yaml

from shared.events.words import Disposition, Feeling, Kind, Urgency

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

CORPUS: Final = "corpus"
# The files of texts that are critical, or nearly so.
_HARD: Final = "critical"
# A fifth of each public set without an official test split is never trained on.
_HELD_OUT: Final = 5
_FOLDS: Final = 5
# Borrowed examples count little, so few of them do as well as many.
_PER_INTENT: Final = 20
_OF_EMOTIONS: Final = 3


@dataclass(frozen=True, slots=True)
class Weights:
    """How much one example counts for each question; 0 where it has nothing to say."""

    disposition: float
    kind: float
    mood: float
    urgency: float = 0.0
    critical: float = 0.0


@dataclass(frozen=True, slots=True)
class Quote:
    """What a person would underline as one friction: `text[start:end]`."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Example:
    """
    One labelled text. A question that has no answer here is not asked of it.

    `group` is what must not be on both sides of a validation: an industry for our own, else a fold of its source.
    `held_out` examples are for evaluation only.
    """

    text: str
    source: str
    group: str
    weights: Weights
    disposition: Disposition | None = None
    kinds: tuple[Kind, ...] = ()
    quotes: tuple[Quote, ...] = ()
    mood: Feeling | None = None
    urgency: Urgency | None = None
    misfit_reason: str | None = None
    language: str = "en"
    label: str = ""
    held_out: bool = field(default=False)


def examples(folder: Path) -> list[Example]:
    """
    Everything under `corpus/` and `data/`, in a fixed order, labels translated by the files in `mappings/`.

    Raises ValueError where a mapping or an example uses a word that is not ours, or quotes what is not there.
    """
    weights = _weights(folder / "mappings" / "sources.yaml")
    files = sorted((folder / "corpus").glob("*.jsonl"))
    own = [e for file in files for e in written(file, weights[_HARD if file.stem.startswith(_HARD) else CORPUS])]
    originals = {named(example.text): example for example in own}
    return [
        *own,
        *(e for file in sorted((folder / "corpus" / "translated").glob("*.jsonl")) for e in translated(file, originals)),
        *(example for source in _SOURCES for example in _SOURCES[source](folder, weights[source])),
    ]


def written(file: Path, weights: Weights) -> Iterator[Example]:
    """The examples of one file of the corpus. Where two people disagreed, a label is `doubtful` and says nothing."""
    for line in file.read_text(encoding="utf-8").splitlines():
        said = json.loads(line)
        doubtful = said.get("doubtful", ())
        quotes = tuple(_quote(said["text"], friction) for friction in said["frictions"])
        yield Example(
            text=said["text"],
            source=CORPUS,
            group=said["industry"],
            weights=weights,
            disposition=None if "disposition" in doubtful else Disposition(said["disposition"]),
            kinds=() if "kinds" in doubtful else tuple(quote.kind for quote in quotes),
            quotes=() if "kinds" in doubtful else quotes,
            mood=None if "mood" in doubtful else Feeling(said["mood"]),
            urgency=None if "urgency" in doubtful else Urgency(said["urgency"]),
            misfit_reason=said.get("misfit_reason"),
            language=said.get("language", "en"),
            label=file.stem,
        )


def translated(file: Path, originals: Mapping[str, Example]) -> Iterator[Example]:
    """The same contacts in the language that the file is named after: everything but the words is as in the original."""
    for line in file.read_text(encoding="utf-8").splitlines():
        said = json.loads(line)
        yield replace(originals[said["of"]], text=said["text"], quotes=(), language=file.stem)


def named(text: str) -> str:
    """What a translation calls its original by."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _quote(text: str, friction: Mapping[str, str]) -> Quote:
    start = text.index(friction["quote"])
    return Quote(start, start + len(friction["quote"]), Kind(friction["kind"]))


def _banking77(folder: Path, weights: Weights) -> Iterator[Example]:
    yield from _by_intent(folder, "banking77", weights)


def _clinc150(folder: Path, weights: Weights) -> Iterator[Example]:
    yield from _by_intent(folder, "clinc150", weights)


def _by_intent(folder: Path, source: str, weights: Weights) -> Iterator[Example]:
    mapping = {row["intent"]: row for row in _mapping(folder, source)}
    taken: dict[str, int] = {}
    for row in _rows(folder, source):
        is_test = row["split"].endswith("test")
        taken[row["intent"]] = taken.get(row["intent"], 0) + (not is_test)
        if row["intent"] not in mapping or (not is_test and taken[row["intent"]] > _PER_INTENT):
            continue
        ours = mapping[row["intent"]]
        yield Example(
            text=row["text"],
            source=source,
            group=_fold(source, row["text"]),
            weights=weights,
            disposition=Disposition(ours["disposition"]),
            kinds=(Kind(ours["kind"]),) if ours["kind"] else (),
            label=row["intent"],
            held_out=is_test,
        )


def _cfpb(folder: Path, weights: Weights) -> Iterator[Example]:
    mapping = {(row["issue"], row["sub_issue"]): Kind(row["kind"]) for row in _mapping(folder, "cfpb")}
    for row in _rows(folder, "cfpb"):
        kind = mapping.get((row["issue"], row["sub_issue"]), mapping.get((row["issue"], "*")))
        yield Example(
            text=row["narrative"],
            source="cfpb",
            group=_fold("cfpb", _opening(row["narrative"])),
            weights=weights,
            disposition=Disposition.FRICTION,
            kinds=(kind,) if kind else (),
            label=row["issue"],
            held_out=_is_held_out(_opening(row["narrative"])),
        )


def _endava(folder: Path, weights: Weights) -> Iterator[Example]:
    mapping = {row["topic"]: row for row in _mapping(folder, "endava")}
    for row in _rows(folder, "endava"):
        ours = mapping[row["topic_group"]]
        yield Example(
            text=row["text"],
            source="endava",
            group=_fold("endava", row["text"]),
            weights=weights,
            disposition=Disposition(ours["disposition"]),
            kinds=(Kind(ours["kind"]),),
            label=row["topic_group"],
            held_out=_is_held_out(row["text"]),
        )


def _nlupp(folder: Path, weights: Weights) -> Iterator[Example]:
    mapping = {row["intent"]: Kind(row["kind"]) for row in _mapping(folder, "nlupp")}
    for row in _rows(folder, "nlupp"):
        intents = set(row["intents"].split("|"))
        # Where several apply, the first of the mapping file does.
        kind = next((kind for intent, kind in mapping.items() if intent in intents), None)
        if kind is None:
            continue
        yield Example(
            text=row["text"],
            source="nlupp",
            group=_fold("nlupp", row["text"]),
            weights=weights,
            disposition=Disposition.FRICTION,
            kinds=(kind,),
            label=row["domain"],
            held_out=_is_held_out(row["text"]),
        )


def _goemotions(folder: Path, weights: Weights) -> Iterator[Example]:
    mapping = {row["emotion"]: row for row in _mapping(folder, "goemotions")}
    for row in _rows(folder, "goemotions"):
        if row["split"] != "test" and zlib.crc32(row["text"].encode()) % _OF_EMOTIONS:
            continue
        yield Example(
            text=row["text"],
            source="goemotions",
            group=_fold("goemotions", row["text"]),
            weights=weights,
            disposition=Disposition(mapping[row["emotions"]]["disposition"]) if mapping[row["emotions"]]["disposition"] else None,
            mood=Feeling(mapping[row["emotions"]]["feeling"]),
            label=row["emotions"],
            held_out=row["split"] == "test",
        )


_SOURCES: Final[Mapping[str, Callable[[Path, Weights], Iterator[Example]]]] = {
    "banking77": _banking77,
    "cfpb": _cfpb,
    "clinc150": _clinc150,
    "endava": _endava,
    "nlupp": _nlupp,
    "goemotions": _goemotions,
}


def _weights(file: Path) -> Mapping[str, Weights]:
    written = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {source: Weights(**weights) for source, weights in written.items()}


def _mapping(folder: Path, source: str) -> list[dict[str, str]]:
    with (folder / "mappings" / f"{source}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _rows(folder: Path, source: str) -> list[dict[str, str]]:
    with gzip.open(folder / "data" / f"{source}.csv.gz") as stream:
        return list(csv.DictReader(io.TextIOWrapper(stream, encoding="utf-8", newline="")))


def _opening(narrative: str) -> str:
    """What copies of one letter share: people send the same template many times, and it must not stand on both sides."""
    return "".join(character for character in narrative.lower() if character.isalpha())[:60]


def _fold(source: str, key: str) -> str:
    return f"{source}-{zlib.crc32(key.encode()) % _FOLDS}"


def _is_held_out(key: str) -> bool:
    return zlib.crc32(f"held out {key}".encode()) % _HELD_OUT == 0
