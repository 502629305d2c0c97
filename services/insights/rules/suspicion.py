"""Which record a process died at. A death is known from the attempt that was written ahead and never finished."""

from dataclasses import dataclass

FATAL = 3
"""Deaths at the same record after which it is buried."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Records `first` to `until`, excluded, were begun; `deaths` of them at the same single record."""

    first: int
    until: int
    deaths: int = 0

    @property
    def is_single(self) -> bool:
        return self.until == self.first + 1


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What a partition is read with after a process died: one record at a time below `until`."""

    until: int
    record: int | None = None
    deaths: int = 0

    def deaths_at(self, offset: int) -> int:
        """How often a process died at this very record."""
        return self.deaths if offset == self.record else 0

    def is_fatal(self, offset: int) -> bool:
        return self.deaths_at(offset) >= FATAL


def suspect(found: Attempt | None) -> Suspicion | None:
    """What follows from an attempt that was found unfinished. Death in a batch accuses no record: only reading one at a time can."""
    if found is None:
        return None
    if found.is_single:
        return Suspicion(found.until, found.first, found.deaths + 1)
    return Suspicion(found.until)
