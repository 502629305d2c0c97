"""
Who waits for news: streams, each of one tenant, at most so many.

One look a second says which tenants have something new, as long as anybody waits: it needs no connection of its own, misses nothing
while PostgreSQL is away, and costs the same however many wait. What is new each stream reads for itself, so nobody's pace is another's.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import structlog

from services.insights.reads.news import latest_positions
from services.insights.store.connection import Pool, transaction
from shared.errors import FailbetterError, Unavailable
from shared.tasks import Lifetime

log = structlog.get_logger(__name__)


class NoSeat(FailbetterError):
    """As many streams are open as may be."""

    code = "too_many_streams"


@dataclass(frozen=True, slots=True)
class Seats:
    """Streams of this process: of all tenants, and of one."""

    all: int
    tenant: int


class Newsroom:
    """Wakes whoever waits for news of a tenant, as soon as there is any or it is time to stop."""

    def __init__(self, pool: Pool, lifetime: Lifetime, *, seats: Seats, look_seconds: float = 1.0) -> None:
        self._pool = pool
        self._lifetime = lifetime
        self._seats = seats
        self._look_seconds = look_seconds
        self._taken: Counter[str] = Counter()
        self._latest: dict[str, int] = {}
        self._news = asyncio.Condition()

    @property
    def taken(self) -> int:
        """How many streams are open."""
        return self._taken.total()

    @property
    def is_closing(self) -> bool:
        """Whether streams should end: whoever reads them comes again, to another process."""
        return self._lifetime.draining.is_set() or self._lifetime.stopping.is_set()

    @contextmanager
    def seat(self, tenant: str) -> Iterator[None]:
        """Be counted for as long as the block lasts. Raises NoSeat."""
        if self.taken >= self._seats.all or self._taken[tenant] >= self._seats.tenant:
            raise NoSeat("as many streams are open as may be")
        self._taken[tenant] += 1
        try:
            yield
        finally:
            self._taken[tenant] -= 1
            if not self._taken[tenant]:
                del self._taken[tenant]
                self._latest.pop(tenant, None)

    async def wait(self, tenant: str, position: int, *, within: float) -> None:
        """Return when there is news after `position`, when it is time to stop, or after `within` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within), self._news:
                await self._news.wait_for(lambda: self.is_closing or self._latest.get(tenant, 0) > position)

    async def run(self) -> None:
        """Look for news until it is time to stop."""
        while not self.is_closing:
            if self._taken:
                await self._look()
            await self._pause()
        async with self._news:
            self._news.notify_all()

    async def _look(self) -> None:
        try:
            async with transaction(self._pool) as connection:
                latest = await latest_positions(connection, list(self._taken))
        except Unavailable as error:
            log.warning("newsroom.waiting", reason=str(error))
            return
        async with self._news:
            self._latest = {tenant: position for tenant, position in latest.items() if tenant in self._taken}
            self._news.notify_all()

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._look_seconds):
                await self._lifetime.draining.wait()
