"""
Where a signal is going: what came in windows that end now, against its baseline.

Generalised likelihood ratio over windows (Lai, JRSS B 57, 1995): `escalating` when some window holds more contacts than its baseline
explains, by half again or more, unless a shorter one shows that it is over. The windows are those in which a threefold surge becomes
plain at 16, 5, 2 … contacts an hour; how much each must hold follows from how often chance gets a look at it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from services.insights.rules.surprise import surprise
from shared.events import Trend

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

WINDOWS: Final = np.array([0.25, 1, 3, 8, 24, 168], dtype=np.float64)
"""Hours, the shortest first."""

SURPRISES: Final = np.array([5.0, 4.35, 4.5, 4.1, 4.1, 3.9], dtype=np.float64)
"""From which surprise on a window escalates: together one false alarm in more than 100 weeks of a signal (`python -m bench trend`)."""

LARGE: Final = 1.5
"""A change by less is none, however sure."""

OVER: Final = 3.0
"""How surprisingly little must have come lately, had it gone on, for an escalation to be over."""

EASED: Final = 3.0
"""How surprisingly little must have come in a day or a week."""

YOUNG: Final = timedelta(weeks=2)
"""A signal whose first contact is younger has no whole week before the last one to be compared with."""

SILENCE: Final = timedelta(weeks=4)
"""A signal that nobody has met for so long is quiet."""

_LONG: Final = slice(4, None)


@dataclass(frozen=True, slots=True)
class Windows:
    """
    What came and what was expected, one column per window of WINDOWS, one row per signal.

    `variances` are the relative variances of the rate over each window.
    """

    observed: Floats
    expected: Floats
    variances: Floats


def uncompared(*, first: datetime | None, last: datetime | None, now: datetime) -> Trend | None:
    """The trend of a signal that was met first and last then, where nothing has to be compared; else None."""
    if first is None or last is None or last <= now - SILENCE:
        return Trend.QUIET
    return Trend.NEW if first > now - YOUNG else None


def compared(windows: Windows) -> list[Trend]:
    """The trend of each signal."""
    return [_trend(*row) for row in zip(escalating(windows), easing(windows), strict=True)]


def escalating(windows: Windows) -> Bools:
    """Which rows hold more than is explained, and still do."""
    observed, expected = windows.observed, windows.expected
    is_more = (surprise(observed, expected, windows.variances) >= SURPRISES) & (observed >= LARGE * expected)
    return np.asarray((is_more & ~_is_over(windows)).any(-1))


def easing(windows: Windows) -> Bools:
    """Which rows hold less than is explained, over a day or a week."""
    observed, expected, variances = (each[..., _LONG] for each in (windows.observed, windows.expected, windows.variances))
    return np.asarray(((surprise(observed, expected, variances) <= -EASED) & (LARGE * observed <= expected)).any(-1))


def _is_over(windows: Windows) -> Bools:
    """For each window, whether a shorter one holds too little for the window's own rate."""
    observed, expected, variances = windows.observed, windows.expected, windows.variances
    is_over = np.zeros(observed.shape, dtype=np.bool_)
    for longer in range(1, len(WINDOWS)):
        ratio = observed[..., longer, None] / expected[..., longer, None]
        lately = surprise(observed[..., :longer], np.maximum(ratio, 1) * expected[..., :longer], variances[..., :longer])
        is_over[..., longer] = (lately <= -OVER).any(-1)
    return is_over


def _trend(is_escalating: np.bool_, is_easing: np.bool_) -> Trend:
    if is_escalating:
        return Trend.ESCALATING
    return Trend.EASING if is_easing else Trend.STEADY
