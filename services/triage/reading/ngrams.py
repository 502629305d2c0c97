"""
The words of a text: TF-IDF over words, pairs of words, and pieces of words.

This file is a hot path (about a third of the time spent on a short contact that is not embedding), hence the plain loops, and what
is known of a token is remembered: in 110 words of English that is a third less time for the whole row.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

# Words, runs of ! and ?, and signs that carry a feeling.
_TOKEN: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*|[!?]{2,}|[\u2600-\u27bf\U0001f300-\U0001faff]")
_SHORTEST_PIECE: Final = 3
_LONGEST_PIECE: Final = 5
_SHOUTING: Final = "<capitals>"
_SHOUTED_LETTERS: Final = 8
_SHOUTED_SHARE: Final = 0.7
_REMEMBERED: Final = 50_000


@dataclass(frozen=True, slots=True)
class Row:
    """One text as a sparse row of unit length: `values[i]` belongs to feature `indices[i]`."""

    indices: NDArray[np.int32]
    values: NDArray[np.float32]


NO_WORDS: Final = Row(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every feature by name. Words and pieces are apart, since "the" may be both."""

    words: Mapping[str, int]
    pieces: Mapping[str, int]
    names: Sequence[str]
    rarity: NDArray[np.float32]
    _of_token: dict[str, tuple[int, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def row(self, text: str) -> Row:
        """The text's features, `(1 + ln count) * rarity`, scaled to unit length; empty where nothing is known."""
        counts = Counter(self._known(text))
        if not counts:
            return NO_WORDS
        indices = np.fromiter(counts, dtype=np.int32, count=len(counts))
        tallies = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        values = ((1.0 + np.log(tallies)) * self.rarity[indices]).astype(np.float32)
        return Row(indices, values / np.float32(math.sqrt(float(values @ values))))

    def _known(self, text: str) -> Iterator[int]:
        tokens = tokens_of(text)
        words = self.words
        for word in words_of(tokens):
            if (index := words.get(word)) is not None:
                yield index
        for token in tokens:
            yield from self._pieces_in(token)

    def _pieces_in(self, token: str) -> tuple[int, ...]:
        known = self._of_token.get(token)
        if known is None:
            known = tuple(index for piece in pieces_of([token]) if (index := self.pieces.get(piece)) is not None)
            if len(self._of_token) == _REMEMBERED:
                self._of_token.clear()
            self._of_token[token] = known
        return known


def tokens_of(text: str) -> list[str]:
    """Lower-case tokens; one more that says so where a text shouts."""
    tokens = [token.replace("\u2019", "'") for token in _TOKEN.findall(text.lower())]
    letters = sum(map(str.isalpha, text))
    if letters >= _SHOUTED_LETTERS and sum(map(str.isupper, text)) > _SHOUTED_SHARE * letters:
        tokens.append(_SHOUTING)
    return tokens


def words_of(tokens: Sequence[str]) -> Iterator[str]:
    """Words and pairs of neighbours."""
    yield from tokens
    for left, right in pairwise(tokens):
        yield f"{left} {right}"


def pieces_of(tokens: Sequence[str]) -> Iterator[str]:
    """Every run of three to five characters within a word and the blanks around it."""
    for token in tokens:
        padded = f" {token} "
        length = len(padded)
        for size in range(_SHORTEST_PIECE, min(_LONGEST_PIECE, length) + 1):
            for start in range(length - size + 1):
                yield padded[start : start + size]
