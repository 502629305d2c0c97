"""
`python -m bench.reading [quality|leaving-out|grouping|speed …]`: how well triage reads, and how fast. From committed data only.

Without arguments all of it runs, in about a quarter of an hour on one free core, most of it for leaving industries out.
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
from services.triage.reading.artefact import ENCODER, load
from services.triage.reading.cleaning import essence, visible
from services.triage.reading.encoder import Encoder
from services.triage.reading.sentences import sentences
from services.triage.reading.vectors import restored
from services.triage.training.evaluation import Quality, leaving_industries_out, on
from services.triage.training.examples import SEEDS, Example, examples
from services.triage.training.fitting import Seen, dispositions, kinds, moods
from shared.events.words import Disposition, Urgency

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

TRIAGE: Final = Path(__file__).parent.parent / "services" / "triage"
QUESTIONS: Final = (("disposition", dispositions), ("kind", kinds), ("mood", moods))
WORST_CASE: Final = 20_000


def main(parts: Sequence[str]) -> None:
    """Print the parts asked for."""
    everything = examples(TRIAGE / "training")
    if not parts or "speed" in parts:
        speed(everything)
    if not parts or "quality" in parts:
        quality(everything)
        urgency(everything)
        two_in_one(everything)
    if not parts or "grouping" in parts:
        grouping(everything)
    if not parts or "leaving-out" in parts:
        leaving_out(everything)


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


def quality(everything: Sequence[Example]) -> None:
    """The model as committed, on public texts that were held out of its training."""
    title("Held out: official test splits of Banking77, CLINC150 and GoEmotions; a fifth of CFPB, NLU++ and Endava")
    model = load(TRIAGE / "model")
    heads = (model.learned.disposition, model.learned.kind, model.learned.mood)
    for source in sorted({e.source for e in everything if e.held_out}):
        seen = read(model.encoder, [e for e in everything if e.held_out and e.source == source])
        for (question, answers), head in zip(QUESTIONS, heads, strict=True):
            if len((found := answers(seen.examples)).truth):
                show(f"{source} {question}", on(seen, found, head))


def urgency(everything: Sequence[Example]) -> None:
    """The phrases on the seeds they were written beside (so: a check, not evidence), and their alarms on plain questions."""
    title("Critical contacts")
    reader = Reader.load(TRIAGE / "model")
    seeds = [e for e in everything if e.source == SEEDS]
    found = [r.urgency is Urgency.CRITICAL for r in reader.read([Text(None, e.text) for e in seeds])]
    truth = [e.urgency is Urgency.CRITICAL for e in seeds]
    both = sum(f and t for f, t in zip(found, truth, strict=True))
    print(
        f"seeds: recall {both / sum(truth):.3f}, precision {both / max(sum(found), 1):.3f} of {sum(truth)} (same author as the phrases)"
    )
    for source in ("banking77", "clinc150", "goemotions", "cfpb"):
        texts = [Text(None, e.text) for e in everything if e.held_out and e.source == source]
        alarms = Counter(r.urgency_reason for r in reader.read(texts) if r.urgency is Urgency.CRITICAL)
        print(f"{source}: {alarms.total() / len(texts):.3f} of {len(texts)} read as critical {dict(alarms)}")


def two_in_one(everything: Sequence[Example]) -> None:
    """Two complaints put together as one contact, against complaints that are one."""
    title("Several frictions in one contact")
    reader = Reader.load(TRIAGE / "model")
    seeds = [e for e in everything if e.source == SEEDS and e.disposition is Disposition.FRICTION and len(e.kinds) == 1]
    # Sorted by their letters, neighbours differ in intent.
    tests = sorted((e for e in everything if e.source == "banking77" and e.held_out), key=lambda e: e.text)[:600]
    split_and_joined(reader, "seeds (seen in training: an upper bound)", seeds)
    split_and_joined(reader, "Banking77 test (not seen)", tests)


def split_and_joined(reader: Reader, name: str, single: Sequence[Example]) -> None:
    pairs = [(a, b) for a, b in pairwise(single) if a.kinds != b.kinds and (a.source != SEEDS or a.group == b.group)]
    readings = reader.read([Text(None, f"{a.text} {b.text}" if a.text[-1] in ".!?" else f"{a.text}. {b.text}") for a, b in pairs])
    exact = sum({f.kind for f in r.frictions} == {a.kinds[0], b.kinds[0]} for (a, b), r in zip(pairs, readings, strict=True))
    several = sum(len(r.frictions) > 1 for r in readings)
    split = sum(len(r.frictions) > 1 for r in reader.read([Text(None, e.text) for e in single]))
    print(
        f"{name}: of {len(pairs)} with two, {several / len(pairs):.3f} read as several, {exact / len(pairs):.3f} with both kinds and no other;"
    )
    print(f"    of {len(single)} with one, {split / len(single):.3f} read as several")


def grouping(everything: Sequence[Example]) -> None:
    """What to embed of a long text, judged by CFPB's issues; the vectors of the reader as committed are the last line."""
    title("Grouping: k-means (60 groups, 3 seeds) against CFPB's issue and Banking77's intent")
    encoder = Encoder.load(TRIAGE / "model" / ENCODER)
    reader = Reader.load(TRIAGE / "model")
    counts = Counter(e.label for e in everything if e.source == "cfpb")
    cfpb = [e for e in everything if e.source == "cfpb" and counts[e.label] >= 10]
    issues = [e.label for e in cfpb]
    texts = [essence(e.text) for e in cfpb]
    for tokens in (64, 128, 256):
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


def leaving_out(everything: Sequence[Example]) -> None:
    """Our own seeds, each read by models that saw no seed of its industry."""
    title("Own seeds, leaving one industry out at a time")
    model = load(TRIAGE / "model")
    seen = read(model.encoder, [e for e in everything if not e.held_out])
    heads = (model.learned.disposition, model.learned.kind, model.learned.mood)
    for (question, answers), head in zip(QUESTIONS, heads, strict=True):
        show(question, leaving_industries_out(seen, answers(seen.examples), head))


def read(encoder: Encoder, chosen: Sequence[Example]) -> Seen:
    texts = [essence(visible(e.text)) for e in chosen]
    rows = load(TRIAGE / "model").learned.vocabulary.row
    return Seen(chosen, [rows(text) for text in texts], encoder.encode(texts))


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


def show(name: str, figures: Quality) -> None:
    print(
        f"{name:24} n {figures.texts:5}  macro-F1 {figures.macro_f1:.3f}  accuracy {figures.accuracy:.3f}  ECE {figures.error:.3f}  "
        f"above the cut-off {figures.given:.2f}, right there {figures.right:.3f}"
    )


def title(text: str) -> None:
    print(f"\n## {text}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
