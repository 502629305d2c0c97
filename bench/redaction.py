"""How well intake's redaction finds what is personal, type by type, and what it costs."""

import gzip
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from bench.baselines import plain_regexes
from bench.contacts import TEXTS
from bench.measure import Rounds
from bench.report import Report, table
from services.intake.redaction import Find, Redactor

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "intake" / "redaction" / "cases"
PRESIDIO = ROOT / "bench" / "data" / "pii_presidio.jsonl.gz"
TYPES = {
    "CREDIT_CARD": "card",
    "EMAIL_ADDRESS": "email",
    "IBAN_CODE": "iban",
    "IP_ADDRESS": "ip",
    "PHONE_NUMBER": "phone",
    "US_SSN": "national_id",
}
"""Presidio's names of the structured types, and ours."""

THREE = (
    "Since the update on Tuesday the app logs me out every time I open it, and then it wants a code that arrives ten minutes later. By then "
    "the page has expired and I have to begin again. Please write to jane.doe@example.com or call me at 555-123-4567 after six, and do not "
    "charge 4111 1111 1111 1111 again. I need my statements for the tax office this week, so tell me how I get in, or send them by post."
)
TIMES = 2_000
PLAIN, HITS, NONE = "eleven plain regexes, three hits", "redaction, three hits", "redaction, no hit"


@dataclass(frozen=True, slots=True)
class Case:
    """A text and what is personal in it: start, end and type, from the first letter or digit to the last."""

    text: str
    marks: frozenset[tuple[int, int, str]]


@dataclass(frozen=True, slots=True)
class Score:
    """Of one type: how many there are, how many were found, and how many of the finds were right. Exact to the character."""

    true: int
    found: int
    right: int

    def recall(self) -> str:
        return _share(self.right, self.true)

    def precision(self) -> str:
        return _share(self.right, self.found)


@dataclass(frozen=True, slots=True)
class Quality:
    """What was found in one set of texts, type by type; `all` is the last."""

    title: str
    measured: str
    scores: dict[str, Score]

    def printed(self) -> str:
        rows = [
            [kind, f"{score.true:,}", score.recall(), f"{score.found:,}", score.precision()]
            for kind, score in self.scores.items()
        ]
        head = ["", "there are", "recall", "found", "precision"]
        return "\n".join([f"## {self.title}", "", self.measured, "", *table(head, rows)])


def measure(*, rounds: int) -> tuple[Quality | Report, ...]:
    """Recall and precision on written cases and on both halves of presidio's texts, and microseconds."""
    redactor = Redactor()
    written, development, test = list(cases()), list(presidio(is_test=False)), list(presidio(is_test=True))
    no_marks = sum(not case.marks for case in written)
    return (
        Quality(
            "Redaction: written cases",
            f"{len(written):,} texts, {no_marks:,} of them near misses that must stay. Development looked at them.",
            score(redactor, written),
        ),
        Quality(
            "Redaction: presidio, all", f"{len(development + test):,} texts, both halves.", score(redactor, development + test)
        ),
        Quality(
            "Redaction: presidio, development half",
            f"{len(development):,} texts, of even templates.",
            score(redactor, development),
        ),
        Quality(
            "Redaction: presidio, test half",
            f"{len(test):,} texts, of odd templates: nobody looked at them.",
            score(redactor, test),
        ),
        _costs(redactor, rounds),
    )


def cases() -> Iterator[Case]:
    """The hard cases, written by hand."""
    for file in sorted(CASES.glob("*.jsonl")):
        for said in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            at, marks = 0, set()
            for mark in said["marks"]:
                start = said["text"].index(mark["quote"], at)
                at = start + len(mark["quote"])
                marks.add((*_core(said["text"], start, at), mark["type"]))
            yield Case(said["text"], frozenset(marks))


def presidio(*, is_test: bool) -> Iterator[Case]:
    """One half of presidio's synthetic sentences. Sentences of one template are alike, so templates are split: odd ones are the test."""
    with gzip.open(PRESIDIO, "rt", encoding="utf-8") as lines:
        for said in map(json.loads, lines):
            if said["template_id"] % 2 == is_test:
                spans = ((*_core(said["text"], span["start"], span["end"]), TYPES.get(span["type"])) for span in said["spans"])
                yield Case(said["text"], frozenset((start, end, kind) for start, end, kind in spans if kind is not None))


def score(redactor: Redactor, texts: Iterable[Case]) -> dict[str, Score]:
    """A find is right when it is exactly what is there, type included; signs around it do not count."""
    true, found, right = Counter[str](), Counter[str](), Counter[str]()
    for case in texts:
        finds = {told(case.text, find) for find in redactor.finds(case.text)}
        true.update(kind for *_, kind in case.marks)
        found.update(kind for *_, kind in finds)
        right.update(kind for *_, kind in finds & case.marks)
    of_kind = {kind: Score(true[kind], found[kind], right[kind]) for kind in sorted(true | found)}
    return {**of_kind, "all": Score(true.total(), found.total(), right.total())}


def told(text: str, find: Find) -> tuple[int, int, str]:
    return (*_core(text, find.start, find.end), str(find.mark))


def _core(text: str, start: int, end: int) -> tuple[int, int]:
    letters = [place for place in range(start, end) if text[place].isalnum()]
    return (letters[0], letters[-1] + 1) if letters else (start, end)


def _share(part: int, whole: int) -> str:
    """With its 95 % interval. Source: Wilson, "Probable inference", 1927."""
    if not whole:
        return "-"
    p, z = part / whole, 1.96
    middle = (p + z * z / (2 * whole)) / (1 + z * z / whole)
    reach = z * sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    return f"{p:.3f} ({max(0.0, middle - reach):.3f} to {min(1.0, middle + reach):.3f})"


def _costs(redactor: Redactor, rounds: int) -> Report:
    costs = Rounds()
    for _ in range(rounds):
        _time(costs, PLAIN, plain_regexes.redact, [THREE])
        _time(costs, HITS, redactor.redact, [THREE])
        _time(costs, NONE, redactor.redact, TEXTS)
    return Report.of(
        costs,
        "Redaction: cost",
        measured=f"CPU time of this process. {rounds} rounds of {TIMES:,} texts of about 400 characters for each line.",
        subjects=(PLAIN, HITS, NONE),
        baselines=(PLAIN,),
        notes=(
            "Three hits: an e-mail address, a phone number and a card. No hit: the texts of the other parts.",
            "Microseconds are those of this machine as busy as it is; ratios are of the same round.",
        ),
    )


def _time(costs: Rounds, subject: str, redact: Callable[[str], object], texts: Sequence[str]) -> None:
    before = time.process_time()
    for number in range(TIMES):
        redact(texts[number % len(texts)])
    costs.add(subject, time.process_time() - before, TIMES)
