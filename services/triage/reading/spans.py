"""
Where in a text its frictions stand.

The words' view is cheap, so it proposes passages; the encoder then reads only what was proposed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from services.triage.reading.sentences import Sentence

# In longer letters sentences lean on each other, and one of them says too little about its own kind: one friction is read.
MOST_SENTENCES: Final = 5
_MOST_PASSAGES: Final = 3
_FULL_WEIGHT_CHARACTERS: Final = 40


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of sentences, `body[start:end]`."""

    start: int
    end: int


def strongest(found: Sequence[Sentence], *, weight: NDArray[np.float32], characters: int) -> Passage:
    """The sentence with the greatest weight; the whole text where there is none. Fragments count for less."""
    if not found:
        return Passage(0, characters)
    fullness = np.array([min(1.0, (s.end - s.start) / _FULL_WEIGHT_CHARACTERS) for s in found])
    best = found[int((weight * fullness).argmax())]
    return Passage(best.start, best.end)


def proposed(
    found: Sequence[Sentence], *, labels: Sequence[int], weight: NDArray[np.float32], least: float
) -> tuple[Passage, ...]:
    """
    Passages that seem to say different things: neighbours of one label joined, weak sentences left out.

    At most three, in the order of the text; fewer than two where the sentences agree.
    """
    if not 1 < len(found) <= MOST_SENTENCES:
        return ()
    runs: list[tuple[int, Passage, float]] = []
    for sentence, label, strength in zip(found, labels, weight.tolist(), strict=True):
        if strength < least:
            continue
        if runs and runs[-1][0] == label:
            _, passage, before = runs[-1]
            runs[-1] = (label, Passage(passage.start, sentence.end), max(before, strength))
        else:
            runs.append((label, Passage(sentence.start, sentence.end), strength))
    if len({label for label, _, _ in runs}) <= 1:
        return tuple(passage for _, passage, _ in runs[:1])
    kept = sorted(runs, key=lambda run: -run[2])[:_MOST_PASSAGES]
    return tuple(passage for _, passage, _ in sorted(kept, key=lambda run: run[1].start))
