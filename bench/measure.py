"""CPU time per item, measured in rounds: A B A B …, so that whatever disturbs the machine disturbs all alike."""

import contextlib
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of several rounds, and their least and most."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(statistics.median(values), min(values), max(values))


class Rounds:
    """What an item cost each subject, round by round, in microseconds of CPU time."""

    def __init__(self) -> None:
        self._costs: dict[str, list[float]] = defaultdict(list)

    def add(self, subject: str, seconds: float, items: int) -> None:
        """One round more of `subject`: `seconds` of CPU time for so many items."""
        self._costs[subject].append(seconds / items * 1e6)

    def cost(self, subject: str) -> Spread:
        return Spread.of(self._costs[subject])

    def ratio(self, subject: str, baseline: str) -> Spread:
        """Of the costs of the same round, so that a slow minute of the machine cancels out."""
        return Spread.of([cost / bare for cost, bare in zip(self._costs[subject], self._costs[baseline], strict=True)])

    def rest(self, subject: str, *parts: str) -> Spread:
        """What is left of the cost of `subject` without its `parts`, round by round."""
        columns = zip(self._costs[subject], *(self._costs[part] for part in parts), strict=True)
        return Spread.of([whole - sum(others) for whole, *others in columns])


class Clock:
    """The CPU time of a process: user and system, all its threads; with `family` also of its children, those that ended too."""

    def __init__(self, pid: int, *, family: bool = False) -> None:
        self._process = psutil.Process(pid)
        self._family = family

    def seconds(self) -> float:
        if not self._family:
            return _seconds(self._process)
        ended = self._process.cpu_times()
        seconds = _seconds(self._process) + ended.children_user + ended.children_system
        for child in self._process.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess, OSError):
                seconds += _seconds(child)
        return seconds


def _seconds(process: psutil.Process) -> float:
    if sys.platform == "linux":
        # The clock that clock_getcpuclockid(3) names: nanoseconds, where psutil has hundredths of a second.
        return time.clock_gettime_ns(~process.pid << 3 | 2) / 1e9
    used = process.cpu_times()
    return used.user + used.system
