"""What is marked in the chart of a signal: the fix that shipped, and when versions were first met. In percent of the drawing's width."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.insights.reads.answers import Bucket, Point

NEAREST: Final = 7.0
"""Percent of the width below which two labels would stand on each other: then only the first is written above its line."""


class Sign(StrEnum):
    """A fix is a full line, a version a dotted one."""

    FIX = "fix"
    VERSION = "version"


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened, in few words and in whole ones."""

    at: datetime
    sign: Sign
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class ChartMark:
    """Where a moment stands in a chart; `has_room` is whether its label fits."""

    x: float
    moment: Moment
    has_room: bool


def marks_of(moments: Sequence[Moment], points: Sequence[Point], bucket: Bucket) -> tuple[ChartMark, ...]:
    """The moments inside the chart, in order. A fix has the first claim to room."""
    if not points:
        return ()
    begin, length = points[0].start, len(points) * bucket.length
    places = [((moment.at - begin) / length * 100, moment) for moment in moments]
    inside = [(x, moment) for x, moment in places if 0 <= x <= 100]
    written: list[float] = []
    for x, _ in sorted(inside, key=lambda each: (each[1].sign is not Sign.FIX, each[0])):
        if all(abs(x - other) >= NEAREST for other in written):
            written.append(x)
    return tuple(ChartMark(round(x, 3), moment, has_room=x in written) for x, moment in sorted(inside, key=lambda each: each[0]))
