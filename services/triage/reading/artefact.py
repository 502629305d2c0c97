"""
The folder a model is kept in: `model.json`, `weights.npz`, each voice's n-grams, and the encoder's three files. Nothing is pickled.

`model.json` holds name, version, heads and the SHA-256 of every other file, so that a half-written or mixed-up model
is refused by name instead of reading nonsense.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

import numpy as np

from services.triage.kept import digest, read_arrays, read_ngrams, write_arrays, write_ngrams
from services.triage.reading.encoder import NETWORK, SPACE, VOCABULARY
from services.triage.reading.heads import CALM, CRITICAL, Head, Linear, Scale, Voice
from services.triage.reading.one_space import TURN, OneSpace
from services.triage.reading.spans import Judged, Spans
from shared.events.words import Disposition, Feeling, Kind, Urgency

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

FORMAT: Final = 3
DESCRIPTION: Final = "model.json"
WEIGHTS: Final = "weights.npz"
ENCODER: Final = "encoder"
VOICES: Final = ("english", "abroad")
NGRAMS: Final = {voice: f"ngrams_{voice}.txt" for voice in VOICES}
PARTS: Final = (*NGRAMS.values(), WEIGHTS, *(f"{ENCODER}/{file}" for file in (NETWORK, VOCABULARY, TURN)))

MISFIT: Final = "misfit"
JUDGED: Final = ("told", "kind", "turn", "run")
QUESTIONS: Final[Mapping[str, frozenset[str]]] = {
    "disposition": frozenset(Disposition),
    "kind": frozenset(Kind),
    "mood": frozenset(Feeling),
    "urgency": frozenset(Urgency),
    "critical": frozenset((CALM, CRITICAL)),
}
"""What each voice is asked, and the words it may answer with."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What training found out: what answers for English and for other languages, why a misfit is one, and where frictions stand."""

    name: str
    english: Voice
    abroad: Voice
    misfit: Head
    spans: Spans


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
    for voice, file in NGRAMS.items():
        write_ngrams(folder / file, getattr(learned, voice).vocabulary)
    write_arrays(folder / WEIGHTS, _arrays(learned))
    digests = {part: digest(folder / part) for part in PARTS}
    heads = {name: _described(head) for name, head in _heads(learned).items()}
    run = round(learned.spans.least, 4)
    identity = hashlib.sha256(json.dumps([digests, heads, run, max_tokens], sort_keys=True).encode()).hexdigest()
    version = f"{FORMAT}.{identity[:8]}"
    written = {
        "format": FORMAT,
        "name": learned.name,
        "version": version,
        "space": SPACE,
        "max_tokens": max_tokens,
        "heads": heads,
        "run": run,
        "sha256": digests,
    }
    (folder / DESCRIPTION).write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    return version


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
    run: float
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
            float(written["run"]),
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
    if digest(file) != expected:
        _refuse(file, f"its content is not what {DESCRIPTION} describes; was it changed or copied halfway?")


def _learned(folder: Path, description: _Description) -> Learned:
    weights = folder / WEIGHTS
    try:
        arrays = read_arrays(weights)
        learned = Learned(
            name=description.name,
            english=_voice("english", folder, description, arrays),
            abroad=_voice("abroad", folder, description, arrays),
            misfit=_head(MISFIT, description, arrays),
            spans=Spans(**{part: _judged(f"spans.{part}", arrays) for part in JUDGED}, least=description.run),
        )
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        _refuse(weights, f"the weights do not fit {DESCRIPTION} ({error!r})", error)
    _check_words(folder / DESCRIPTION, learned)
    return learned


def _voice(name: str, folder: Path, description: _Description, arrays: Mapping[str, NDArray[np.float32]]) -> Voice:
    return Voice(
        read_ngrams(folder / NGRAMS[name], arrays[f"{name}.rarity"]),
        _scale(f"{name}.scale", arrays),
        *(_head(f"{name}.{question}", description, arrays) for question in QUESTIONS),
    )


def _head(name: str, description: _Description, arrays: Mapping[str, NDArray[np.float32]]) -> Head:
    described = description.heads[name]
    words = Linear(arrays[f"{name}.words"], arrays[f"{name}.words_bias"])
    meaning = Linear(arrays[f"{name}.meaning"], arrays[f"{name}.meaning_bias"])
    if not len(described.labels) == words.weights.shape[1] == meaning.weights.shape[1]:
        message = f"{name}: {len(described.labels)} labels for {words.weights.shape[1]} columns"
        raise ValueError(message)
    return Head(described.labels, words, meaning, described.share, described.temperature, described.cut_off)


def _judged(name: str, arrays: Mapping[str, NDArray[np.float32]]) -> Judged:
    return Judged(_scale(name, arrays), Linear(arrays[f"{name}.weights"], arrays[f"{name}.bias"]))


def _scale(name: str, arrays: Mapping[str, NDArray[np.float32]]) -> Scale:
    return Scale(arrays[f"{name}.mean"], arrays[f"{name}.deviation"])


def _check_words(file: Path, learned: Learned) -> None:
    for voice in VOICES:
        for question, known in QUESTIONS.items():
            if foreign := set(getattr(getattr(learned, voice), question).labels) - known:
                _refuse(file, f"{voice}.{question} has labels that are no words of the contract: {sorted(foreign)}")


def _heads(learned: Learned) -> dict[str, Head]:
    voices = {f"{voice}.{question}": getattr(getattr(learned, voice), question) for voice in VOICES for question in QUESTIONS}
    return {**voices, MISFIT: learned.misfit}


def _described(head: Head) -> dict[str, object]:
    return {
        "labels": list(head.labels),
        "share": round(head.share, 4),
        "temperature": round(head.temperature, 4),
        "cut_off": round(head.cut_off, 4),
    }


def _arrays(learned: Learned) -> dict[str, NDArray[np.float16] | NDArray[np.float32]]:
    arrays: dict[str, NDArray[np.float16] | NDArray[np.float32]] = {}
    for name in VOICES:
        voice: Voice = getattr(learned, name)
        arrays[f"{name}.rarity"] = voice.vocabulary.rarity.astype(np.float16)
        arrays[f"{name}.scale.mean"], arrays[f"{name}.scale.deviation"] = voice.scale.mean, voice.scale.deviation
    for name, head in _heads(learned).items():
        arrays[f"{name}.words"] = head.words.weights.astype(np.float16)
        arrays[f"{name}.words_bias"] = head.words.bias.astype(np.float16)
        arrays[f"{name}.meaning"] = head.meaning.weights.astype(np.float16)
        arrays[f"{name}.meaning_bias"] = head.meaning.bias.astype(np.float16)
    for part in JUDGED:
        judged: Judged = getattr(learned.spans, part)
        arrays[f"spans.{part}.mean"], arrays[f"spans.{part}.deviation"] = judged.scale.mean, judged.scale.deviation
        arrays[f"spans.{part}.weights"], arrays[f"spans.{part}.bias"] = judged.linear.weights, judged.linear.bias
    return arrays


def _refuse(file: Path, why: str, cause: Exception | None = None) -> NoReturn:
    message = f"the model cannot be loaded: {file}: {why}"
    raise ValueError(message) from cause
