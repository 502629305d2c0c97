"""Which of a company's own areas a friction belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from services.triage.areas.features import meaning_of, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.triage.reading.heads import Head
    from services.triage.reading.ngrams import Vocabulary
    from services.triage.reading.values import Reading, Text


NOTHING: Final = ""
"""The last label: what fits no area."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What training found out about the areas of one taxonomy: the labels of `head` are their names, and NOTHING."""

    name: str
    vocabulary: Vocabulary
    head: Head


@dataclass(frozen=True, slots=True)
class Areas:
    """A trained taxonomy. Pure: a friction's area never depends on the contacts beside it."""

    version: str
    learned: Learned

    @property
    def name(self) -> str:
        return self.learned.name

    def of(self, texts: Sequence[Text], readings: Sequence[Reading]) -> list[tuple[str | None, ...]]:
        """For each reading the area of each of its frictions, in order; None where no area is likely enough."""
        asked = [
            (words_of(friction, subject=text.subject, body=text.body, is_only=len(reading.frictions) == 1), meaning)
            for text, reading in zip(texts, readings, strict=True)
            for friction in reading.frictions
            if (meaning := meaning_of(friction.vector)) is not None
        ]
        answers = iter(self._likeliest([words for words, _ in asked], [meaning for _, meaning in asked]))
        return [
            tuple(next(answers) if meaning_of(friction.vector) is not None else None for friction in reading.frictions)
            for reading in readings
        ]

    def _likeliest(self, words: Sequence[str], meanings: Sequence[np.ndarray]) -> list[str | None]:
        if not words:
            return []
        head = self.learned.head
        rows = [self.learned.vocabulary.row(each) for each in words]
        scores = head.log_probabilities(rows, np.array(meanings, dtype=np.float32))[:, : len(head.labels) - 1]
        best, confidence = scores.argmax(axis=1).tolist(), np.exp(scores.max(axis=1)).tolist()
        return [head.labels[place] if sure >= head.cut_off else None for place, sure in zip(best, confidence, strict=True)]
