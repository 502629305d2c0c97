"""What was learned, as files: the same content is the same bytes, and nothing is pickled."""

from __future__ import annotations

import hashlib
import zipfile
from typing import TYPE_CHECKING

import numpy as np

from services.triage.reading.ngrams import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray


def write_ngrams(file: Path, vocabulary: Vocabulary) -> None:
    """One n-gram a line: `w` and a word, or `p` and a piece of one."""
    words = len(vocabulary.words)
    lines = [f"{'w' if index < words else 'p'}\t{name}\n" for index, name in enumerate(vocabulary.names)]
    file.write_text("".join(lines), encoding="utf-8", newline="\n")


def read_ngrams(file: Path, rarity: NDArray[np.float32]) -> Vocabulary:
    """Raises ValueError where there is not one rarity for each n-gram."""
    lines = file.read_text(encoding="utf-8").split("\n")[:-1]
    names = [line[2:] for line in lines]
    if len(names) != len(rarity):
        message = f"{len(names)} n-grams, but {len(rarity)} rarities"
        raise ValueError(message)
    words = {name: index for index, (name, line) in enumerate(zip(names, lines, strict=True)) if line[0] == "w"}
    pieces = {name: index for index, (name, line) in enumerate(zip(names, lines, strict=True)) if line[0] == "p"}
    return Vocabulary(words=words, pieces=pieces, names=names, rarity=rarity)


def write_arrays(file: Path, arrays: Mapping[str, NDArray[np.float16] | NDArray[np.float32]]) -> None:
    """A .npz without the time of day, with which numpy.savez stamps every member."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(arrays):
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(member, "w") as stream:
                np.lib.format.write_array(stream, arrays[name], allow_pickle=False)


def read_arrays(file: Path) -> dict[str, NDArray[np.float32]]:
    """Raises ValueError, OSError or BadZipFile."""
    with np.load(file, allow_pickle=False) as archive:
        return {name: archive[name].astype(np.float32) for name in archive.files}


def digest(file: Path) -> str:
    """SHA-256 of the content."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
