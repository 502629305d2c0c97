"""What every format can do."""

from collections.abc import Sequence
from typing import Protocol

from services.insights.reads.export import Row


class Encoder(Protocol):
    """Takes pages in turn, then the end. Not for two threads at once."""

    def page(self, rows: Sequence[Row]) -> bytes:
        """The bytes that can be sent once these rows are known; maybe none yet."""

    def end(self) -> bytes:
        """The bytes that end the file."""
