"""A vocabulary, and for each question two linear models, one on words and one on the encoder's layers. Deterministic."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from services.triage.reading.artefact import Abroad, Learned
from services.triage.reading.heads import Head, Linear, Scale, Voice, fused, log_softmax
from services.triage.reading.ngrams import Row, Vocabulary, pieces_of, tokens_of, words_of
from services.triage.training.calibration import calibrated, cut_off, softened
from services.triage.training.examples import CORPUS
from services.triage.training.linear import linear

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from services.triage.reading.spans import Spans
    from services.triage.training.examples import Example

NAME: Final = "failbetter-reader"
_MOST_WORDS: Final = 15_000
_MOST_PIECES: Final = 25_000
_RAREST: Final = 2
_WORDS_C: Final = 8.0
_MEANING_C: Final = 2.0
_ABROAD_C: Final = 1.0
# How far rare labels count for more: 1, every label as much in all; 0, as often as it occurs. Kinds are told apart best when even; what is
# grave must stay rare, or plain contacts would be read as critical.
_EVEN: Final = {"disposition": 0.5, "kind": 1.0, "mood": 0.5, "urgency": 0.0, "misfit": 1.0}
# A looser one stops before rare labels have been learned at all.
_TOLERANCE: Final = 1e-3
_FOLDS: Final = 5
# This many answers are right where an answer is given. Below, a person is better served by the candidates.
_RIGHT_DISPOSITIONS: Final = 0.8
_RIGHT_KINDS: Final = 0.75
_RIGHT_MOODS: Final = 0.75
_MISFIT_CUT_OFF: Final = 0.4
# Found is what is likelier than this to be critical. Lower finds more of what is only hinted at, and alarms at ordinary contacts, which are
# many more: from .06 on nine in ten of the hard cases are found, and four in ten ordinary complaints are called critical.
_CRITICAL_FROM: Final = 0.3
_SMALLEST_DEVIATION: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Seen:
    """Examples as both views see them: `rows[i]` and `views[i]`, the encoder's layers to scale, belong to `examples[i]`."""

    examples: Sequence[Example]
    rows: Sequence[Row]
    views: NDArray[np.float32]

    def only(self, places: NDArray[np.int64]) -> Seen:
        """The examples at these places."""
        chosen = places.tolist()
        return Seen([self.examples[p] for p in chosen], [self.rows[p] for p in chosen], self.views[places])


@dataclass(frozen=True, slots=True)
class Answers:
    """The right answers to one question: example `places[i]` is `labels[truth[i]]`, counted `weights[i]` times; `evenness` see above."""

    labels: tuple[str, ...]
    places: NDArray[np.int64]
    truth: NDArray[np.int64]
    weights: NDArray[np.float64]
    evenness: float

    def only(self, chosen: NDArray[np.int64]) -> Answers:
        """Some of them, under all labels."""
        return Answers(self.labels, self.places[chosen], self.truth[chosen], self.weights[chosen], self.evenness)


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


def scale(features: NDArray[np.float32]) -> Scale:
    """The scale that gives these features (rows, features) mean 0 and, together, length 1."""
    deviation = np.maximum(features.std(axis=0), _SMALLEST_DEVIATION)
    return Scale(features.mean(axis=0).astype(np.float32), deviation.astype(np.float32))


def learned(seen: Seen, known: Vocabulary, *, to: Scale, spans: Spans, abroad: Abroad) -> Learned:
    """Fit every head on these examples, each calibrated on texts its own fit did not see."""
    features = len(known.names)
    return Learned(
        name=NAME,
        vocabulary=known,
        scale=to,
        disposition=head(seen, dispositions(seen.examples), features=features, right=_RIGHT_DISPOSITIONS),
        kind=head(seen, kinds(seen.examples), features=features, right=_RIGHT_KINDS),
        mood=head(seen, moods(seen.examples), features=features, right=_RIGHT_MOODS),
        urgency=head(seen, urgencies(seen.examples), features=features, right=0.0),
        misfit=_misfit(seen, features=features),
        critical=_CRITICAL_FROM,
        spans=spans,
        abroad=abroad,
    )


def answering_abroad(examples: Sequence[Example], vectors: NDArray[np.float32]) -> Abroad:
    """What answers for other languages: fitted on English and other texts as the second encoder sees them, (texts, 512)."""
    return Abroad(
        disposition=_voice(examples, vectors, dispositions(examples), right=_RIGHT_DISPOSITIONS),
        kind=_voice(examples, vectors, kinds(examples), right=_RIGHT_KINDS),
        mood=_voice(examples, vectors, moods(examples), right=_RIGHT_MOODS),
        urgency=_voice(examples, vectors, urgencies(examples), right=0.0),
        critical=_CRITICAL_FROM,
    )


def dispositions(examples: Sequence[Example]) -> Answers:
    """What each example is."""
    return _answers(
        "disposition", [(p, str(e.disposition), e.weights.disposition) for p, e in enumerate(examples) if e.disposition]
    )


def kinds(examples: Sequence[Example]) -> Answers:
    """What got in the way; an example with two kinds counts half for each."""
    return _answers("kind", [(p, str(kind), e.weights.kind / len(e.kinds)) for p, e in enumerate(examples) for kind in e.kinds])


def moods(examples: Sequence[Example]) -> Answers:
    """How the customer feels."""
    return _answers("mood", [(p, str(e.mood), e.weights.mood) for p, e in enumerate(examples) if e.mood])


def urgencies(examples: Sequence[Example]) -> Answers:
    """How soon somebody should act."""
    return _answers("urgency", [(p, str(e.urgency), e.weights.urgency) for p, e in enumerate(examples) if e.urgency])


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Log-probabilities (answers, labels) of both views, each by models that did not see the answer's group."""

    words: NDArray[np.float32]
    meaning: NDArray[np.float32]

    def fused(self, head: Head) -> NDArray[np.float32]:
        """Probabilities (answers, labels), both views together as the head does."""
        result: NDArray[np.float32] = np.exp(fused(self.words, self.meaning, share=head.share, temperature=head.temperature))
        return result


def head(seen: Seen, answers: Answers, *, features: int, right: float) -> Head:
    """Both models on all answers, calibrated by cross-validation over groups; `right` is the accuracy wanted above the cut-off."""
    out = out_of_fold(seen, answers, features=features)
    found = calibrated(out.words, out.meaning, answers.truth, answers.weights)
    draft = Head(
        answers.labels,
        fit_words(sparse([seen.rows[p] for p in answers.places.tolist()], features), answers),
        fit_meaning(seen.views[answers.places], answers),
        found.share,
        found.temperature,
        cut_off=0.0,
    )
    own = np.array([seen.examples[p].source == CORPUS for p in answers.places.tolist()])
    least = cut_off(out.fused(draft)[own], answers.truth[own], accuracy=right) if own.any() else 0.5
    return replace(draft, cut_off=least)


def out_of_fold(seen: Seen, answers: Answers, *, features: int) -> OutOfFold:
    """Five folds; a group stands in one of them."""
    matrix = sparse([seen.rows[p] for p in answers.places.tolist()], features)
    views = seen.views[answers.places]
    folds = np.array([_fold(seen.examples[p].group) for p in answers.places.tolist()])
    words = np.zeros((len(answers.truth), len(answers.labels)), dtype=np.float32)
    meaning = np.zeros_like(words)
    for fold in sorted(set(folds.tolist())):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        rest = answers.only(inside)
        words[outside] = _opinion(fit_words(matrix[inside], rest), matrix[outside])
        meaning[outside] = _opinion(fit_meaning(views[inside], rest), views[outside])
    return OutOfFold(words, meaning)


def _voice(examples: Sequence[Example], vectors: NDArray[np.float32], answers: Answers, *, right: float) -> Voice:
    out = _one_view_out_of_fold(examples, vectors, answers)
    temperature = softened(out, answers.truth, answers.weights)
    least = cut_off(np.exp(log_softmax(out / np.float32(temperature))), answers.truth, accuracy=right)
    return Voice(answers.labels, _fit(vectors[answers.places], answers, _ABROAD_C), temperature, least)


def _one_view_out_of_fold(examples: Sequence[Example], vectors: NDArray[np.float32], answers: Answers) -> NDArray[np.float32]:
    """Log-probabilities (answers, labels) by models that did not see the answer's group."""
    folds = np.array([_fold(examples[p].group) for p in answers.places.tolist()])
    own = vectors[answers.places]
    found = np.zeros((len(answers.truth), len(answers.labels)), dtype=np.float32)
    for fold in sorted(set(folds.tolist())):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        found[outside] = _opinion(_fit(own[inside], answers.only(inside), _ABROAD_C), own[outside])
    return found


def fit_words(matrix: csr_matrix, answers: Answers) -> Linear:
    """The model on n-grams (texts, features)."""
    return _fit(matrix, answers, _WORDS_C)


def fit_meaning(vectors: NDArray[np.float32], answers: Answers) -> Linear:
    """The model on scaled layers (texts, dims)."""
    return _fit(vectors, answers, _MEANING_C)


def sparse(rows: Sequence[Row], features: int) -> csr_matrix:
    """Rows as one matrix (texts, features)."""
    starts = np.cumsum([0, *(len(row.indices) for row in rows)])
    indices = np.concatenate([row.indices for row in rows])
    values = np.concatenate([row.values for row in rows]).astype(np.float32)
    return csr_matrix((values, indices, starts), shape=(len(rows), features))


def _misfit(seen: Seen, *, features: int) -> Head:
    # A few dozen examples: too few for words or for calibration, so meaning alone decides and the cut-off is a choice.
    answers = _answers("misfit", [(p, e.misfit_reason, 1.0) for p, e in enumerate(seen.examples) if e.misfit_reason])
    silent = Linear(np.zeros((features, len(answers.labels)), dtype=np.float32), np.zeros(len(answers.labels), dtype=np.float32))
    return Head(answers.labels, silent, _fit(seen.views[answers.places], answers, _MEANING_C), 0.0, 1.0, _MISFIT_CUT_OFF)


def _answers(question: str, found: Sequence[tuple[int, str, float]]) -> Answers:
    counted = [(place, label, weight) for place, label, weight in found if weight > 0]
    labels = tuple(sorted({label for _, label, _ in counted}))
    return Answers(
        labels=labels,
        places=np.array([place for place, _, _ in counted], dtype=np.int64),
        truth=np.array([labels.index(label) for _, label, _ in counted], dtype=np.int64),
        weights=np.array([weight for _, _, weight in counted], dtype=np.float64),
        evenness=_EVEN[question],
    )


def _fit(features: NDArray[np.float32] | csr_matrix, answers: Answers, strength: float) -> Linear:
    """Multinomial logistic regression; a label that is absent here keeps a column that is never chosen."""
    totals = np.bincount(answers.truth, answers.weights, minlength=len(answers.labels))
    rarer = (totals.mean() / np.maximum(totals, 1e-9)) ** answers.evenness
    return linear(
        features,
        answers.truth,
        answers.weights * rarer[answers.truth],
        labels=len(answers.labels),
        strength=strength,
        tolerance=_TOLERANCE,
    )


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
