"""Names of people: found by whatever recogniser the operator plugs in, by none unless one is."""

from collections.abc import Iterable
from typing import Protocol, runtime_checkable


@runtime_checkable
class NameRecogniser(Protocol):
    """
    Finds names of people.

    It is called on the event loop for every field that is redacted: tens of microseconds are well, milliseconds are not.
    """

    def names(self, text: str) -> Iterable[tuple[int, int]]:
        """Start and end (exclusive), in characters, of each name in `text`."""
