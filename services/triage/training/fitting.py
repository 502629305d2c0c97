"""A vocabulary, and for each question two linear models, one on words and one on the encoder's layers. Deterministic."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from services.triage.reading.heads import CALM, CRITICAL, Head, Linear, Scale, Voice, fused, log_softmax
from services.triage.reading.ngrams import Row, Vocabulary, pieces_of, tokens_of, words_of
from services.triage.training.calibration import calibrated, cut_off, finding
from services.triage.training.linear import linear
from shared.events.words import Urgency

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from services.triage.training.examples import Example

    Least = Callable[[NDArray[np.float32], NDArray[np.int64]], float]
    """From probabilities (answers, labels) and the truth to the cut-off."""

NAME: Final = "failbetter-reader"
_MOST_WORDS: Final = 15_000
_MOST_PIECES: Final = 25_000
_RAREST: Final = 2
_WORDS_C: Final = 8.0
MEANING_C: Final = 2.0
# The second encoder says less with its 512 numbers, and a translation of it is not quite the same: a model must be simpler.
ABROAD_C: Final = 0.2
# How far rare labels count for more: 1, every label as much in all; 0, as often as it occurs. Kinds are told apart best when even; what is
# grave must stay rare, or plain contacts would be read as critical.
_EVEN: Final = {"disposition": 0.5, "kind": 1.0, "mood": 0.5, "urgency": 0.0, "critical": 0.0, "misfit": 1.0}
# A looser one stops before rare labels have been learned at all.
_TOLERANCE: Final = 1e-3
_FOLDS: Final = 5
# This many answers are right where an answer is given. Below, a person is better served by the candidates.
_RIGHT_DISPOSITIONS: Final = 0.8
_RIGHT_KINDS: Final = 0.75
_RIGHT_MOODS: Final = 0.75
_MISFIT_CUT_OFF: Final = 0.4
# Of the hardest critical contacts this many are found by the model alone; more would cost too many alarms at ordinary complaints.
_FOUND: Final = 0.8
_SMALLEST_DEVIATION: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Seen:
    """
    Examples as both views see them: `rows[i]` and `views[i]`, what the encoder says of it, to scale, belong to `examples[i]`.

    `strength` is the inverse of the penalty on the model that learns from the views.
    """

    examples: Sequence[Example]
    rows: Sequence[Row]
    views: NDArray[np.float32]
    strength: float


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


def voice(seen: Seen, known: Vocabulary, *, to: Scale, judges: NDArray[np.bool_]) -> Voice:
    """Fit every head on these examples, each calibrated on those that are `judges`, by fits that did not see them."""
    hard = judges & np.array([e.weights.critical > 1 for e in seen.examples])

    def asked(answers: Answers, least: Least, judges: NDArray[np.bool_] = judges) -> Head:
        return head(seen, answers, features=len(known.names), judges=judges, least=least)

    return Voice(
        vocabulary=known,
        scale=to,
        disposition=asked(dispositions(seen.examples), partial(cut_off, accuracy=_RIGHT_DISPOSITIONS)),
        kind=asked(kinds(seen.examples), partial(cut_off, accuracy=_RIGHT_KINDS)),
        mood=asked(moods(seen.examples), partial(cut_off, accuracy=_RIGHT_MOODS)),
        urgency=asked(urgencies(seen.examples), lambda *_: 0.0),
        critical=asked(criticals(seen.examples), partial(finding, recall=_FOUND), hard),
    )


def misfit(seen: Seen, *, features: int) -> Head:
    """Why a misfit is one. A few hundred examples: too few for words or for calibration, so meaning alone decides and the cut-off is a choice."""
    answers = misfits(seen.examples)
    silent = Linear(np.zeros((features, len(answers.labels)), dtype=np.float32), np.zeros(len(answers.labels), dtype=np.float32))
    return Head(
        answers.labels, silent, fit_meaning(seen.views[answers.places], answers, seen.strength), 0.0, 1.0, _MISFIT_CUT_OFF
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
    """How soon somebody should act, where it is not critical."""
    calm = [(p, e) for p, e in enumerate(examples) if e.urgency and e.urgency is not Urgency.CRITICAL]
    return _answers("urgency", [(p, str(e.urgency), e.weights.urgency) for p, e in calm])


def criticals(examples: Sequence[Example]) -> Answers:
    """Whether somebody must see it at once."""
    known = [(p, e) for p, e in enumerate(examples) if e.urgency]
    words = {True: CRITICAL, False: CALM}
    return _answers("critical", [(p, words[e.urgency is Urgency.CRITICAL], e.weights.critical) for p, e in known])


def misfits(examples: Sequence[Example]) -> Answers:
    """Why it is not for them."""
    return _answers("misfit", [(p, e.misfit_reason, 1.0) for p, e in enumerate(examples) if e.misfit_reason])


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Log-probabilities (answers, labels) of both views, each by models that did not see the answer's group."""

    words: NDArray[np.float32]
    meaning: NDArray[np.float32]

    def fused(self, head: Head) -> NDArray[np.float32]:
        """Probabilities (answers, labels), both views together as the head does."""
        result: NDArray[np.float32] = np.exp(fused(self.words, self.meaning, share=head.share, temperature=head.temperature))
        return result


def head(seen: Seen, answers: Answers, *, features: int, judges: NDArray[np.bool_], least: Least) -> Head:
    """Both models on all answers; calibrated, and given the cut-off that `least` finds, on the judges, by fits that did not see them."""
    out = out_of_fold(seen, answers, features=features)
    judged = judges[answers.places]
    found = calibrated(out.words[judged], out.meaning[judged], answers.truth[judged], answers.weights[judged])
    draft = Head(
        answers.labels,
        fit_words(sparse([seen.rows[p] for p in answers.places.tolist()], features), answers),
        fit_meaning(seen.views[answers.places], answers, seen.strength),
        found.share,
        found.temperature,
        cut_off=0.0,
    )
    return replace(draft, cut_off=least(out.fused(draft)[judged], answers.truth[judged]))


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
        meaning[outside] = _opinion(fit_meaning(views[inside], rest, seen.strength), views[outside])
    return OutOfFold(words, meaning)


def fit_words(matrix: csr_matrix, answers: Answers) -> Linear:
    """The model on n-grams (texts, features)."""
    return _fit(matrix, answers, _WORDS_C)


def fit_meaning(views: NDArray[np.float32], answers: Answers, strength: float) -> Linear:
    """The model on what the encoder says (texts, dims), to scale."""
    return _fit(views, answers, strength)


def sparse(rows: Sequence[Row], features: int) -> csr_matrix:
    """Rows as one matrix (texts, features)."""
    starts = np.cumsum([0, *(len(row.indices) for row in rows)])
    indices = np.concatenate([row.indices for row in rows])
    values = np.concatenate([row.values for row in rows]).astype(np.float32)
    return csr_matrix((values, indices, starts), shape=(len(rows), features))


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


def _commonest(tallies: Counter[str], most: int) -> list[str]:
    common = [(name, tally) for name, tally in tallies.items() if tally >= _RAREST]
    return sorted(name for name, _ in sorted(common, key=lambda item: (-item[1], item[0]))[:most])


def _fold(group: str) -> int:
    return zlib.crc32(group.encode()) % _FOLDS
