"""How well the fitted heads answer on texts they did not see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import accuracy_score, f1_score

from services.triage.reading.heads import Head
from services.triage.training.calibration import expected_calibration_error
from services.triage.training.examples import SEEDS
from services.triage.training.fitting import Answers, fit_meaning, fit_words, sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from services.triage.training.fitting import Seen


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures of one question on one set; `given` is the share of texts above the cut-off, `right` the accuracy there."""

    texts: int
    macro_f1: float
    accuracy: float
    error: float
    given: float
    right: float


def quality(probabilities: NDArray[np.float32], truth: NDArray[np.int64], *, cut_off: float) -> Quality:
    """Macro-F1 is over the labels that occur in `truth`; unknown counts as wrong nowhere but in `given`."""
    chosen, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    given = confidence >= cut_off
    return Quality(
        texts=len(truth),
        macro_f1=float(f1_score(truth, chosen, labels=np.unique(truth), average="macro", zero_division=0)),
        accuracy=float(accuracy_score(truth, chosen)),
        error=expected_calibration_error(probabilities, truth),
        given=float(given.mean()),
        right=float((chosen == truth)[given].mean()) if given.any() else 0.0,
    )


def on(seen: Seen, answers: Answers, head: Head) -> Quality:
    """The head as it is, on examples it was not fitted on. A label it does not know can only be wrong."""
    own = [head.labels.index(label) for label in answers.labels]
    truth = np.array([own[answer] for answer in answers.truth.tolist()], dtype=np.int64)
    rows = [seen.rows[place] for place in answers.places.tolist()]
    probabilities = np.exp(head.log_probabilities(rows, seen.vectors[answers.places]))
    return quality(probabilities, truth, cut_off=head.cut_off)


def leaving_industries_out(seen: Seen, answers: Answers, head: Head) -> Quality:
    """
    Every seed read by models that saw no seed of its industry (all other sources stay).

    Weights are fitted anew for each industry; the two numbers of the calibration, the cut-off and the n-grams' rarity are
    those of the head, which were themselves cross-validated over industries.
    """
    places = answers.places.tolist()
    groups = np.array([seen.examples[p].group if seen.examples[p].source == SEEDS else "" for p in places])
    matrix, vectors = sparse([seen.rows[p] for p in places], len(head.words.weights)), seen.vectors[answers.places]
    probabilities = np.zeros((len(places), len(answers.labels)), dtype=np.float32)
    for industry in sorted(set(groups.tolist()) - {""}):
        inside, outside = np.flatnonzero(groups != industry), np.flatnonzero(groups == industry)
        rest = Answers(answers.labels, answers.places[inside], answers.truth[inside], answers.weights[inside])
        words, meaning = fit_words(matrix[inside], rest), fit_meaning(vectors[inside], rest)
        fitted = Head(answers.labels, words, meaning, head.share, head.temperature, head.cut_off)
        rows = [seen.rows[places[place]] for place in outside.tolist()]
        probabilities[outside] = np.exp(fitted.log_probabilities(rows, vectors[outside]))
    seeds = np.flatnonzero(groups != "")
    return quality(probabilities[seeds], answers.truth[seeds], cut_off=head.cut_off)
