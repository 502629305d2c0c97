"""
`python -m bench.reading [speed|grouping …]`: how fast triage reads, and how well its vectors group. From committed data only.

How well it reads is printed by `python -m bench.quality`.
"""

from __future__ import annotations

import resource
import sys
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import normalized_mutual_info_score

from services.triage.reading import Reader, Text
from services.triage.reading.artefact import ENCODER
from services.triage.reading.cleaning import essence
from services.triage.reading.encoder import Encoder
from services.triage.reading.sentences import sentences
from services.triage.reading.vectors import restored
from services.triage.training.examples import Example, examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

TRIAGE: Final = Path(__file__).parent.parent / "services" / "triage"
WORST_CASE: Final = 20_000


def main(parts: Sequence[str]) -> None:
    """Print the parts asked for."""
    everything = examples(TRIAGE / "training")
    if not parts or "speed" in parts:
        speed(everything)
    if not parts or "grouping" in parts:
        grouping(everything)


def speed(everything: Sequence[Example]) -> None:
    """Texts per second of CPU time (a busy machine does not change it), one thread, the whole reading included."""
    title("Speed, one thread, whole reading, by CPU time")
    began = time.perf_counter()
    reader = Reader.load(TRIAGE / "model")
    print(f"ready after {time.perf_counter() - began:.2f} s")
    short = [Text(None, e.text) for e in everything if e.source == "banking77" and e.held_out][:1_000]
    around_110 = [Text(None, e.text) for e in everything if e.source == "cfpb" and 100 <= len(e.text.split()) <= 120]
    for name, texts in (("short (12 words)", short), ("110 words", around_110[:200])):
        began = time.process_time()
        for start in range(0, len(texts), 64):
            reader.read(texts[start : start + 64])
        print(f"{name:20} {len(texts) / (time.process_time() - began):7.0f} texts/s")
    began = time.process_time()
    reader.read([Text(None, ("This is not a short story. " * WORST_CASE)[:WORST_CASE])])
    print(f"{'20,000 characters':20} {(time.process_time() - began) * 1000:7.0f} ms")
    print(
        f"most memory held     {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:7.0f} MB (the examples of this script included)"
    )


def grouping(everything: Sequence[Example]) -> None:
    """What to embed of a long text, judged by CFPB's issues; the vectors of the reader as committed are the last line."""
    title("Grouping: k-means (60 groups, 3 seeds) against CFPB's issue and Banking77's intent")
    encoder = Encoder.load(TRIAGE / "model" / ENCODER)
    reader = Reader.load(TRIAGE / "model")
    counts = Counter(e.label for e in everything if e.source == "cfpb")
    cfpb = [e for e in everything if e.source == "cfpb" and counts[e.label] >= 10]
    issues = [e.label for e in cfpb]
    texts = [essence(e.text) for e in cfpb]
    for tokens in (64, 96, 128):
        vectors = Encoder.load(TRIAGE / "model" / ENCODER, max_tokens=tokens).encode(texts)
        group(f"CFPB, first {tokens} tokens", vectors, issues, 60)
    pieces = [[essence(e.text[s.start : s.end]) for s in sentences(e.text)[:40]] or [""] for e in cfpb]
    flat = encoder.encode([piece for own in pieces for piece in own])
    ends = np.cumsum([0, *map(len, pieces)])
    group("CFPB, mean of sentences", np.array([flat[a:b].mean(axis=0) for a, b in pairwise(ends)]), issues, 60)
    readings = reader.read([Text(None, e.text) for e in cfpb])
    spans = [
        e.text[r.frictions[0].start : r.frictions[0].end] if r.frictions else e.text for e, r in zip(cfpb, readings, strict=True)
    ]
    group("CFPB, strongest sentence", encoder.encode([essence(span) for span in spans]), issues, 60)
    print(f"CFPB, frictions per contact: {dict(Counter(len(r.frictions) for r in readings))}")
    group("CFPB, as the reader does", first_vectors(reader, cfpb), issues, 60)
    tests = [e for e in everything if e.source == "banking77" and e.held_out]
    group("Banking77, as the reader does", first_vectors(reader, tests), [e.label for e in tests], 77)


def first_vectors(reader: Reader, chosen: Sequence[Example]) -> NDArray[np.float32]:
    """The vector of each contact's first friction; zero where none was read."""
    readings = [reading for e in chosen for reading in reader.read([Text(None, e.text)])]
    return np.array([restored(r.frictions[0].vector) if r.frictions else np.zeros(384, np.float32) for r in readings])


def group(name: str, vectors: NDArray[np.float32], labels: Sequence[str], groups: int) -> None:
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    found = [KMeans(groups, n_init=1, random_state=seed).fit_predict(unit) for seed in range(3)]
    nearest = np.argsort(-(unit @ unit.T) + 2 * np.eye(len(unit)), axis=1)[:, :10]
    truth = np.unique(labels, return_inverse=True)[1]
    agree = float((truth[nearest] == truth[:, None]).mean())
    nmi = np.mean([normalized_mutual_info_score(labels, clusters) for clusters in found])
    f1 = np.mean([pairwise_f1(truth, clusters) for clusters in found])
    print(f"{name:32} NMI {nmi:.3f}  pairwise F1 {f1:.3f}  ten nearest of the same label {agree:.3f}")


def pairwise_f1(truth: NDArray[np.int64], clusters: NDArray[np.int64]) -> float:
    """Over all pairs of texts: together in the clustering against together in the labels."""
    table = np.zeros((truth.max() + 1, clusters.max() + 1))
    np.add.at(table, (truth, clusters), 1)
    pairs = [float((n * (n - 1) / 2).sum()) for n in (table, table.sum(axis=0), table.sum(axis=1))]
    return 2 * pairs[0] / (pairs[1] + pairs[2])


def title(text: str) -> None:
    print(f"\n## {text}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
