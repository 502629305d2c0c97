"""
`python -m bench.areas [full|few|nothing|strengths …]`: how well a company's own areas are told. From committed data only.

Official test splits of Banking77 and CLINC150; nothing is chosen on them. Without arguments everything but `strengths` runs, in about
a quarter of an hour on one free core. 95 % intervals by bootstrap over the test texts (and over draws, where examples are drawn).
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from services.triage.areas.features import meanings, words
from services.triage.areas.training.examples import Example, Material, fits_nothing
from services.triage.areas.training.fitting import Strengths, fit_seen
from services.triage.reading.artefact import ENCODER
from services.triage.reading.encoder import Encoder
from services.triage.training.calibration import expected_calibration_error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from services.triage.areas.training.fitting import Fitted

TRIAGE: Final = Path(__file__).parent.parent / "services" / "triage"
FILES: Final = {"banking77": ("banking77",), "clinc150": ("clinc150", "clinc150_more")}
NOTHING: Final = "oos"
DRAWS: Final = 5
COUNTS: Final = (5, 10, 20)
RESAMPLED: Final = 1_000
IN_SCOPE: Final = 0.93
# Banking77's areas that are left out in turn, so that what they hold fits nothing.
PARTS: Final = 4
STRENGTHS: Final = (3.0, 10.0, 30.0, 100.0)


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
    """What a taxonomy says of texts: the place of the likeliest area, how sure, and whether that is right."""

    chosen: NDArray[np.int64]
    confidence: NDArray[np.float32]
    is_right: NDArray[np.bool_]
    probabilities: NDArray[np.float32]
    truth: NDArray[np.int64]


def main(parts: Sequence[str]) -> None:
    """Print the parts asked for."""
    encoder = Encoder.load(TRIAGE / "model" / ENCODER)
    nothing = fits_nothing()
    background = Texts(nothing, np.array([NOTHING] * len(nothing)), meanings(nothing, encoder))
    sets = {name: {split: seen(name, split, encoder) for split in ("train", "test")} for name in FILES}
    far = seen("clinc150", "oos_test", encoder)
    if not parts or "few" in parts:
        for name, splits in sets.items():
            few(name, splits["train"], splits["test"], background, far)
    if not parts or "full" in parts:
        for name, splits in sets.items():
            full(name, splits["train"], splits["test"], background, far)
    if not parts or "nothing" in parts:
        near(sets["banking77"]["train"], sets["banking77"]["test"], background)
    if "strengths" in parts:
        for name, splits in sets.items():
            strengths(name, splits["train"], background)


def full(name: str, train: Texts, test: Texts, background: Texts, far: Texts) -> None:
    """Everything of the training part."""
    title(f"{name}, all {len(train.texts):,} training examples")
    fitted = fit(name, train, background)
    found = answered(fitted, test)
    accuracy = interval(lambda chosen: float(found.is_right[chosen].mean()), len(test.texts))
    error = expected_calibration_error(found.probabilities, found.truth)
    print(f"accuracy {accuracy}  ECE {error:.3f}  n {len(test.texts):,}")
    cut_off(fitted, found)
    out_of_scope(fitted, found, answered(fitted, far))


def few(name: str, train: Texts, test: Texts, background: Texts, far: Texts) -> None:
    """A few examples of each area, drawn five times."""
    for count in COUNTS:
        title(f"{name}, {count} examples of each area, {DRAWS} draws")
        right, errors, raw, recalls = [], [], [], []
        began = time.process_time()
        for draw in range(DRAWS):
            fitted = fit(name, train.only(drawn(train, count, draw)), background)
            found = answered(fitted, test)
            right.append(found.is_right)
            errors.append(expected_calibration_error(found.probabilities, found.truth))
            raw.append(fitted.validation.error_before)
            recalls.append(float((answered(fitted, far).confidence < fitted.learned.head.cut_off).mean()))
        each = np.array(right)
        accuracy = interval(lambda chosen, each=each: float(each[:, chosen].mean()), len(test.texts))  # type: ignore[misc]
        print(f"accuracy {accuracy}  by draw {' '.join(f'{r.mean():.3f}' for r in right)}")
        print(
            f"ECE {np.mean(errors):.3f} (by draw {' '.join(f'{e:.3f}' for e in errors)}); before the temperature {np.mean(raw):.3f}"
        )
        print(f"out of scope recognised at the cut-off found in training {np.mean(recalls):.3f}")
        print(f"{(time.process_time() - began) / DRAWS:.1f} s of CPU time a training, the encoder's left out")


def near(train: Texts, test: Texts, background: Texts) -> None:
    """What is hardest to recognise: questions to the same bank about areas that were not learned."""
    title(f"banking77, a {PARTS}th of its areas left out in turn, ten examples of each other area")
    names = np.unique(train.areas)
    recalls, kept, right = [], [], []
    for part in range(PARTS):
        out = set(names[part::PARTS].tolist())
        few = train.only(drawn(train, 10, part))
        inside = few.only(np.flatnonzero([area not in out for area in few.areas]))
        fitted = fit("banking77", inside, background)
        known = np.flatnonzero([area not in out for area in test.areas])
        unknown = np.setdiff1d(np.arange(len(test.areas)), known)
        found, least = answered(fitted, test.only(known)), fitted.learned.head.cut_off
        recalls.append(float((confidence(fitted, test.only(unknown)) < least).mean()))
        given = found.confidence >= least
        kept.append(float(given.mean()))
        right.append(float(found.is_right[given].mean()))
    print(
        f"of areas not learned {np.mean(recalls):.3f} get none; of those learned {np.mean(kept):.3f} get one, right {np.mean(right):.3f}"
    )


def strengths(name: str, train: Texts, background: Texts) -> None:
    """What the strengths were chosen by: loss and accuracy of cross-validation on training parts; no test is looked at."""
    for count in (10, None):
        chosen = train if count is None else train.only(drawn(train, count, 0))
        title(f"{name}, {count or 'all'} of each area: cross-validation within training")
        for by_words in STRENGTHS:
            for by_meaning in STRENGTHS:
                found = fit(name, chosen, background, Strengths(by_words, by_meaning)).validation
                loss = -np.log(found.probabilities[np.arange(len(found.truth)), found.truth]).mean()
                print(
                    f"words {by_words:5g}  meaning {by_meaning:5g}  loss {loss:.4f}  accuracy {found.accuracy:.4f}  "
                    f"share {found.share:.1f}  temperature {found.temperature:.2f}",
                    flush=True,
                )


def cut_off(fitted: Fitted, found: Answered) -> None:
    least = fitted.learned.head.cut_off
    given = found.confidence >= least
    print(f"cut-off {least:.2f}: {given.mean():.3f} get an area, {found.is_right[given].mean():.3f} of these the right one")


def out_of_scope(fitted: Fitted, inside: Answered, outside: Answered) -> None:
    """CLINC150's out-of-scope test, at the cut-off found in training, and as far as the accuracy in scope allows."""
    least = fitted.learned.head.cut_off

    def rates(at: float) -> tuple[float, float]:
        in_scope = float((inside.is_right & (inside.confidence >= at)).mean())
        return in_scope, float((outside.confidence < at).mean())

    in_scope, recall = rates(least)
    spread = interval(lambda chosen: float((outside.confidence[chosen] < least).mean()), len(outside.confidence))
    print(
        f"out of scope at the cut-off found in training: recall {spread} at in-scope accuracy {in_scope:.3f}, None counted as wrong"
    )
    allowed = [at for at in np.linspace(0, 1, 1001).tolist() if rates(at)[0] >= IN_SCOPE]
    if allowed:
        in_scope, recall = rates(max(allowed))
        print(
            f"    the most at in-scope accuracy {IN_SCOPE}: recall {recall:.3f} (in scope {in_scope:.3f}, at p >= {max(allowed):.2f})"
        )


def fit(name: str, train: Texts, background: Texts, by: Strengths | None = None) -> Fitted:
    names = tuple(np.unique(train.areas).tolist())
    places = np.searchsorted(names, train.areas)
    # One text is one example, as in a taxonomy; the last label counts where the set has two.
    unique = {text: (place, row) for row, (text, place) in enumerate(zip(train.texts, places.tolist(), strict=True))}
    examples = tuple(Example(text, place) for text, (place, _) in unique.items())
    rows = np.array([row for _, row in unique.values()])
    material = Material(name, names, examples)
    return fit_seen(material, train.meanings[rows], background.texts, background.meanings, strengths=by)


def answered(fitted: Fitted, asked: Texts) -> Answered:
    head = fitted.learned.head
    rows = [fitted.learned.vocabulary.row(text) for text in asked.texts]
    probabilities = np.exp(head.log_probabilities(rows, asked.meanings))[:, : len(head.labels) - 1]
    labels = {label: place for place, label in enumerate(head.labels)}
    truth = np.array([labels.get(area, -1) for area in asked.areas.tolist()], dtype=np.int64)
    chosen = probabilities.argmax(axis=1)
    return Answered(chosen, probabilities.max(axis=1), chosen == truth, probabilities, truth)


def confidence(fitted: Fitted, asked: Texts) -> NDArray[np.float32]:
    return answered(fitted, asked).confidence


def drawn(train: Texts, count: int, draw: int) -> NDArray[np.int64]:
    """`count` of each area."""
    random = np.random.default_rng(draw)
    places = [random.choice(np.flatnonzero(train.areas == area), count, replace=False) for area in np.unique(train.areas)]
    return np.concatenate(places)


def interval(figure: Callable[[NDArray[np.int64]], float], texts: int) -> str:
    random = np.random.default_rng(0)
    found = [figure(random.integers(0, texts, texts)) for _ in range(RESAMPLED)]
    low, high = np.quantile(found, [0.025, 0.975])
    return f"{figure(np.arange(texts)):.3f} [{low:.3f}, {high:.3f}]"


def seen(name: str, split: str, encoder: Encoder) -> Texts:
    rows = [row for file in FILES[name] for row in read(file) if row["split"] == split]
    texts = [words(None, row["text"]) for row in rows]
    return Texts(texts, np.array([row["intent"] for row in rows]), meanings(texts, encoder))


def read(file: str) -> list[dict[str, str]]:
    with gzip.open(TRIAGE / "training" / "data" / f"{file}.csv.gz") as stream:
        return list(csv.DictReader(io.TextIOWrapper(stream, encoding="utf-8", newline="")))


def title(text: str) -> None:
    print(f"\n## {text}\n", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
