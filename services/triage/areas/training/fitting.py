"""
Two linear models, on words and on meaning, cross-validated, calibrated and joined. Deterministic.

How freely the models may follow the examples is one choice for all taxonomies, CHOSEN, made on training parts alone (`python -m
bench.strengths` makes it again). How far each view is trusted, how soft the answers are and from where on they are given is found for
each taxonomy.
"""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from services.triage.areas.areas import NOTHING, Learned
from services.triage.areas.features import meanings
from services.triage.areas.training.validation import Validation
from services.triage.reading.heads import Head, fused, log_softmax
from services.triage.training.calibration import calibrated
from services.triage.training.fitting import sparse, vocabulary
from services.triage.training.linear import linear

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    from services.triage.areas.training.examples import Example, Material
    from services.triage.reading.encoder import Encoder
    from services.triage.reading.heads import Linear
    from services.triage.reading.ngrams import Vocabulary

FITS_NOTHING: Final = 0.2
"""What part of what comes in is taken to fit no area. Supposed, not measured: every company will have another."""

# Fitting ends once the gradient is so much smaller than it was: an absolute bound would depend on the number of areas, and of 150 a
# common one learns nothing.
_GRADIENT_LEFT_OF_WORDS: Final = 0.03
_GRADIENT_LEFT_OF_MEANING: Final = 0.01
_ROUNDS: Final = 100
_FOLDS: Final = 5
# Many examples need fewer folds to be measured well, and take longer.
_FOLDS_OF_MANY: Final = 3
_MANY: Final = 4_000
_CUT_OFFS: Final = tuple(np.linspace(0.4, 0.95, 56).round(2).tolist())


@dataclass(frozen=True, slots=True)
class Strengths:
    """How freely each view may follow the examples, and what part of their weight all texts together have that fit none."""

    words: float
    meaning: float
    nothing: float


CHOSEN: Final = Strengths(words=100.0, meaning=10.0, nothing=0.03)


@dataclass(frozen=True, slots=True)
class View:
    """All texts as one of the models sees them, (texts, features). It is fitted until `left` of the first gradient is left."""

    features: NDArray[np.float32] | csr_matrix
    left: float


@dataclass(frozen=True, slots=True)
class Task:
    """
    The examples of a material, and behind them the texts that fit none of its areas.

    `truth` is the place of the area, that of `nothing` behind the last. A text is measured by models that did not see its fold; what is
    of fold -1 is learned from and not measured.
    """

    material: Material
    vocabulary: Vocabulary
    words: View
    meaning: View
    truth: NDArray[np.int64]
    folds: NDArray[np.int64]

    @property
    def nothing(self) -> int:
        return len(self.material.areas)


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was learned, and what cross-validation showed of it."""

    learned: Learned
    validation: Validation


def fit(material: Material, nothing: Sequence[str], encoder: Encoder) -> Fitted:
    """Learn from the examples, and from texts of no area what no area is."""
    texts = [example.text for example in material.examples]
    return fit_seen(material, meanings(texts, encoder), nothing, meanings(nothing, encoder))


def fit_seen(
    material: Material, meaning: NDArray[np.float32], nothing: Sequence[str], nothing_meaning: NDArray[np.float32]
) -> Fitted:
    """The same, where the encoder has read everything."""
    task, by = posed(material, meaning, nothing, nothing_meaning), CHOSEN
    found = validated(
        task,
        out_of_fold(task, task.words, strength=by.words, nothing=by.nothing),
        out_of_fold(task, task.meaning, strength=by.meaning, nothing=by.nothing),
    )
    everything = np.arange(len(task.truth))
    head = Head(
        (*material.areas, NOTHING),
        _fitted(task, task.words, everything, strength=by.words, nothing=by.nothing),
        _fitted(task, task.meaning, everything, strength=by.meaning, nothing=by.nothing),
        found.share,
        found.temperature,
        found.cut_off,
    )
    return Fitted(Learned(material.name, task.vocabulary, head), found)


def posed(material: Material, meaning: NDArray[np.float32], nothing: Sequence[str], nothing_meaning: NDArray[np.float32]) -> Task:
    """Everything that is learned from and measured on, in both views."""
    texts = [example.text for example in material.examples]
    known = vocabulary(texts)
    matrix = sparse([known.row(text) for text in (*texts, *nothing)], len(known.names)).astype(np.float32)
    places = [*(example.place for example in material.examples), *[len(material.areas)] * len(nothing)]
    return Task(
        material=material,
        vocabulary=known,
        words=View(matrix, _GRADIENT_LEFT_OF_WORDS),
        meaning=View(np.vstack([meaning, nothing_meaning]), _GRADIENT_LEFT_OF_MEANING),
        truth=np.array(places, dtype=np.int64),
        folds=_folds(material.examples, len(places)),
    )


def out_of_fold(task: Task, view: View, *, strength: float, nothing: float) -> NDArray[np.float32]:
    """Log-probabilities (texts, areas and nothing) of one view, each by a model that did not see the text's fold."""
    found = np.zeros((len(task.truth), task.nothing + 1), dtype=np.float32)
    for fold in range(task.folds.max() + 1):
        rest, held = np.flatnonzero(task.folds != fold), np.flatnonzero(task.folds == fold)
        if len(held):
            model = _fitted(task, view, rest, strength=strength, nothing=nothing)
            found[held] = log_softmax((np.asarray(view.features[held] @ model.weights) + model.bias).astype(np.float32))
    return found


def validated(task: Task, words: NDArray[np.float32], meaning: NDArray[np.float32]) -> Validation:
    """What both views together make of the texts; how they are joined is found on the examples, and the cut-off on all."""
    is_measured, is_nothing = task.folds >= 0, task.truth == task.nothing
    inside, outside = np.flatnonzero(is_measured & ~is_nothing), np.flatnonzero(is_measured & is_nothing)
    truth = task.truth[inside]
    found = calibrated(words[inside], meaning[inside], truth, np.ones(len(inside)))

    def probabilities(places: NDArray[np.int64], temperature: float) -> NDArray[np.float32]:
        scores = fused(words[places], meaning[places], share=found.share, temperature=temperature)
        result: NDArray[np.float32] = np.exp(scores)[:, : task.nothing]
        return result

    calm, far = probabilities(inside, found.temperature), probabilities(outside, found.temperature)
    return Validation(
        areas=task.material.areas,
        texts=tuple(task.material.examples[place].text for place in inside.tolist()),
        truth=truth,
        probabilities=calm,
        raw=probabilities(inside, 1.0),
        nothing=far,
        share=found.share,
        temperature=found.temperature,
        cut_off=_cut_off(calm, truth, far),
    )


def _cut_off(probabilities: NDArray[np.float32], truth: NDArray[np.int64], nothing: NDArray[np.float32]) -> float:
    # The one with which most are placed rightly. The texts that fit nothing are far from any company; what a company's customers write
    # besides is nearer, so a guess that is likelier wrong than right is hardly ever given.
    confidence, is_right, far = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth, nothing.max(axis=1)

    def placed_rightly(least: float) -> float:
        given = float((is_right & (confidence >= least)).mean())
        none = float((far < least).mean()) if len(far) else 1.0
        return (1.0 - FITS_NOTHING) * given + FITS_NOTHING * none

    return float(max(_CUT_OFFS, key=placed_rightly))


def _folds(examples: Sequence[Example], texts: int) -> NDArray[np.int64]:
    """
    Each area's examples dealt out evenly, whatever their order in the file, and so what stands behind the examples.

    -1 for what nothing is measured on.
    """
    count = _FOLDS if len(examples) <= _MANY else _FOLDS_OF_MANY
    folds = np.full(texts, -1, dtype=np.int64)
    dealt: Counter[int] = Counter()
    for place in sorted(
        range(len(examples)), key=lambda place: (zlib.crc32(examples[place].text.encode()), examples[place].text)
    ):
        example = examples[place]
        if example.is_measured:
            # Small areas begin at different folds, so that no fold holds all first examples.
            folds[place] = (dealt[example.place] + example.place) % count
            dealt[example.place] += 1
    folds[len(examples) :] = np.arange(texts - len(examples)) % count
    return folds


def _fitted(task: Task, view: View, places: NDArray[np.int64], *, strength: float, nothing: float) -> Linear:
    truth, features, labels = task.truth[places], view.features[places], task.nothing + 1
    weights = _weights(truth == task.nothing, nothing)
    off = np.full((len(truth), labels), 1.0 / labels)
    off[np.arange(len(truth)), truth] -= 1.0
    steepest = float(np.abs(np.asarray(features.T @ (off * weights[:, np.newaxis]))).max() / weights.sum())
    return linear(features, truth, weights, labels=labels, strength=strength, tolerance=view.left * steepest, rounds=_ROUNDS)


def _weights(is_nothing: NDArray[np.bool_], part: float) -> NDArray[np.float64]:
    # However many texts fit nothing; otherwise that would be likelier than any area where an area has few examples.
    return np.where(is_nothing, part * (~is_nothing).sum() / max(int(is_nothing.sum()), 1), 1.0)
