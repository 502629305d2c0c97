"""
Two linear models, on words and on meaning, cross-validated, calibrated and joined. Deterministic.

The strengths were chosen by cross-validation on the training parts of Banking77 and CLINC150, whole and with ten examples of each
area (`python -m bench.areas strengths`). How far each view is trusted, how soft the answers are and from where on they are given is
found for each taxonomy.
"""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from services.triage.areas.areas import NOTHING, Learned
from services.triage.areas.features import MEANING, meanings
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
    from services.triage.reading.ngrams import Row, Vocabulary

WORDS_STRENGTH: Final = 30.0
MEANING_STRENGTH: Final = 10.0
# Fitting ends once the gradient is so much smaller than it was: an absolute bound would depend on the number of areas, and of 150 a
# common one learns nothing.
_GRADIENT_LEFT_OF_WORDS: Final = 0.03
_GRADIENT_LEFT_OF_MEANING: Final = 0.01
_ROUNDS: Final = 100
# All texts that fit nothing weigh together as much as so many areas.
_NOTHING_WEIGHS: Final = 2.0
_FOLDS: Final = 5
# Many examples need fewer folds to be measured well, and take longer.
_FOLDS_OF_MANY: Final = 3
_MANY: Final = 4_000
# The cut-off is the one with which most contacts are placed rightly if one in five fits no area. The texts that fit none are far from
# any company; what a company's customers write besides is nearer, so a guess that is likelier wrong than right is never given.
_FITS_NOTHING: Final = 0.2
_CUT_OFFS: Final = tuple(np.linspace(0.4, 0.95, 56).round(2).tolist())


@dataclass(frozen=True, slots=True)
class Seen:
    """Texts in both views."""

    rows: Sequence[Row]
    meanings: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was learned, and what cross-validation showed of it."""

    learned: Learned
    validation: Validation


@dataclass(frozen=True, slots=True)
class Strengths:
    """How freely each view may follow the examples."""

    words: float = WORDS_STRENGTH
    meaning: float = MEANING_STRENGTH


def fit(material: Material, nothing: Sequence[str], encoder: Encoder) -> Fitted:
    """Learn from the examples, and from texts of no area what no area is."""
    texts = [example.text for example in material.examples]
    return fit_seen(material, meanings(texts, encoder), nothing, meanings(nothing, encoder))


def fit_seen(
    material: Material,
    meaning: NDArray[np.float32],
    nothing: Sequence[str],
    nothing_meaning: NDArray[np.float32],
    *,
    strengths: Strengths | None = None,
) -> Fitted:
    """The same, where the encoder has read everything."""
    by = strengths or Strengths()
    known = vocabulary([example.text for example in material.examples])
    texts = [*(example.text for example in material.examples), *nothing]
    seen = Seen([known.row(text) for text in texts], np.vstack([meaning, nothing_meaning]))
    labels = (*material.areas, NOTHING)
    truth = np.array([*(example.place for example in material.examples), *[len(material.areas)] * len(nothing)], dtype=np.int64)
    found = _cross_validated(material, seen, truth, known, by)
    models = _models(seen, truth, len(material.areas), known, by)
    head = Head(labels, *models, found.share, found.temperature, found.cut_off)
    return Fitted(Learned(material.name, known, head), found)


def _cross_validated(material: Material, seen: Seen, truth: NDArray[np.int64], known: Vocabulary, by: Strengths) -> Validation:
    areas, folds = len(material.areas), _folds(material.examples, len(truth))
    words, meaning = (np.zeros((len(truth), areas + 1), dtype=np.float32) for _ in range(2))
    for fold in range(folds.max() + 1):
        rest, held = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        by_words, by_meaning = _models(_only(seen, rest), truth[rest], areas, known, by)
        words[held], meaning[held] = _opinions(_only(seen, held), by_words, by_meaning)
    inside, outside = np.flatnonzero((folds >= 0) & (truth < areas)), np.flatnonzero(truth == areas)
    found = calibrated(words[inside], meaning[inside], truth[inside], np.ones(len(inside)))

    def probabilities(places: NDArray[np.int64], temperature: float) -> NDArray[np.float32]:
        scores = fused(words[places], meaning[places], share=found.share, temperature=temperature)
        result: NDArray[np.float32] = np.exp(scores)[:, :areas]
        return result

    calm, far = probabilities(inside, found.temperature), probabilities(outside, found.temperature)
    return Validation(
        areas=material.areas,
        texts=tuple(material.examples[place].text for place in inside.tolist()),
        truth=truth[inside],
        probabilities=calm,
        raw=probabilities(inside, 1.0),
        nothing=far,
        share=found.share,
        temperature=found.temperature,
        cut_off=_cut_off(calm, truth[inside], far),
    )


def _cut_off(probabilities: NDArray[np.float32], truth: NDArray[np.int64], nothing: NDArray[np.float32]) -> float:
    confidence, is_right, far = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth, nothing.max(axis=1)

    def placed_rightly(least: float) -> float:
        given = float((is_right & (confidence >= least)).mean())
        none = float((far < least).mean()) if len(far) else 1.0
        return (1.0 - _FITS_NOTHING) * given + _FITS_NOTHING * none

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


def _models(seen: Seen, truth: NDArray[np.int64], areas: int, known: Vocabulary, by: Strengths) -> tuple[Linear, Linear]:
    """Of words and of meaning, on labels 0 to `areas`, the last of which is no area."""
    matrix = sparse(seen.rows, len(known.names)).astype(np.float32)
    weights = _weights(truth, areas)
    return (
        _fitted(matrix, truth, weights, areas + 1, by.words, left=_GRADIENT_LEFT_OF_WORDS),
        _fitted(seen.meanings, truth, weights, areas + 1, by.meaning, left=_GRADIENT_LEFT_OF_MEANING),
    )


def _weights(truth: NDArray[np.int64], areas: int) -> NDArray[np.float64]:
    # Otherwise what fits nothing would be likelier than any area where an area has few examples.
    nothing = truth == areas
    of_an_area = (~nothing).sum() / areas
    return np.where(nothing, min(1.0, _NOTHING_WEIGHS * of_an_area / max(int(nothing.sum()), 1)), 1.0)


def _fitted(
    features: NDArray[np.float32] | csr_matrix,
    truth: NDArray[np.int64],
    weights: NDArray[np.float64],
    labels: int,
    strength: float,
    *,
    left: float,
) -> Linear:
    off = np.full((len(truth), labels), 1.0 / labels)
    off[np.arange(len(truth)), truth] -= 1.0
    steepest = float(np.abs(np.asarray(features.T @ (off * weights[:, np.newaxis]))).max() / weights.sum())
    return linear(features, truth, weights, labels=labels, strength=strength, tolerance=left * steepest, rounds=_ROUNDS)


def _opinions(seen: Seen, by_words: Linear, by_meaning: Linear) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    if not len(seen.rows):
        nobody = np.zeros((0, len(by_words.bias)), dtype=np.float32)
        return nobody, nobody
    matrix: csr_matrix = sparse(seen.rows, len(by_words.weights))
    return _opinion(matrix, by_words), _opinion(seen.meanings, by_meaning)


def _opinion(features: NDArray[np.float32] | csr_matrix, model: Linear) -> NDArray[np.float32]:
    return log_softmax((np.asarray(features @ model.weights) + model.bias).astype(np.float32))


def _only(seen: Seen, places: NDArray[np.int64]) -> Seen:
    return Seen([seen.rows[place] for place in places.tolist()], seen.meanings[places].reshape(len(places), MEANING))
