"""
`python -m bench.grouping`: how well signals are found without labels, one contact at a time, by the rules the service runs.

Banking77 (test and train) against its intents, and complaints of the CFPB against the issue that consumers chose from a list (a weak
yardstick). `--also FILE.csv.gz` adds a set of your own with the columns `text` and `intent`. All of these were looked at when the constants of
the rules were chosen: for a fair judgement bring a set of your own. Texts are read once and their vectors kept in .cache/.
"""

import argparse
import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.metrics.cluster import pair_confusion_matrix

from bench.arriving import Arriving
from services.triage.reading.encoder import Encoder

ROOT = Path(__file__).parents[1]
DATA = ROOT / "services" / "triage" / "training" / "data"
ENCODER = ROOT / "services" / "triage" / "model" / "encoder"
CACHE = ROOT / ".cache" / "grouping"
ORDERS = 5
SIZES = (500, 1_000, 2_000, 4_000, 8_000, 13_000)
HEAD = f"{'':<26}{'n':>7}{'signals':>9}{'alone':>7}{'NMI':>7}{'ARI':>7}{'prec.':>7}{'recall':>7}{'NMI of grouped':>16}{'s':>6}"


@dataclass(frozen=True, slots=True)
class Labelled:
    """Unit vectors and what people say each is about."""

    vectors: NDArray[np.float32]
    labels: NDArray[np.str_]

    def some(self, number: int, seed: int) -> "Labelled":
        rows = np.random.default_rng(seed).permutation(len(self.labels))[:number]
        return Labelled(self.vectors[rows], self.labels[rows])


def labelled(file: Path, *, text: str, label: str, split: str | None = None) -> Labelled:
    """The rows of a file that have a label, of one split where one is named."""
    kept = CACHE / f"{file.name.removesuffix('.csv.gz')}-{split or 'all'}.npz"
    if not kept.exists():
        csv.field_size_limit(10_000_000)
        with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
            rows = [row for row in csv.DictReader(lines) if split in {None, row.get("split")} and row[label] not in {"", "oos"}]
        encoder = Encoder.load(ENCODER)
        parts = [encoder.encode([row[text] for row in rows[start : start + 256]]) for start in range(0, len(rows), 256)]
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.savez(kept, vectors=np.concatenate(parts), labels=np.array([row[label] for row in rows]))
    stored = np.load(kept)
    return Labelled(stored["vectors"], stored["labels"])


def line(name: str, truth: Labelled, said: NDArray[np.int64], seconds: float) -> str:
    """One row of the table. Who is alone is a group of one; the last figure leaves them out."""
    alone = said < 0
    whole = np.where(alone, np.arange(len(said)) + len(said), said)
    (_, wrong), (missed, right) = pair_confusion_matrix(truth.labels, whole)
    figures = (
        normalized_mutual_info_score(truth.labels, whole),
        adjusted_rand_score(truth.labels, whole),
        right / max(1, right + wrong),
        right / max(1, right + missed),
    )
    grouped = normalized_mutual_info_score(truth.labels[~alone], said[~alone])
    return (
        f"{name:<26}{len(said):>7,}{len(set(said[~alone])):>9}{alone.mean():>7.1%}"
        + "".join(f"{figure:>7.3f}" for figure in figures)
        + f"{grouped:>16.3f}{seconds:>6.0f}"
    )


def arrived(name: str, truth: Labelled) -> str:
    started = process_time()
    return line(name, truth, Arriving(truth.vectors).run(), process_time() - started)


def k_means(name: str, truth: Labelled) -> str:
    started = process_time()
    said = KMeans(len(set(truth.labels)), n_init=4, random_state=1).fit_predict(truth.vectors)
    return line(f"{name}, k-means, true k", truth, said.astype(np.int64), process_time() - started)


def rows(also: list[Path], *, sizes: bool) -> Iterator[str]:
    test, train = (labelled(DATA / "banking77.csv.gz", text="text", label="intent", split=split) for split in ("test", "train"))
    cfpb = labelled(DATA / "cfpb.csv.gz", text="narrative", label="issue")
    yield HEAD
    for seed in range(ORDERS):
        yield arrived(f"Banking77 test, order {seed + 1}", test.some(len(test.labels), seed))
    yield k_means("Banking77 test", test)
    yield arrived("Banking77 train", train.some(len(train.labels), 1))
    for seed in range(ORDERS):
        yield arrived(f"CFPB, order {seed + 1}", cfpb.some(len(cfpb.labels), seed))
    yield k_means("CFPB", cfpb)
    for file in also:
        other = labelled(file, text="text", label="intent")
        yield arrived(file.name.removesuffix(".csv.gz"), other.some(13_000, 1))
    if sizes:
        both = Labelled(np.concatenate([test.vectors, train.vectors]), np.concatenate([test.labels, train.labels]))
        for number in SIZES:
            yield arrived("Banking77, both", both.some(number, 1))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.grouping", description=__doc__)
    parser.add_argument("--also", type=Path, nargs="*", default=[DATA / "clinc150_more.csv.gz"], help="more sets: text, intent")
    parser.add_argument("--no-sizes", action="store_true", help="leave the table by n out")
    told = parser.parse_args()
    for each in rows(told.also, sizes=not told.no_sizes):
        print(each, flush=True)


if __name__ == "__main__":
    main()
