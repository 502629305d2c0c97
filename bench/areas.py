"""
`python -m bench.areas [all|few|near …]`: how well a company's own areas are told. From committed data only.

On the official test splits of Banking77 and CLINC150. What is chosen, is chosen by bench/strengths.py, which opens no test. Without
arguments every part runs, in about a quarter of an hour on one free core. 95 % intervals by bootstrap over the test texts.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from services.triage.areas.features import meanings, words
from services.triage.areas.training.examples import Example, Material, fits_nothing
from services.triage.areas.training.fitting import fit_seen
from services.triage.reading.artefact import ENCODER
from services.triage.reading.encoder import Encoder
from services.triage.training.calibration import expected_calibration_error
from services.triage.training.evaluation import bootstrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from services.triage.areas.training.fitting import Fitted

TRIAGE: Final = Path(__file__).parent.parent / "services" / "triage"
FILES: Final = {"banking77": ("banking77",), "clinc150": ("clinc150", "clinc150_more")}
DRAWS: Final = 5
COUNTS: Final = (5, 10, 20)
IN_SCOPE: Final = 0.93
# Banking77's areas that are left out in turn, so that what they hold fits nothing.
PARTS: Final = 4
HEADER: Final = """
| set | learned from | accuracy | ECE | given an area | right there | out of scope: none given | in scope right then | none given, in scope right ≥ .93 |
|---|---|---|---|---|---|---|---|---|"""


@dataclass(frozen=True)
class Texts:
    """Texts as the encoder read them, with the names of their areas."""

    texts: list[str]
    areas: NDArray[np.str_]
    meanings: NDArray[np.float32]

    def only(self, places: NDArray[np.int64]) -> Texts:
        return Texts([self.texts[place] for place in places.tolist()], self.areas[places], self.meanings[places])


@dataclass(frozen=True)
class Answered:
    """What a taxonomy says of texts: how sure it is of the likeliest area, whether that is right, and the expected calibration error."""

    confidence: NDArray[np.float32]
    is_right: NDArray[np.bool_]
    error: float


@dataclass(frozen=True)
class Trial:
    """One training: what it says of the test, of texts out of scope, and from where on it says anything."""

    inside: Answered
    outside: Answered
    cut_off: float

    @property
    def given(self) -> float:
        return float((self.inside.confidence >= self.cut_off).mean())

    @property
    def right_there(self) -> float:
        return float(self.inside.is_right[self.inside.confidence >= self.cut_off].mean())

    def in_scope(self, least: float) -> float:
        """How many get the right area; none counts as wrong."""
        return float((self.inside.is_right & (self.inside.confidence >= least)).mean())

    def none(self, least: float) -> float:
        """How many texts out of scope get none."""
        return float((self.outside.confidence < least).mean())

    def most(self) -> float:
        """How many texts out of scope can get none with enough right in scope; NaN where there never is enough."""
        allowed = [least for least in np.linspace(0, 1, 1001).tolist() if self.in_scope(least) >= IN_SCOPE]
        return self.none(max(allowed)) if allowed else float("nan")


def main(parts: Sequence[str]) -> None:
    """Print the parts asked for; with none asked for, all."""
    for line in lines(parts):
        print(line, flush=True)


def lines(parts: Sequence[str]) -> Iterator[str]:
    """The parts as Markdown."""
    encoder = Encoder.load(TRIAGE / "model" / ENCODER)
    background = encoded(fits_nothing(), encoder)
    sets = {name: (seen(name, "train", encoder), seen(name, "test", encoder)) for name in FILES}
    far = seen("clinc150", "oos_test", encoder)

    def table(some: Callable[[Texts], Mapping[str, Sequence[Texts]]]) -> Iterator[str]:
        yield HEADER
        for name, (train, test) in sets.items():
            for said, trains in some(train).items():
                fits = [fit(name, each, background) for each in trains]
                yield f"| {name} | {said} | {row([Trial(answered(f, test), answered(f, far), f.learned.head.cut_off) for f in fits])} |"

    if not parts or "all" in parts:
        yield from table(lambda train: {f"all {len(train.texts):,} examples": [train]})
    if not parts or "few" in parts:
        yield from table(lambda train: {f"{n} an area, {DRAWS} draws": draws(train, n) for n in COUNTS})
    if not parts or "near" in parts:
        yield f"\n{near(*sets['banking77'], background)}"


def row(trials: Sequence[Trial]) -> str:
    """Means over the trials; the greatest error in brackets where there are several."""
    right = np.array([trial.inside.is_right for trial in trials])
    errors = [trial.inside.error for trial in trials]
    outside = np.array([trial.outside.confidence < trial.cut_off for trial in trials])
    most = np.mean([trial.most() for trial in trials])
    return " | ".join(
        [
            str(bootstrapped(lambda items: float(right[:, items].mean()), items=right.shape[1])),
            f"{np.mean(errors):.3f}{f' (at most {max(errors):.3f})' if len(trials) > 1 else ''}",
            f"{np.mean([trial.given for trial in trials]):.3f}",
            f"{np.mean([trial.right_there for trial in trials]):.3f}",
            str(bootstrapped(lambda items: float(outside[:, items].mean()), items=outside.shape[1])),
            f"{np.mean([trial.in_scope(trial.cut_off) for trial in trials]):.3f}",
            "never" if np.isnan(most) else f"{most:.3f}",
        ]
    )


def near(train: Texts, test: Texts, background: Texts) -> str:
    """What is hardest to recognise: questions to the same bank about areas that were not learned."""
    names = np.unique(train.areas)
    trials = []
    for part in range(PARTS):
        out = names[part::PARTS]
        few = train.only(drawn(train, 10, part))
        fitted = fit("banking77", few.only(np.flatnonzero(~np.isin(few.areas, out))), background)
        is_unknown = np.isin(test.areas, out)
        inside, outside = (answered(fitted, test.only(np.flatnonzero(chosen))) for chosen in (~is_unknown, is_unknown))
        trials.append(Trial(inside, outside, fitted.learned.head.cut_off))
    none = np.mean([trial.none(trial.cut_off) for trial in trials])
    given = np.mean([trial.given for trial in trials])
    right = np.mean([trial.right_there for trial in trials])
    return (
        f"Banking77 with a quarter of its areas left out in turn, 10 examples of each other: of questions about those left out {none:.3f} get "
        f"none; of the others {given:.3f} get an area, {right:.3f} of these the right one."
    )


def fit(name: str, train: Texts, background: Texts) -> Fitted:
    learned_from, rows = material(name, train)
    return fit_seen(learned_from, train.meanings[rows], background.texts, background.meanings)


def material(name: str, train: Texts) -> tuple[Material, NDArray[np.int64]]:
    """As of a taxonomy with these examples, and which of the texts they are."""
    names = tuple(np.unique(train.areas).tolist())
    places = np.searchsorted(names, train.areas).tolist()
    # One text is one example, as in a taxonomy; the last label counts where the set has two.
    unique = {text: (place, row) for row, (text, place) in enumerate(zip(train.texts, places, strict=True))}
    examples = tuple(Example(text, place) for text, (place, _) in unique.items())
    return Material(name, names, examples), np.array([row for _, row in unique.values()])


def answered(fitted: Fitted, asked: Texts) -> Answered:
    head = fitted.learned.head
    rows = [fitted.learned.vocabulary.row(text) for text in asked.texts]
    probabilities = np.exp(head.log_probabilities(rows, asked.meanings))[:, : len(head.labels) - 1]
    places = {label: place for place, label in enumerate(head.labels)}
    truth = np.array([places.get(area, -1) for area in asked.areas.tolist()], dtype=np.int64)
    return Answered(
        probabilities.max(axis=1), probabilities.argmax(axis=1) == truth, expected_calibration_error(probabilities, truth)
    )


def draws(train: Texts, count: int) -> list[Texts]:
    return [train.only(drawn(train, count, draw)) for draw in range(DRAWS)]


def drawn(train: Texts, count: int, draw: int) -> NDArray[np.int64]:
    """`count` of each area."""
    random = np.random.default_rng(draw)
    places = [random.choice(np.flatnonzero(train.areas == area), count, replace=False) for area in np.unique(train.areas)]
    return np.concatenate(places)


def seen(name: str, split: str, encoder: Encoder) -> Texts:
    rows = [row for file in FILES[name] for row in read(file) if row["split"] == split]
    return encoded([words(None, row["text"]) for row in rows], encoder, areas=[row["intent"] for row in rows])


def encoded(texts: list[str], encoder: Encoder, *, areas: Sequence[str] = ()) -> Texts:
    return Texts(texts, np.array(areas), meanings(texts, encoder))


def read(file: str) -> list[dict[str, str]]:
    with gzip.open(TRIAGE / "training" / "data" / f"{file}.csv.gz") as stream:
        return list(csv.DictReader(io.TextIOWrapper(stream, encoding="utf-8", newline="")))


if __name__ == "__main__":
    main(sys.argv[1:])
