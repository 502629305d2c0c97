"""A vocabulary, and for each question two linear models, one on words and one on meaning. Deterministic."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression

from services.triage.reading.artefact import Learned
from services.triage.reading.heads import Head, Linear, fused, log_softmax
from services.triage.reading.ngrams import Row, Vocabulary, pieces_of, tokens_of, words_of
from services.triage.training.calibration import calibrated, cut_off
from services.triage.training.examples import SEEDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from services.triage.training.examples import Example

NAME: Final = "failbetter-reader-en"
_MOST_WORDS: Final = 20_000
_MOST_PIECES: Final = 40_000
_RAREST: Final = 2
_WORDS_C: Final = 8.0
_MEANING_C: Final = 1.5
# Rare labels count for more, by the square root of how much rarer they are: praise and ideas are rare here, not in life.
_EVENNESS: Final = 0.5
# A looser one stops before rare labels have been learned at all.
_TOLERANCE: Final = 1e-4
_FOLDS: Final = 5
# This many answers are right where an answer is given. Below, a person is better served by the candidates.
_RIGHT_DISPOSITIONS: Final = 0.8
_RIGHT_KINDS: Final = 0.75
_RIGHT_MOODS: Final = 0.75
_MISFIT_CUT_OFF: Final = 0.4


@dataclass(frozen=True, slots=True)
class Seen:
    """Examples as both views see them: `rows[i]` and `vectors[i]` belong to `examples[i]`."""

    examples: Sequence[Example]
    rows: Sequence[Row]
    vectors: NDArray[np.float32]

    def only(self, places: NDArray[np.int64]) -> Seen:
        """The examples at these places."""
        chosen = places.tolist()
        return Seen([self.examples[p] for p in chosen], [self.rows[p] for p in chosen], self.vectors[places])


@dataclass(frozen=True, slots=True)
class Answers:
    """The right answers to one question: example `places[i]` is `labels[truth[i]]`, counted `weights[i]` times."""

    labels: tuple[str, ...]
    places: NDArray[np.int64]
    truth: NDArray[np.int64]
    weights: NDArray[np.float64]


def vocabulary(texts: Sequence[str]) -> Vocabulary:
    """The commonest n-grams that occur in at least two texts; rarity is `1 + ln((1 + texts) / (1 + texts with it))`."""
    words: Counter[str] = Counter()
    pieces: Counter[str] = Counter()
    for text in texts:
        tokens = tokens_of(text)
        words.update(set(words_of(tokens)))
        pieces.update(set(pieces_of(tokens)))
    kept_words, kept_pieces = _commonest(words, _MOST_WORDS), _commonest(pieces, _MOST_PIECES)
    tallies = np.array([words[w] for w in kept_words] + [pieces[p] for p in kept_pieces], dtype=np.float64)
    rarity = 1.0 + np.log((1.0 + len(texts)) / (1.0 + tallies))
    return Vocabulary(
        words={name: index for index, name in enumerate(kept_words)},
        pieces={name: index + len(kept_words) for index, name in enumerate(kept_pieces)},
        names=(*kept_words, *kept_pieces),
        rarity=rarity.astype(np.float16).astype(np.float32),
    )


def learned(seen: Seen, known: Vocabulary) -> Learned:
    """Fit every head on these examples, each calibrated on texts its own fit did not see."""
    return Learned(
        name=NAME,
        vocabulary=known,
        disposition=head(seen, dispositions(seen.examples), features=len(known.names), right=_RIGHT_DISPOSITIONS),
        kind=head(seen, kinds(seen.examples), features=len(known.names), right=_RIGHT_KINDS),
        mood=head(seen, moods(seen.examples), features=len(known.names), right=_RIGHT_MOODS),
        misfit=_misfit(seen, features=len(known.names)),
    )


def dispositions(examples: Sequence[Example]) -> Answers:
    """What each example is."""
    return _answers([(p, str(e.disposition), e.weights.disposition) for p, e in enumerate(examples) if e.disposition])


def kinds(examples: Sequence[Example]) -> Answers:
    """What got in the way; an example with two kinds counts half for each."""
    return _answers([(p, str(kind), e.weights.kind / len(e.kinds)) for p, e in enumerate(examples) for kind in e.kinds])


def moods(examples: Sequence[Example]) -> Answers:
    """How the customer feels."""
    return _answers([(p, str(e.mood), e.weights.mood) for p, e in enumerate(examples) if e.mood])


def head(seen: Seen, answers: Answers, *, features: int, right: float) -> Head:
    """Both models on all answers, calibrated by cross-validation over groups; `right` is the accuracy wanted above the cut-off."""
    matrix = sparse([seen.rows[p] for p in answers.places.tolist()], features)
    vectors = seen.vectors[answers.places]
    folds = np.array([_fold(seen.examples[p].group) for p in answers.places.tolist()])
    words = np.zeros((len(answers.truth), len(answers.labels)), dtype=np.float32)
    meaning = np.zeros_like(words)
    for fold in sorted(set(folds.tolist())):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        rest = Answers(answers.labels, answers.places[inside], answers.truth[inside], answers.weights[inside])
        words[outside] = _opinion(fit_words(matrix[inside], rest), matrix[outside])
        meaning[outside] = _opinion(fit_meaning(vectors[inside], rest), vectors[outside])
    found = calibrated(words, meaning, answers.truth, answers.weights)
    draft = Head(answers.labels, fit_words(matrix, answers), fit_meaning(vectors, answers), found.share, found.temperature, 0.0)
    own = np.array([seen.examples[p].source == SEEDS for p in answers.places.tolist()])
    probabilities = np.exp(_fused(draft, words, meaning))
    least = cut_off(probabilities[own], answers.truth[own], accuracy=right) if own.any() else 0.5
    return Head(draft.labels, draft.words, draft.meaning, draft.share, draft.temperature, least)


def fit_words(matrix: csr_matrix, answers: Answers) -> Linear:
    """The model on n-grams (texts, features)."""
    return _fit(matrix, answers, _WORDS_C)


def fit_meaning(vectors: NDArray[np.float32], answers: Answers) -> Linear:
    """The model on embeddings (texts, dims)."""
    return _fit(vectors, answers, _MEANING_C)


def sparse(rows: Sequence[Row], features: int) -> csr_matrix:
    """Rows as one matrix (texts, features)."""
    starts = np.cumsum([0, *(len(row.indices) for row in rows)])
    indices = np.concatenate([row.indices for row in rows])
    values = np.concatenate([row.values for row in rows]).astype(np.float64)
    return csr_matrix((values, indices, starts), shape=(len(rows), features))


def _misfit(seen: Seen, *, features: int) -> Head:
    # A few dozen examples: too few for words or for calibration, so meaning alone decides and the cut-off is a choice.
    answers = _answers([(p, e.misfit_reason, 1.0) for p, e in enumerate(seen.examples) if e.misfit_reason])
    silent = Linear(np.zeros((features, len(answers.labels)), dtype=np.float32), np.zeros(len(answers.labels), dtype=np.float32))
    return Head(answers.labels, silent, _fit(seen.vectors[answers.places], answers, 10.0), 0.0, 1.0, _MISFIT_CUT_OFF)


def _answers(found: Sequence[tuple[int, str, float]]) -> Answers:
    counted = [(place, label, weight) for place, label, weight in found if weight > 0]
    labels = tuple(sorted({label for _, label, _ in counted}))
    return Answers(
        labels=labels,
        places=np.array([place for place, _, _ in counted], dtype=np.int64),
        truth=np.array([labels.index(label) for _, label, _ in counted], dtype=np.int64),
        weights=np.array([weight for _, _, weight in counted], dtype=np.float64),
    )


def _fit(features: NDArray[np.float32] | csr_matrix, answers: Answers, strength: float) -> Linear:
    """Multinomial logistic regression; a label that is absent here keeps a column that is never chosen."""
    totals = np.bincount(answers.truth, answers.weights, minlength=len(answers.labels))
    rarer = (totals.mean() / np.maximum(totals, 1e-9)) ** _EVENNESS
    model = LogisticRegression(C=strength, max_iter=300, tol=_TOLERANCE)
    model.fit(features, answers.truth, sample_weight=answers.weights * rarer[answers.truth])
    weights = np.zeros((features.shape[1], len(answers.labels)))
    bias = np.full(len(answers.labels), -20.0)
    if len(model.classes_) == 2:  # two classes share one row of coefficients
        weights[:, model.classes_] = np.vstack([-model.coef_[0], model.coef_[0]]).T / 2
        bias[model.classes_] = np.array([-model.intercept_[0], model.intercept_[0]]) / 2
    else:
        weights[:, model.classes_] = model.coef_.T
        bias[model.classes_] = model.intercept_
    return Linear(weights.astype(np.float16).astype(np.float32), bias.astype(np.float16).astype(np.float32))


def _opinion(linear: Linear, features: NDArray[np.float32] | csr_matrix) -> NDArray[np.float32]:
    scores = np.asarray(features @ linear.weights) + linear.bias
    return log_softmax(scores.astype(np.float32))


def _fused(draft: Head, words: NDArray[np.float32], meaning: NDArray[np.float32]) -> NDArray[np.float32]:
    return fused(words, meaning, share=draft.share, temperature=draft.temperature)


def _commonest(tallies: Counter[str], most: int) -> list[str]:
    common = [(name, tally) for name, tally in tallies.items() if tally >= _RAREST]
    return sorted(name for name, _ in sorted(common, key=lambda item: (-item[1], item[0]))[:most])


def _fold(group: str) -> int:
    return zlib.crc32(group.encode()) % _FOLDS
