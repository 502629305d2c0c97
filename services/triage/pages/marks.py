"""A text cut where its frictions begin and end. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from shared.events import Span


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a text, and the number of the friction it belongs to, from 1; None: to none. `is_last` of its friction."""

    words: str
    friction: int | None = None
    is_last: bool = False


def passages(text: str, spans: Sequence[Span]) -> tuple[Passage, ...]:
    """The whole text, in order. Where spans overlap, the one that begins later has the words; the other goes on behind it."""
    owners: list[int | None] = [None] * len(text)
    for number, span in sorted(enumerate(spans, 1), key=lambda each: (each[1].start, -each[1].end)):
        owners[span.start : span.end] = [number] * len(owners[span.start : span.end])
    edges = [0, *(at for at in range(1, len(text)) if owners[at] != owners[at - 1]), len(text)]
    last = {owners[start]: start for start in edges[:-1]} if text else {}
    return tuple(
        Passage(text[start:end], owners[start], is_last=owners[start] is not None and last[owners[start]] == start)
        for start, end in pairwise(edges)
        if start < end
    )
