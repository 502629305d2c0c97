"""Frictions that arrive one at a time, grouped as the service does it, by the service's own rules, without a database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.insights.discovery import LATEST
from services.insights.rules.arrangement import STEPS, arrangement
from services.insights.rules.grouping import Grain, Group, groups
from services.insights.rules.nearest import nearest
from services.insights.settings import InsightsSettings

Matrix = NDArray[np.float32]

GRAIN = Grain(
    threshold=InsightsSettings.model_fields["signal_threshold"].default,
    people=InsightsSettings.model_fields["signal_people"].default,
)
EVERY = 500
"""Frictions between two looks at what waits."""


@dataclass
class Arriving:
    """
    What has arrived so far. Every friction is somebody else's; its id is its number in the order of arrival.

    `belongs` says whose signal each is of: the number of the friction that founded it, -1 where it waits.
    """

    vectors: Matrix
    every: int = EVERY
    belongs: NDArray[np.int64] = field(init=False)
    centres: dict[int, Matrix] = field(default_factory=dict)
    founded: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.belongs = np.full(len(self.vectors), -1)

    def run(self) -> NDArray[np.int64]:
        """Let all arrive."""
        arrived = 0
        for until in sorted({*STEPS, *range(self.every, len(self.vectors), self.every), len(self.vectors)}):
            if until > len(self.vectors):
                break
            self._arrive(arrived, until)
            arrived = until
            if until in STEPS:
                self._arrange(until)
            else:
                self._look(np.flatnonzero(self.belongs[:until] < 0)[-LATEST:])
        return self.belongs

    def _arrive(self, first: int, until: int) -> None:
        signals = sorted(self.centres)
        if signals and until > first:
            centres = np.stack([self.centres[signal] for signal in signals])
            ids = tuple(UUID(int=signal) for signal in signals)
            found = nearest(self.vectors[first:until], centres, ids, threshold=GRAIN.threshold)
            self.belongs[first:until] = [-1 if near is None else near.signal_id.int for near in found]

    def _arrange(self, until: int) -> None:
        found = groups(self.vectors[:until], _persons(until), GRAIN)
        plan = arrangement(found, [None if signal < 0 else UUID(int=int(signal)) for signal in self.belongs[:until]])
        heirs = {}
        for place, group in enumerate(found):
            known = plan.continued.get(place)
            heirs[place] = (
                self._open(group, np.arange(until)) if known is None else self._take(known.int, group, np.arange(until))
            )
        for gone, place in plan.absorbed.items():
            self.belongs[self.belongs == gone.int] = heirs[place]
            del self.centres[gone.int]

    def _look(self, waiting: NDArray[np.int64]) -> None:
        for group in groups(self.vectors[waiting], _persons(len(waiting)), GRAIN):
            self._open(group, waiting)

    def _open(self, group: Group, rows: NDArray[np.int64]) -> int:
        founding = next(int(row) for row in rows[list(group.rows)] if int(row) not in self.founded)
        self.founded.add(founding)
        return self._take(founding, group, rows)

    def _take(self, signal: int, group: Group, rows: NDArray[np.int64]) -> int:
        self.centres[signal] = group.centre
        self.belongs[rows[list(group.rows)]] = signal
        return signal


def _persons(number: int) -> Sequence[str]:
    return [str(person) for person in range(number)]
