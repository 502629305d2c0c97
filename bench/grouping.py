"""
`python -m bench.grouping`: how discovery groups the demo's complaints.

First all at once, against the issue that consumers chose from a list; then as they arrive, by how many wait when discovery first looks.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.metrics.cluster import pair_confusion_matrix

from deploy.demo.contacts import complaints
from services.insights.rules.grouping import Grain, groups
from services.triage.reading import Reader, Text
from services.triage.reading.vectors import restored

MODEL = Path(__file__).parents[1] / "services" / "triage" / "model"
GRAINS = [
    Grain(floor, density, 0.7, 3) for floor, density in ((0.5, 0.3), (0.5, 0.4), (0.5, 0.5), (0.5, 0.6), (0.6, 0.3), (0.6, 0.5))
]
AT_ONCE = 64
STEP = 400


def read(reader: Reader) -> tuple[NDArray[np.float32], list[str], list[str]]:
    """The vector, the person and the issue of every friction of the sample."""
    vectors, persons, issues = [], [], []
    sample = complaints(datetime.now(UTC).date())
    for start in range(0, len(sample), AT_ONCE):
        some = sample[start : start + AT_ONCE]
        for complaint, reading in zip(some, reader.read([Text(None, complaint.text) for complaint in some]), strict=True):
            for friction in reading.frictions:
                vectors.append(restored(friction.vector))
                persons.append(complaint.number)
                issues.append(complaint.issue)
    return np.stack(vectors).astype(np.float32), persons, issues


def line(grain: Grain, vectors: NDArray[np.float32], persons: Sequence[str], issues: Sequence[str]) -> str:
    """One row of the table: quality is that of what was grouped."""
    found = groups(vectors, persons, grain)
    labels = {row: number for number, group in enumerate(found) for row in group.rows}
    said, chosen = [labels[row] for row in sorted(labels)], [issues[row] for row in sorted(labels)]
    (_, wrong), (_, right) = pair_confusion_matrix(chosen, said)
    scores = [
        len(labels) / len(issues),
        normalized_mutual_info_score(chosen, said),
        adjusted_rand_score(chosen, said),
        right / max(1, right + wrong),
    ]
    largest = sorted((len(group.rows) for group in found), reverse=True)[:5]
    return (
        f"{grain.floor:>5} {grain.density:>8} {len(found):>7} " + " ".join(f"{score:>8.3f}" for score in scores) + f"  {largest}"
    )


def streamed(threshold: float, first: int, vectors: NDArray[np.float32], persons: Sequence[str]) -> str:
    """One row of the second table: what comes joins the nearest signal or waits, and discovery looks again after every STEP."""
    grain = Grain(0.5, 0.5, threshold, 3)
    centres: list[NDArray[np.float32]] = []
    sizes: list[int] = []
    waiting, arrived = list(range(first)), first
    while True:
        found = groups(vectors[waiting], [persons[row] for row in waiting], grain)
        centres += [group.centre for group in found]
        sizes += [len(group.rows) for group in found]
        grouped = {waiting[row] for group in found for row in group.rows}
        waiting = [row for row in waiting if row not in grouped]
        if arrived == len(vectors):
            break
        coming = range(arrived, min(len(vectors), arrived + STEP))
        arrived = coming.stop
        for row in coming:
            cosines = np.array(centres) @ vectors[row] if centres else np.zeros(1)
            if cosines.max() >= threshold:
                sizes[int(cosines.argmax())] += 1
            else:
                waiting.append(row)
    covered = 1 - len(waiting) / len(vectors)
    return f"{threshold:>9} {first:>6} {len(sizes):>8} {covered:>8.2f}  {sorted(sizes, reverse=True)[:5]}"


def main() -> None:
    vectors, persons, issues = read(Reader.load(MODEL))
    print(f"{len(issues):,} frictions of {len(set(persons)):,} complaints, {len(set(issues))} issues")
    print("floor  density  groups  covered      NMI      ARI  precision  largest")
    for grain in GRAINS:
        print(line(grain, vectors, persons, issues))
    print("\nthreshold  first  signals  covered  largest")
    for threshold in (0.6, 0.65, 0.7):
        for first in (150, 400, len(vectors)):
            print(streamed(threshold, first, vectors, persons))


if __name__ == "__main__":
    main()
