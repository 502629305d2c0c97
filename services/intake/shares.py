"""Bytes in memory, shared out fairly."""

from shared.errors import Retryable


class Full(Retryable):
    """There is no room for it now."""

    code = "overloaded"


class Shares:
    """
    Room for `total` bytes. Each name may hold as much as is still free beside it: half of it alone, a third each of two, and
    never so much that nobody else gets in.

    Source: dynamic thresholds with factor 1, Choudhury and Hahne, IEEE/ACM Transactions on Networking 6(2), 1998.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self.held = 0
        self._by_name: dict[str, int] = {}

    def take(self, name: str, size: int) -> None:
        """Hold `size` bytes more. Raises Full."""
        if self._by_name.get(name, 0) + size > self.total - self.held - size:
            raise Full("too much is waiting already")
        self.held += size
        self._by_name[name] = self._by_name.get(name, 0) + size

    def give_back(self, name: str, size: int) -> None:
        self.held -= size
        left = self._by_name.pop(name, 0) - size
        if left:
            self._by_name[name] = left
