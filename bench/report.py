"""A table for people, and the same for machines."""

from collections.abc import Iterable
from dataclasses import dataclass

from bench.measure import Rounds, Spread


@dataclass(frozen=True, slots=True)
class Line:
    """One subject: its cost as ratios, one to each baseline, and in microseconds of CPU time per contact."""

    subject: str
    ratios: tuple[Spread, ...]
    cost: Spread


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured, how, and what came out; `baselines` are what the ratios are to."""

    title: str
    measured: str
    baselines: tuple[str, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(
        cls,
        rounds: Rounds,
        title: str,
        *,
        measured: str,
        subjects: Iterable[str],
        baselines: tuple[str, ...],
        notes: tuple[str, ...],
    ) -> "Report":
        lines = tuple(
            Line(subject, tuple(rounds.ratio(subject, bare) for bare in baselines), rounds.cost(subject)) for subject in subjects
        )
        return cls(title, measured, baselines, lines, notes)

    def printed(self) -> str:
        """In Markdown, which a terminal shows well enough."""
        head = ["", *(f"ratio to {bare}" for bare in self.baselines), "CPU µs a contact"]
        rows = [[line.subject, *(ratio(one) for one in line.ratios), microseconds(line.cost)] for line in self.lines]
        return "\n".join(
            [f"## {self.title}", "", self.measured, "", *table(head, rows), "", *(f"* {note}" for note in self.notes)]
        )


def ratio(spread: Spread) -> str:
    return f"{spread.median:.2f} ({spread.least:.2f} to {spread.most:.2f})"


def microseconds(spread: Spread) -> str:
    return f"{spread.median:,.0f} ({spread.least:,.0f} to {spread.most:,.0f})"


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """Lines of Markdown: the first column to the left, the others to the right."""
    widths = [max(len(row[place]) for row in [head, *rows]) for place in range(len(head))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    first, *others = widths
    return [
        "| " + " | ".join([row[0].ljust(first), *(cell.rjust(width) for cell, width in zip(row[1:], others, strict=True))]) + " |"
        for row in [head, rule, *rows]
    ]
