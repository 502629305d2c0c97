"""
The geometry of the charts: where bars, ticks and labels go, in percent of the drawing, so that they fit every screen.

No colours and no markup here; the templates draw.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import floor, log10
from typing import Final

from services.insights.reads.answers import Point

GAP: Final = 0.24
"""Share of a slot that stays white between two bars."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar, in percent of the drawing's width and height; `middle` is where a label belongs."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    point: Point


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the drawing at `y` percent, and what it stands for."""

    y: float
    value: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A label under the drawing, its middle at `x` percent."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything a template needs to draw one series."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]
    highest: int


def chart(points: Sequence[Point], *, labels: int = 5) -> Chart:
    """A chart with a round axis and at most `labels` dates under it."""
    ticks = _round_ticks(max((point.contacts for point in points), default=0))
    top = ticks[-1]
    return Chart(
        bars=_bars(points, top),
        ticks=tuple(Tick(y=100 - 100 * value / top, value=value) for value in ticks),
        marks=_marks(points, labels),
        highest=max((point.contacts for point in points), default=0),
    )


def sparkline(points: Sequence[Point]) -> Chart:
    """A chart without axes: the highest bar fills the drawing."""
    highest = max((point.contacts for point in points), default=0)
    return Chart(bars=_bars(points, max(highest, 1)), ticks=(), marks=(), highest=highest)


def _bars(points: Sequence[Point], top: int) -> tuple[Bar, ...]:
    slot = 100 / max(len(points), 1)
    return tuple(
        Bar(
            x=round(slot * (place + GAP / 2), 3),
            y=round(100 - 100 * point.contacts / top, 3),
            width=round(slot * (1 - GAP), 3),
            height=round(100 * point.contacts / top, 3),
            middle=round(slot * (place + 0.5), 3),
            point=point,
        )
        for place, point in enumerate(points)
    )


def _round_ticks(highest: int, *, wanted: int = 4) -> tuple[int, ...]:
    raw = max(highest, 1) / wanted
    magnitude = 10 ** floor(log10(raw)) if raw >= 1 else 1
    step = next(step for step in (1, 2, 5, 10) if step * magnitude >= raw) * magnitude
    steps = -(-max(highest, 1) // step)
    return tuple(step * place for place in range(steps + 1))


def _marks(points: Sequence[Point], labels: int) -> tuple[Mark, ...]:
    if not points:
        return ()
    every = -(-len(points) // labels)
    # Counted from the end: the latest bucket is the one people look for.
    places = sorted(range(len(points) - 1, -1, -every))
    is_within_a_day = points[-1].start - points[0].start < timedelta(days=2)
    slot = 100 / len(points)
    return tuple(
        Mark(
            x=round(slot * (place + 0.5), 3),
            text=f"{points[place].start:%H:%M}" if is_within_a_day else f"{points[place].start.day} {points[place].start:%b}",
        )
        for place in places
    )
