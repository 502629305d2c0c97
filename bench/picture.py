"""Curves as SVG: one panel each, one under the other, over the same axis. Written by hand, since no other picture is needed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 720
HEIGHT: Final = 170
LEFT: Final = 64
TOP: Final = 34
GAP: Final = 46


@dataclass(frozen=True, slots=True)
class Curve:
    """Values over the axis; what is infinite is left out."""

    name: str
    values: Sequence[float]
    is_logarithmic: bool = False


def picture(axis: str, places: Sequence[float], curves: Sequence[Curve], *, mark: float) -> str:
    """The curves over `places`, with a line at `mark`. Legible on light and dark ground."""
    height = TOP + len(curves) * (HEIGHT + GAP) + 8
    right = max(places)

    def x(place: float) -> float:
        return LEFT + (WIDTH - LEFT - 16) * place / right

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12" fill="#777">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
    ]
    for number, curve in enumerate(curves):
        top = TOP + number * (HEIGHT + GAP)
        parts += _panel(curve, [x(place) for place in places], top, x(mark))
        parts += [
            f'<text x="{x(place):.0f}" y="{top + HEIGHT + 16}" text-anchor="middle">{place:,.0f}</text>' for place in places[::2]
        ]
    parts += [f'<text x="{WIDTH - 16}" y="{height - 6}" text-anchor="end">{axis}; the line is the knee</text>', "</svg>"]
    return "\n".join(parts) + "\n"


def _panel(curve: Curve, xs: Sequence[float], top: int, mark: float) -> list[str]:
    ticks = _decades(curve.values) if curve.is_logarithmic else _steps(curve.values)
    low, high = (math.log(ticks[0]), math.log(ticks[-1])) if curve.is_logarithmic else (ticks[0], ticks[-1])

    def y(value: float) -> float:
        at = math.log(value) if curve.is_logarithmic else value
        return top + HEIGHT * (1 - (at - low) / (high - low))

    points = " ".join(f"{x:.1f},{y(value):.1f}" for x, value in zip(xs, curve.values, strict=True) if math.isfinite(value))
    return [
        f'<text x="{LEFT}" y="{top - 10}" fill="#222" font-weight="bold">{curve.name}</text>',
        *(f'<path d="M{LEFT} {y(tick):.1f}H{WIDTH - 16}" stroke="#ddd"/>' for tick in ticks),
        *(f'<text x="{LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:,g}</text>' for tick in ticks),
        f'<path d="M{mark:.1f} {top}V{top + HEIGHT}" stroke="#c44" stroke-dasharray="4 3"/>',
        f'<polyline points="{points}" fill="none" stroke="#2a6" stroke-width="2"/>',
    ]


def _steps(values: Sequence[float]) -> list[float]:
    high = max(values)
    step = 10 ** math.floor(math.log10(high))
    step = next(part * step for part in (0.1, 0.2, 0.5, 1, 2) if high / (part * step) <= 6)
    return [step * number for number in range(math.ceil(high / step) + 1)]


def _decades(values: Sequence[float]) -> list[float]:
    finite = [value for value in values if math.isfinite(value)]
    low, high = math.floor(math.log10(min(finite))), math.ceil(math.log10(max(finite)))
    return [10.0**power for power in range(low, max(high, low + 1) + 1)]
