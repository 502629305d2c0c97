"""
When the signals of a young tenant are arranged anew, and which signal a new group continues.

What three frictions say of a matter is less than what thirty say: the first groups are coarse or torn. So until a tenant has
`SETTLED` frictions they are all grouped again each time there are half as many more, always the first so many in the order of occurrence:
at which counts this happens does not depend on when anybody looks. From then on signals stay as they are, and new ones are found
among what waits.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.insights.rules.grouping import Group

STEPS = (30, 45, 68, 102, 153, 230, 345, 518, 777, 1_166, 1_749, 2_624, 4_000)
"""Counts of frictions at which they are arranged anew."""

SETTLED = STEPS[-1]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """
    What becomes of the signals that were known: `continued` says which one each group goes on as (by its place; those missing are new),
    `absorbed` into which group the others went. A signal of whom no group has a member stays as it is.
    """

    continued: Mapping[int, UUID]
    absorbed: Mapping[UUID, int]


def steps_due(*, arranged: int, frictions: int) -> tuple[int, ...]:
    """The counts at which to arrange, when `arranged` was the last one and there are so many frictions by now."""
    return tuple(step for step in STEPS if arranged < step <= frictions)


def arrangement(found: Sequence[Group], belongs: Sequence[UUID | None]) -> Arrangement:
    """
    Which known signal each group continues: the one it shares most frictions with, each signal once, the largest share first.

    `belongs` tells for each row of the groups which signal it has now.
    """
    shared = Counter(
        (signal_id, place) for place, group in enumerate(found) for row in group.rows if (signal_id := belongs[row]) is not None
    )
    ranked = sorted(shared, key=lambda pair: (-shared[pair], found[pair[1]].rows[0], str(pair[0])))
    continued: dict[int, UUID] = {}
    taken: set[UUID] = set()
    for signal_id, place in ranked:
        if place not in continued and signal_id not in taken:
            continued[place] = signal_id
            taken.add(signal_id)
    absorbed: dict[UUID, int] = {}
    for signal_id, place in ranked:
        if signal_id not in taken:
            absorbed.setdefault(signal_id, place)
    return Arrangement(continued, absorbed)
