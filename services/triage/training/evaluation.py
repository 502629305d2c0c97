"""How well the fitted heads answer on texts they did not see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from sklearn.metrics import accuracy_score, f1_score

from services.triage.training.calibration import expected_calibration_error
from services.triage.training.examples import CORPUS
from services.triage.training.fitting import fit_meaning, fit_words, sparse

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from services.triage.reading.heads import Head
    from services.triage.training.fitting import Answers, Seen

_FEWEST_OF_AN_INDUSTRY: Final = 100
_RESAMPLES: Final = 1_000


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def bootstrapped(figure: Callable[[NDArray[np.int64]], float], *, items: int) -> Interval:
    """The figure over all items, and between which bounds 95 % of 1,000 resamples of them lie (percentile bootstrap)."""
    random = np.random.default_rng(0)
    found = [figure(random.integers(0, items, items)) for _ in range(_RESAMPLES)]
    low, high = np.quantile(found, [0.025, 0.975])
    return Interval(figure(np.arange(items)), float(low), float(high))


@dataclass(frozen=True, slots=True)
class Predicted:
    """Probabilities (texts, labels) by models that did not see the text, beside the truth."""

    labels: tuple[str, ...]
    probabilities: NDArray[np.float32]
    truth: NDArray[np.int64]

    def macro_f1(self) -> Interval:
        """Over the labels that occur."""
        chosen, labels = self.probabilities.argmax(axis=1), np.unique(self.truth)
        return bootstrapped(
            lambda items: float(f1_score(self.truth[items], chosen[items], labels=labels, average="macro", zero_division=0)),
            items=len(self.truth),
        )

    def quality(self, cut_off: float) -> Quality:
        """Everything at once."""
        return quality(self.probabilities, self.truth, cut_off=cut_off)


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
    probabilities = np.exp(head.log_probabilities(rows, seen.views[answers.places]))
    return quality(probabilities, truth, cut_off=head.cut_off)


def leaving_industries_out(seen: Seen, answers: Answers, head: Head) -> tuple[Predicted, Predicted]:
    """
    Every example of our own industries read by models that saw none of its industry (all other sources stay): by both views, by words alone.

    Weights are fitted anew for each industry; share, temperature and cut-off and the n-grams' rarity are those of the head, which
    were themselves cross-validated over groups of industries.
    """
    places = answers.places.tolist()
    groups = np.array([seen.examples[p].group if seen.examples[p].source == CORPUS else "" for p in places])
    names, counts = np.unique(groups, return_counts=True)
    matrix, views = sparse([seen.rows[p] for p in places], len(head.words.weights)), seen.views[answers.places]
    both = np.zeros((len(places), len(answers.labels)), dtype=np.float32)
    words = np.zeros_like(both)
    industries = [
        name for name, count in zip(names.tolist(), counts.tolist(), strict=True) if name and count >= _FEWEST_OF_AN_INDUSTRY
    ]
    for industry in industries:
        rest = answers.only(np.flatnonzero(groups != industry))
        outside, inside = np.flatnonzero(groups == industry), np.flatnonzero(groups != industry)
        fitted = replace(head, words=fit_words(matrix[inside], rest), meaning=fit_meaning(views[inside], rest, seen.strength))
        rows = [seen.rows[places[place]] for place in outside.tolist()]
        both[outside] = np.exp(fitted.log_probabilities(rows, views[outside]))
        words[outside] = np.exp(fitted.by_words(rows))
    # What has two kinds has no one right answer.
    answered, times = np.unique(answers.places, return_counts=True)
    own = np.flatnonzero(np.isin(groups, industries) & np.isin(answers.places, answered[times == 1]))
    truth = answers.truth[own]
    return Predicted(answers.labels, both[own], truth), Predicted(answers.labels, words[own], truth)
