"""
The folder a model is kept in: `model.json`, `ngrams.txt`, `weights.npz`, and the encoder's three files. Nothing is pickled.

`model.json` holds name, version, heads and the SHA-256 of every other file, so that a half-written or mixed-up model
is refused by name instead of reading nonsense.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn

import numpy as np

from services.triage.reading.encoder import NETWORK, SPACE, VOCABULARY
from services.triage.reading.heads import Head, Linear, Scale, Voice
from services.triage.reading.ngrams import Vocabulary
from services.triage.reading.one_space import TURN, OneSpace
from services.triage.reading.spans import Judged, Spans
from shared.events.words import Disposition, Feeling, Kind, Urgency

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

FORMAT: Final = 2
DESCRIPTION: Final = "model.json"
NGRAMS: Final = "ngrams.txt"
WEIGHTS: Final = "weights.npz"
ENCODER: Final = "encoder"
PARTS: Final = (NGRAMS, WEIGHTS, *(f"{ENCODER}/{file}" for file in (NETWORK, VOCABULARY, TURN)))

Question = Literal["disposition", "kind", "mood", "urgency", "misfit"]
QUESTIONS: Final[tuple[Question, ...]] = ("disposition", "kind", "mood", "urgency", "misfit")
ABROAD: Final = ("disposition", "kind", "mood", "urgency")
JUDGED: Final = ("told", "kind", "turn", "run")


@dataclass(frozen=True, slots=True)
class Abroad:
    """What answers for other languages, from the vectors of the second encoder; `critical` as in Learned."""

    disposition: Voice
    kind: Voice
    mood: Voice
    urgency: Voice
    critical: float


@dataclass(frozen=True, slots=True)
class Learned:
    """
    What training found out: a vocabulary, the scale of the encoder's layers, one head for each question, the places of frictions.

    `critical` is the probability of the urgency `critical` from which on it is critical, whatever is likelier.
    """

    name: str
    vocabulary: Vocabulary
    scale: Scale
    disposition: Head
    kind: Head
    mood: Head
    urgency: Head
    misfit: Head
    critical: float
    spans: Spans
    abroad: Abroad


@dataclass(frozen=True, slots=True)
class Artefact:
    """A model as loaded: what was learned, the encoders it was learned with, and its version."""

    version: str
    learned: Learned
    space: OneSpace


def load(folder: Path, *, threads: int = 1) -> Artefact:
    """
    Read and check a model folder.

    Raises ValueError naming the file that is missing, changed, broken or of another format.
    """
    description = _description(folder / DESCRIPTION)
    for part in PARTS:
        _check(folder / part, expected=description.digests.get(part))
    learned = _learned(folder, description)
    space = OneSpace.load(folder / ENCODER, max_tokens=description.max_tokens, threads=threads)
    return Artefact(version=description.version, learned=learned, space=space)


def save(learned: Learned, folder: Path, *, max_tokens: int) -> str:
    """
    Write everything but the encoder, which must be in the folder already; answer the version.

    The version ends in a digest of the content: the same data and code give the same version.
    """
    names = learned.vocabulary.names
    words = len(learned.vocabulary.words)
    lines = [f"{'w' if index < words else 'p'}\t{name}\n" for index, name in enumerate(names)]
    (folder / NGRAMS).write_text("".join(lines), encoding="utf-8", newline="\n")
    write_arrays(folder / WEIGHTS, _arrays(learned))
    digests = {part: _digest(folder / part) for part in PARTS}
    heads = {question: _described(head) for question, head in _heads(learned).items()}
    abroad = {question: _spoken(getattr(learned.abroad, question)) for question in ABROAD}
    cut_offs = {
        "critical": round(learned.critical, 4),
        "critical_abroad": round(learned.abroad.critical, 4),
        "run": round(learned.spans.least, 4),
    }
    identity = hashlib.sha256(json.dumps([digests, heads, abroad, cut_offs, max_tokens], sort_keys=True).encode()).hexdigest()
    version = f"{FORMAT}.{identity[:8]}"
    written = {
        "format": FORMAT,
        "name": learned.name,
        "version": version,
        "space": SPACE,
        "max_tokens": max_tokens,
        "heads": heads,
        "abroad": abroad,
        "cut_offs": cut_offs,
        "sha256": digests,
    }
    (folder / DESCRIPTION).write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    return version


def write_arrays(file: Path, arrays: Mapping[str, NDArray[np.float16] | NDArray[np.float32]]) -> None:
    """The same arrays make the same bytes."""
    # numpy.savez stamps every member with the time of day; the same model must be the same bytes.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(arrays):
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(member, "w") as stream:
                np.lib.format.write_array(stream, arrays[name], allow_pickle=False)


@dataclass(frozen=True, slots=True)
class _HeadDescription:
    labels: tuple[str, ...]
    share: float
    temperature: float
    cut_off: float


@dataclass(frozen=True, slots=True)
class _Description:
    name: str
    version: str
    max_tokens: int
    heads: Mapping[str, _HeadDescription]
    abroad: Mapping[str, Mapping[str, Any]]
    cut_offs: Mapping[str, float]
    digests: Mapping[str, str]


def _description(file: Path) -> _Description:
    try:
        written = json.loads(file.read_text(encoding="utf-8"))
        if (written["format"], written["space"]) != (FORMAT, SPACE):
            _refuse(file, f"format {written['format']} in space {written['space']}; this reader knows {FORMAT} in {SPACE}")
        heads = {
            question: _HeadDescription(
                tuple(head["labels"]), *(float(head[part]) for part in ("share", "temperature", "cut_off"))
            )
            for question, head in written["heads"].items()
        }
        return _Description(
            str(written["name"]),
            str(written["version"]),
            int(written["max_tokens"]),
            heads,
            {question: dict(written["abroad"][question]) for question in ABROAD},
            {name: float(written["cut_offs"][name]) for name in ("critical", "critical_abroad", "run")},
            dict(written["sha256"]),
        )
    except OSError as error:
        _refuse(file, error.strerror or "cannot be opened", error)
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        _refuse(file, f"not a description of a model ({error!r})", error)


def _check(file: Path, *, expected: str | None) -> None:
    if not file.is_file():
        _refuse(file, "the file is missing")
    if expected is None:
        _refuse(file, f"{DESCRIPTION} does not know this file")
    if _digest(file) != expected:
        _refuse(file, f"its content is not what {DESCRIPTION} describes; was it changed or copied halfway?")


def _learned(folder: Path, description: _Description) -> Learned:
    weights, ngrams = folder / WEIGHTS, folder / NGRAMS
    try:
        with np.load(weights, allow_pickle=False) as archive:
            arrays = {name: archive[name].astype(np.float32) for name in archive.files}
        head = {question: _head(question, description.heads[question], arrays) for question in QUESTIONS}
        judged = {part: _judged(f"spans.{part}", arrays) for part in JUDGED}
        scale = _scale("layers", arrays)
        voices = {question: _voice(f"abroad.{question}", description.abroad[question], arrays) for question in ABROAD}
        vocabulary = _vocabulary(ngrams, arrays["rarity"])
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        _refuse(weights, f"the weights do not fit {DESCRIPTION} ({error!r})", error)
    _check_words(folder / DESCRIPTION, head)
    return Learned(
        name=description.name,
        vocabulary=vocabulary,
        scale=scale,
        disposition=head["disposition"],
        kind=head["kind"],
        mood=head["mood"],
        urgency=head["urgency"],
        misfit=head["misfit"],
        critical=description.cut_offs["critical"],
        spans=Spans(judged["told"], judged["kind"], judged["turn"], judged["run"], description.cut_offs["run"]),
        abroad=Abroad(**voices, critical=description.cut_offs["critical_abroad"]),
    )


def _vocabulary(file: Path, rarity: NDArray[np.float32]) -> Vocabulary:
    lines = file.read_text(encoding="utf-8").split("\n")[:-1]
    names = [line[2:] for line in lines]
    if len(names) != len(rarity):
        message = f"{len(names)} n-grams, but {len(rarity)} rarities"
        raise ValueError(message)
    words = {name: index for index, (name, line) in enumerate(zip(names, lines, strict=True)) if line[0] == "w"}
    pieces = {name: index for index, (name, line) in enumerate(zip(names, lines, strict=True)) if line[0] == "p"}
    return Vocabulary(words=words, pieces=pieces, names=names, rarity=rarity)


def _head(question: str, described: _HeadDescription, arrays: Mapping[str, NDArray[np.float32]]) -> Head:
    words = Linear(arrays[f"{question}.words"], arrays[f"{question}.words_bias"])
    meaning = Linear(arrays[f"{question}.meaning"], arrays[f"{question}.meaning_bias"])
    if not len(described.labels) == words.weights.shape[1] == meaning.weights.shape[1]:
        message = f"{question}: {len(described.labels)} labels for {words.weights.shape[1]} columns"
        raise ValueError(message)
    return Head(described.labels, words, meaning, described.share, described.temperature, described.cut_off)


def _voice(name: str, described: Mapping[str, Any], arrays: Mapping[str, NDArray[np.float32]]) -> Voice:
    linear = Linear(arrays[f"{name}.weights"], arrays[f"{name}.bias"])
    return Voice(tuple(described["labels"]), linear, float(described["temperature"]), float(described["cut_off"]))


def _judged(name: str, arrays: Mapping[str, NDArray[np.float32]]) -> Judged:
    return Judged(_scale(name, arrays), Linear(arrays[f"{name}.weights"], arrays[f"{name}.bias"]))


def _scale(name: str, arrays: Mapping[str, NDArray[np.float32]]) -> Scale:
    return Scale(arrays[f"{name}.mean"], arrays[f"{name}.deviation"])


def _check_words(file: Path, head: Mapping[Question, Head]) -> None:
    known: Mapping[Question, type[Disposition | Kind | Feeling | Urgency]] = {
        "disposition": Disposition,
        "kind": Kind,
        "mood": Feeling,
        "urgency": Urgency,
    }
    for question, vocabulary in known.items():
        if foreign := set(head[question].labels) - {str(word) for word in vocabulary}:
            _refuse(file, f"{question} has labels that are no words of the contract: {sorted(foreign)}")


def _heads(learned: Learned) -> dict[Question, Head]:
    return {question: getattr(learned, question) for question in QUESTIONS}


def _described(head: Head) -> dict[str, object]:
    return {
        "labels": list(head.labels),
        "share": round(head.share, 4),
        "temperature": round(head.temperature, 4),
        "cut_off": round(head.cut_off, 4),
    }


def _spoken(voice: Voice) -> dict[str, object]:
    return {"labels": list(voice.labels), "temperature": round(voice.temperature, 4), "cut_off": round(voice.cut_off, 4)}


def _arrays(learned: Learned) -> dict[str, NDArray[np.float16] | NDArray[np.float32]]:
    arrays: dict[str, NDArray[np.float16] | NDArray[np.float32]] = {
        "rarity": learned.vocabulary.rarity.astype(np.float16),
        "layers.mean": learned.scale.mean,
        "layers.deviation": learned.scale.deviation,
    }
    for question, head in _heads(learned).items():
        arrays[f"{question}.words"] = head.words.weights.astype(np.float16)
        arrays[f"{question}.words_bias"] = head.words.bias.astype(np.float16)
        arrays[f"{question}.meaning"] = head.meaning.weights.astype(np.float16)
        arrays[f"{question}.meaning_bias"] = head.meaning.bias.astype(np.float16)
    for question in ABROAD:
        voice: Voice = getattr(learned.abroad, question)
        arrays[f"abroad.{question}.weights"] = voice.linear.weights.astype(np.float16)
        arrays[f"abroad.{question}.bias"] = voice.linear.bias.astype(np.float16)
    for part in JUDGED:
        judged: Judged = getattr(learned.spans, part)
        arrays[f"spans.{part}.mean"], arrays[f"spans.{part}.deviation"] = judged.scale.mean, judged.scale.deviation
        arrays[f"spans.{part}.weights"], arrays[f"spans.{part}.bias"] = judged.linear.weights, judged.linear.bias
    return arrays


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _refuse(file: Path, why: str, cause: Exception | None = None) -> NoReturn:
    message = f"the model cannot be loaded: {file}: {why}"
    raise ValueError(message) from cause
