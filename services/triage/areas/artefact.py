"""
The folder a trained taxonomy is kept in: `taxonomy.json`, and the two files it names. Nothing is pickled.

The two are named by their content and are there before `taxonomy.json` is replaced in one step: whoever reads the folder at any time finds
the old taxonomy or the new one, whole. What it replaced stays for one more training, for whoever is reading it.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, ValidationError

from services.triage.areas.areas import NOTHING, Areas, Learned
from services.triage.areas.features import MEANING
from services.triage.kept import digest, read_arrays, read_ngrams, write_arrays, write_ngrams
from services.triage.reading.encoder import SPACE
from services.triage.reading.heads import Head, Linear
from shared.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

FORMAT: Final = 1
DESCRIPTION: Final = "taxonomy.json"
PARTS: Final = {"ngrams": "txt", "weights": "npz"}

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(\.[a-z0-9]+)*$")]


class Part(BaseModel):
    """A file beside the description."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: FileName
    sha256: Digest


class Description(BaseModel):
    """`taxonomy.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1]
    name: str = Field(min_length=1)
    version: str = Field(min_length=1)
    space: str
    areas: tuple[str, ...] = Field(min_length=2)
    share: FiniteFloat = Field(ge=0, le=1)
    temperature: FiniteFloat = Field(gt=0)
    cut_off: FiniteFloat = Field(ge=0, le=1)
    ngrams: Part
    weights: Part


def load(folder: Path) -> Areas:
    """Read and check a folder. Raises Rejected, naming the file that is missing, changed, broken or of another format or space."""
    description = described(folder)
    for part in (description.ngrams, description.weights):
        _check(folder / part.file, expected=part.sha256)
    weights = folder / description.weights.file
    try:
        arrays = read_arrays(weights)
        vocabulary = read_ngrams(folder / description.ngrams.file, arrays["rarity"])
        head = _head(description, arrays)
    except (OSError, KeyError, ValueError, IndexError, zipfile.BadZipFile) as error:
        raise _refused(weights, f"the weights do not fit {DESCRIPTION} ({error!r})") from error
    return Areas(version=description.version, learned=Learned(description.name, vocabulary, head))


def described(folder: Path) -> Description:
    """What the folder's description says. Raises Rejected."""
    file = folder / DESCRIPTION
    try:
        said = json.loads(file.read_bytes())
        if isinstance(said, dict) and (found := (said.get("format"), said.get("space"))) != (FORMAT, SPACE):
            raise _refused(file, f"format {found[0]} in space {found[1]}; this triage knows {FORMAT} in {SPACE}: train it again")
        return Description.model_validate(said)
    except OSError as error:
        raise _refused(file, error.strerror or "cannot be opened") from error
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        raise _refused(file, f"{'.'.join(map(str, fault['loc'])) or 'it'}: {fault['msg']}") from error
    except ValueError as error:
        raise _refused(file, f"not a description of a taxonomy ({error})") from error


def save(learned: Learned, folder: Path) -> str:
    """Write the folder and answer the version, which ends in a digest of the content. At no time is the folder half new."""
    folder.mkdir(parents=True, exist_ok=True)
    before = _named(folder)
    ngrams = _placed(folder, "ngrams", lambda file: write_ngrams(file, learned.vocabulary))
    weights = _placed(folder, "weights", lambda file: write_arrays(file, _arrays(learned)))
    head = learned.head
    facts = {
        "name": learned.name,
        "space": SPACE,
        "areas": list(head.labels[:-1]),
        "share": round(head.share, 4),
        "temperature": round(head.temperature, 4),
        "cut_off": round(head.cut_off, 4),
        "ngrams": ngrams.model_dump(),
        "weights": weights.model_dump(),
    }
    version = f"{FORMAT}.{hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:8]}"
    described = Description.model_validate({"format": FORMAT, "version": version, **facts})
    written = folder / f".{DESCRIPTION}.{os.getpid()}"
    written.write_text(described.model_dump_json(indent=2) + "\n", encoding="utf-8")
    written.replace(folder / DESCRIPTION)
    _sweep(folder, keep={ngrams.file, weights.file} | before)
    return version


def _placed(folder: Path, part: str, write: Callable[[Path], None]) -> Part:
    written = folder / f".{part}.{os.getpid()}"
    write(written)
    found = digest(written)
    file = f"{part}.{found[:12]}.{PARTS[part]}"
    written.replace(folder / file)
    return Part(file=file, sha256=found)


def _named(folder: Path) -> set[str]:
    with suppress(Rejected):
        before = described(folder)
        return {before.ngrams.file, before.weights.file}
    return set()


def _sweep(folder: Path, *, keep: set[str]) -> None:
    for part, ending in PARTS.items():
        for file in folder.glob(f"{part}.*.{ending}"):
            if file.name not in keep:
                file.unlink(missing_ok=True)


def _head(description: Description, arrays: Mapping[str, NDArray[np.float32]]) -> Head:
    words = Linear(arrays["words"], arrays["words_bias"])
    meaning = Linear(arrays["meaning"], arrays["meaning_bias"])
    labels = len(description.areas) + 1
    shapes = [words.weights.shape, words.bias.shape, meaning.weights.shape, meaning.bias.shape]
    expected = [(len(arrays["rarity"]), labels), (labels,), (MEANING, labels), (labels,)]
    if shapes != expected:
        message = f"shapes {shapes}, not {expected}"
        raise ValueError(message)
    return Head((*description.areas, NOTHING), words, meaning, description.share, description.temperature, description.cut_off)


def _arrays(learned: Learned) -> dict[str, NDArray[np.float16]]:
    head = learned.head
    return {
        "rarity": learned.vocabulary.rarity.astype("float16"),
        "words": head.words.weights.astype("float16"),
        "words_bias": head.words.bias.astype("float16"),
        "meaning": head.meaning.weights.astype("float16"),
        "meaning_bias": head.meaning.bias.astype("float16"),
    }


def _check(file: Path, *, expected: str) -> None:
    if not file.is_file():
        raise _refused(file, "the file is missing")
    if digest(file) != expected:
        raise _refused(file, f"its content is not what {DESCRIPTION} describes; was it changed or copied halfway?")


def _refused(file: Path, why: str) -> Rejected:
    return Rejected(f"the taxonomy cannot be loaded: {file}: {why}")
