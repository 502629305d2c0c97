"""From the two views of a text, its words and its meaning, to calibrated probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from services.triage.reading.ngrams import Row, Vocabulary


CALM: Final = "calm"
CRITICAL: Final = "critical"
"""What the question for what is critical can be answered with."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What makes features comparable: less their `mean`, over their `deviation` and the square root of their number."""

    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]

    def of(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """(rows, features) scaled."""
        result: NDArray[np.float32] = (features - self.mean) / (self.deviation * np.float32(np.sqrt(len(self.mean))))
        return result


@dataclass(frozen=True, slots=True)
class Linear:
    """A multinomial logistic model: weights (features, labels) and a bias for each label."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Head:
    """
    One question with a closed set of answers.

    Log-probabilities of both views are added, the words' with `share`, the meaning's with `1 - share`, and divided by
    `temperature`: both are fitted by cross-validation, so that of the answers given with p = .8 four in five are right.
    Under `cut_off` the honest answer is `unknown`.
    """

    labels: tuple[str, ...]
    words: Linear
    meaning: Linear
    share: float
    temperature: float
    cut_off: float

    def by_words(self, rows: Sequence[Row]) -> NDArray[np.float32]:
        """Log-probabilities (texts, labels) from words alone."""
        scores = np.empty((len(rows), len(self.labels)), dtype=np.float32)
        for place, row in enumerate(rows):
            scores[place] = row.values @ self.words.weights[row.indices] + self.words.bias
        return log_softmax(scores)

    def by_meaning(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log-probabilities (texts, labels) from embeddings (texts, dims) alone."""
        return log_softmax(vectors @ self.meaning.weights + self.meaning.bias)

    def log_probabilities(self, rows: Sequence[Row], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Calibrated log-probabilities (texts, labels) from both."""
        return fused(self.by_words(rows), self.by_meaning(vectors), share=self.share, temperature=self.temperature)


@dataclass(frozen=True, slots=True)
class Voice:
    """
    What answers for the texts of one encoder: the words it knows, the scale of what the encoder says, and a head for each question.

    A text is critical from the cut-off of `critical` on, even where `CALM` is likelier.
    """

    vocabulary: Vocabulary
    scale: Scale
    disposition: Head
    kind: Head
    mood: Head
    urgency: Head
    critical: Head


def fused(words: NDArray[np.float32], meaning: NDArray[np.float32], *, share: float, temperature: float) -> NDArray[np.float32]:
    """Two opinions in log-probabilities made one, softened by the temperature."""
    mixed = (share * words + (1.0 - share) * meaning) / temperature
    return log_softmax(mixed.astype(np.float32))


def log_softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Row-wise, safe for large scores."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    result: NDArray[np.float32] = (shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))).astype(np.float32)
    return result
