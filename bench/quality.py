"""
`make eval` or `python -m bench.quality [own|critical|spans|languages|public|areas|agreement …]`: how well triage reads.

Everything is measured on committed texts that the model was not trained on. With no part named, all of them run (about
half an hour on one core, most of it for leaving industries out and for areas) and docs/triage-quality.md is written anew.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.metrics import cohen_kappa_score, f1_score
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from bench.areas import lines as of_areas
from services.triage.reading import Reader, Reading, Text
from services.triage.reading.artefact import ENCODER
from services.triage.reading.cleaning import essence, visible
from services.triage.reading.encoder import Encoder
from services.triage.training.__main__ import MAX_TOKENS, Prepared, prepare
from services.triage.training.evaluation import Interval, Predicted, bootstrapped, leaving_industries_out, on
from services.triage.training.examples import CORPUS, examples
from services.triage.training.fitting import MEANING_C, Seen, dispositions, kinds, moods
from services.triage.training.spans import share_of
from shared.events.words import Feeling, Urgency

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray


ROOT: Final = Path(__file__).parent.parent
TRAINING: Final = ROOT / "services" / "triage" / "training"
MODEL: Final = ROOT / "services" / "triage" / "model"
TESTS: Final = TRAINING / "evaluation"
REPORT: Final = ROOT / "docs" / "triage-quality.md"
QUESTIONS: Final = (("disposition", dispositions), ("kind", kinds), ("mood", moods))
OVERLAP: Final = 0.5
LANGUAGES: Final = ("en", "es", "de", "fr", "pt", "it")

INTRODUCTION: Final = """# How well triage reads

Written by `make eval` from committed data; nothing here was trained on, except where industries are left out in turn, and
there each text is read by a model that saw nothing of its industry. In brackets 95 % intervals (percentile bootstrap over texts, 1,000 resamples).
How it reads: [triage-reading.md](triage-reading.md). What it learned from: [the data card](../services/triage/training/data/README.md).
"""


def main(parts: Sequence[str]) -> None:
    """Print the parts asked for; with none asked for, all, and write the report."""
    known: Mapping[str, Callable[[], Iterator[str]]] = {
        "own": own,
        "critical": critical,
        "spans": spans,
        "languages": languages,
        "public": public,
        "areas": areas,
        "agreement": agreement,
    }
    if foreign := set(parts) - set(known):
        sys.exit(f"There is no part {', '.join(sorted(foreign))}; there are {', '.join(known)}.")
    lines: list[str] = []
    for part in parts or known:
        for line in known[part]():
            print(line, flush=True)
            lines.append(line)
    if not parts:
        REPORT.write_text("\n".join([INTRODUCTION, *lines]) + "\n", encoding="utf-8")


def own() -> Iterator[str]:
    """Our own corpus, one whole industry left out at a time."""
    prepared = prepare([e for e in examples(TRAINING) if not e.held_out], _encoder())
    industries = Counter(e.group for e in prepared.seen.examples if e.source == CORPUS)
    yield "\n## Our own corpus, leaving one whole industry out at a time\n"
    yield f"{sum(n >= 100 for n in industries.values())} industries of at least 100 contacts. Unknown answers count as wrong nowhere but in the share given.\n"
    yield "| question | texts | macro-F1 | accuracy | ECE | given above the cut-off | right there | words alone | majority | VADER |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    learned = Reader.load(MODEL).learned.english
    for question, answers in QUESTIONS:
        found = answers(prepared.seen.examples)
        head = getattr(learned, question)
        both, words = leaving_industries_out(prepared.seen, found, head)
        figures = both.quality(head.cut_off)
        sentiment = _vader(prepared, found.places.tolist()) if question == "mood" else ""
        yield (
            f"| {question} | {figures.texts:,} | {both.macro_f1()} | {figures.accuracy:.3f} | {figures.error:.3f} | {figures.given:.2f} "
            f"| {figures.right:.3f} | {words.macro_f1()} | {_majority(both)} | {sentiment} |"
        )


def critical() -> Iterator[str]:
    """Contacts that somebody must see at once, half of them near misses, by an author who did not know the reader."""
    cases = _lines("critical")
    found = np.array([r.urgency is Urgency.CRITICAL for r in _read([case["text"] for case in cases])])
    truth = np.array([case["critical"] for case in cases])
    recall = bootstrapped(lambda items: float(found[items][truth[items]].mean()), items=len(cases))
    precision = bootstrapped(lambda items: float(truth[items][found[items]].mean()), items=len(cases))
    yield "\n## Critical contacts\n"
    yield f"{truth.sum()} that are critical and {(~truth).sum()} near misses (idioms, jokes, fiction, settled cases, questions).\n"
    yield f"Recall {recall}, precision {precision}."
    ordinary = [case["text"] for case in _lines("two_frictions") if not any(f["kind"] == "trust" for f in case["frictions"])]
    ordinary += [case["texts"]["en"] for case in _lines("six_languages") if case["kind"] != "trust"]
    alarms = np.mean([reading.urgency is Urgency.CRITICAL for reading in _read(ordinary)])
    yield f"Of {len(ordinary)} ordinary complaints (the tests below, without those of kind trust) {alarms:.3f} are read as critical."
    yield "\n| theme | cases | read as critical |"
    yield "|---|---|---|"
    for theme in sorted({(not case["critical"], case["theme"]) for case in cases}):
        chosen = np.array([case["theme"] == theme[1] for case in cases])
        yield f"| {theme[1]}{' (near miss)' if theme[0] else ''} | {chosen.sum()} | {found[chosen].mean():.2f} |"


def spans() -> Iterator[str]:
    """Two and three frictions in one contact, underlined by a person."""
    cases = _lines("two_frictions")
    readings = _read([case["text"] for case in cases])
    several = [place for place, case in enumerate(cases) if len(case["frictions"]) > 1]
    single = [place for place, case in enumerate(cases) if len(case["frictions"]) == 1]
    matched = [_matched(case, reading) for case, reading in zip(cases, readings, strict=True)]
    yield "\n## Several frictions in one contact\n"
    yield (
        f"{len(several)} contacts that hold two or three, {len(single)} that hold one told in several sentences. A span found and one underlined "
        f"match where they share at least half of the shorter one's characters (`overlap`), or of what both cover together (`IoU`); each once.\n"
    )
    yield "| match | F1 | precision | recall | F1, kind right too |"
    yield "|---|---|---|---|---|"
    for name, place in (("overlap", 0), ("IoU", 1)):
        rows = np.array([[m[place].same, m[place].kind, m[place].found, m[place].true] for m in (matched[p] for p in several)])
        f1 = _f1_of(rows[:, 0], rows[:, 2], rows[:, 3])
        kind = _f1_of(rows[:, 1], rows[:, 2], rows[:, 3])
        yield f"| {name} ≥ .5 | {f1} | {rows[:, 0].sum() / rows[:, 2].sum():.3f} | {rows[:, 0].sum() / rows[:, 3].sum():.3f} | {kind} |"
    split = np.mean([len(readings[place].frictions) > 1 for place in single])
    yield f"\nOf the contacts that hold one, {split:.3f} are read as several."


def languages() -> Iterator[str]:
    """The same complaints in six languages, written by a person, not translated by a machine."""
    cases = _lines("six_languages")
    read = {language: _read([case["texts"][language] for case in cases]) for language in LANGUAGES}
    kind = {language: [_kind(reading) for reading in readings] for language, readings in read.items()}
    yield "\n## The same 100 complaints in six languages\n"
    yield "| language | told right | kind right | same kind as in English | its vector is nearest to the same complaint in English |"
    yield "|---|---|---|---|---|"
    english = _vectors(read["en"])
    for language in LANGUAGES:
        told = np.mean([reading.language == language for reading in read[language]])
        right = np.mean([found == case["kind"] for found, case in zip(kind[language], cases, strict=True)])
        same = np.mean([found == other for found, other in zip(kind[language], kind["en"], strict=True)])
        nearest = np.mean((_vectors(read[language]) @ english.T).argmax(axis=1) == np.arange(len(cases)))
        yield f"| {language} | {told:.2f} | {right:.2f} | {same:.2f} | {nearest:.2f} |"
    others = [found == other for language in LANGUAGES[1:] for found, other in zip(kind[language], kind["en"], strict=True)]
    agree = bootstrapped(lambda items: float(np.array(others)[items].mean()), items=len(others))
    yield f"\nOver the five other languages the kind is the English one in {agree}."


def public() -> Iterator[str]:
    """The model as committed, on public texts that were held out of its training, their labels in our words."""
    voice = Reader.load(MODEL).learned.english
    everything = examples(TRAINING)
    yield "\n## Public sets, labels mapped to our words\n"
    yield "Official test splits of Banking77, CLINC150 and GoEmotions; a fifth of the others, held out.\n"
    yield "| set | question | texts | macro-F1 | accuracy | ECE | given | right there |"
    yield "|---|---|---|---|---|---|---|---|"
    for source in sorted({e.source for e in everything if e.held_out}):
        chosen = [e for e in everything if e.held_out and e.source == source]
        texts = [essence(visible(e.text)) for e in chosen]
        views = voice.scale.of(_encoder().read(texts).layers)
        seen = Seen(chosen, [voice.vocabulary.row(text) for text in texts], views, MEANING_C)
        for question, answers in QUESTIONS:
            if len((found := answers(chosen)).truth):
                q = on(seen, found, getattr(voice, question))
                yield f"| {source} | {question} | {q.texts:,} | {q.macro_f1:.3f} | {q.accuracy:.3f} | {q.error:.3f} | {q.given:.2f} | {q.right:.3f} |"


def areas() -> Iterator[str]:
    """Areas that a company wrote itself, as `train` learns them."""
    yield "\n## A company's own areas\n"
    yield (
        "Official test splits of Banking77 (3,080) and CLINC150 (4,500, and 1,000 that are out of scope), learned by "
        "`python -m services.triage train` from training parts, on which strengths were chosen, too. Means over the draws. "
        "What the columns mean: [areas.md](areas.md#how-well-it-works)."
    )
    yield from of_areas(())


def agreement() -> Iterator[str]:
    """Two people's labels of the same texts."""
    first = {e.text: e for file in sorted((TRAINING / "corpus").glob("*.jsonl")) for e in _labels(file)}
    second = {
        e["text"]: e for e in map(json.loads, (TRAINING / "corpus" / "second" / "sample.jsonl").read_text("utf-8").splitlines())
    }
    both = [(first[text], said) for text, said in second.items() if text in first]
    one = [(a, b) for a, b in both if len(a.kinds) == len(b["kinds"]) == 1]
    yield "\n## Agreement of two labellings\n"
    yield f"{len(both)} texts of {len(first):,}, labelled again by somebody who saw neither the first labels nor the model (Cohen's κ).\n"
    yield "| question | texts | κ | same |"
    yield "|---|---|---|---|"
    for question in ("disposition", "mood", "urgency"):
        yield _agreed(question, [(str(getattr(a, question)), b[question]) for a, b in both])
    yield _agreed("kind, where both see one", [(str(a.kinds[0]), b["kinds"][0]) for a, b in one])


@dataclass(frozen=True, slots=True)
class Match:
    """Spans that match, those of them of the right kind, spans found, spans there are."""

    same: int
    kind: int
    found: int
    true: int


@dataclass(frozen=True, slots=True)
class _Labels:
    text: str
    disposition: str
    kinds: tuple[str, ...]
    mood: str
    urgency: str


def _labels(file: Path) -> Iterator[_Labels]:
    for said in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
        of_kinds = tuple(f["kind"] for f in said["frictions"]) if said["disposition"] == "friction" else ()
        yield _Labels(said["text"], said["disposition"], of_kinds, said["mood"], said["urgency"])


def _agreed(question: str, pairs: Sequence[tuple[str, str]]) -> str:
    first, second = zip(*pairs, strict=True)
    same = np.mean([a == b for a, b in pairs])
    return f"| {question} | {len(pairs)} | {cohen_kappa_score(first, second):.3f} | {same:.3f} |"


def _matched(case: Mapping[str, Any], reading: Reading) -> tuple[Match, Match]:
    text = str(case["text"])
    true = [(text.index(f["quote"]), text.index(f["quote"]) + len(f["quote"]), f["kind"]) for f in case["frictions"]]
    found = [(f.start, f.end, str(f.kind)) for f in reading.frictions]
    return _match(found, true, _overlap), _match(found, true, lambda a, b: share_of(a[:2], b[:2]))


def _match(
    found: Sequence[tuple[int, int, str]],
    true: Sequence[tuple[int, int, str]],
    alike: Callable[[tuple[int, int, str], tuple[int, int, str]], float],
) -> Match:
    left, same, kind = list(true), 0, 0
    for one in found:
        best = max(left, key=lambda other: alike(one, other), default=None)
        if best is not None and alike(one, best) >= OVERLAP:
            left.remove(best)
            same, kind = same + 1, kind + (one[2] == best[2])
    return Match(same, kind, len(found), len(true))


def _overlap(first: tuple[int, int, str], second: tuple[int, int, str]) -> float:
    return (min(first[1], second[1]) - max(first[0], second[0])) / max(1, min(first[1] - first[0], second[1] - second[0]))


def _f1_of(same: NDArray[np.int64], found: NDArray[np.int64], true: NDArray[np.int64]) -> Interval:
    return bootstrapped(lambda items: float(2 * same[items].sum() / (found[items].sum() + true[items].sum())), items=len(same))


def _kind(reading: Reading) -> str:
    """The likeliest kind of the first friction, whether or not it reaches the cut-off."""
    return str(reading.frictions[0].candidates[0].kind) if reading.frictions else "none"


def _vectors(readings: Sequence[Reading]) -> NDArray[np.float32]:
    return np.array(
        [
            np.frombuffer(r.frictions[0].vector.values, np.int8) * r.frictions[0].vector.scale if r.frictions else np.zeros(384)
            for r in readings
        ]
    )


def _majority(found: Predicted) -> str:
    commonest = np.full(len(found.truth), np.bincount(found.truth).argmax())
    return f"{f1_score(found.truth, commonest, average='macro', zero_division=0):.3f}"


def _vader(prepared: Prepared, places: Sequence[int]) -> str:
    """VADER knows good and bad only: very bad is read as angry, bad as disappointed, good as pleased."""
    analyzer = SentimentIntensityAnalyzer()
    own = [prepared.seen.examples[p] for p in places if prepared.seen.examples[p].source == CORPUS]
    said = [_feeling(analyzer.polarity_scores(e.text)["compound"]) for e in own]
    score: Interval = bootstrapped(
        lambda items: float(
            f1_score(
                [str(own[i].mood) for i in items],
                [said[i] for i in items],
                labels=[str(f) for f in Feeling],
                average="macro",
                zero_division=0,
            )
        ),
        items=len(own),
    )
    return str(score)


def _feeling(compound: float) -> str:
    if compound >= 0.5:
        return Feeling.PLEASED
    if compound <= -0.6:
        return Feeling.ANGRY
    return Feeling.DISAPPOINTED if compound <= -0.2 else Feeling.NEUTRAL


def _encoder() -> Encoder:
    return Encoder.load(MODEL / ENCODER, max_tokens=MAX_TOKENS)


def _read(texts: Sequence[str]) -> list[Reading]:
    return Reader.load(MODEL).read([Text(None, text) for text in texts])


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (TESTS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main(sys.argv[1:])
