"""
The job that says what insights has to say: the outbox → Kafka, in order, at least once.

One leader does it. What was acknowledged by the brokers is taken out of the outbox; who dies in between says it again under the same ids.
"""

from typing import Final

from services.insights.store import locks, outbox
from services.insights.store.connection import Pool, transaction
from services.insights.store.outbox import Standing
from shared.kafka import Publisher

JOB: Final = "publishing"

AT_ONCE: Final = 500
"""Events read and said together, at most. One is 100 kB at most, and usually 1 kB."""


class Publishing:
    """Empties the outbox. Several may run: one at a time does the work."""

    def __init__(self, pool: Pool, *, publisher: Publisher) -> None:
        self._pool = pool
        self._publisher = publisher
        self.standing = Standing(depth=0, age=0.0)
        """What waited at the last look."""

    async def run_once(self) -> int:
        """
        Say what waits longest, AT_ONCE events at most; returns how many were said.

        Raises Unavailable when PostgreSQL or the brokers are away: then everything waits on.
        """
        async with transaction(self._pool) as connection:
            self.standing = await outbox.standing(connection)
        return await self._publish() if self.standing.depth else 0

    async def _publish(self) -> int:
        async with locks.leading(self._pool, JOB) as is_leader:
            if not is_leader:
                return 0
            async with transaction(self._pool) as connection:
                waiting = await outbox.first(connection, limit=AT_ONCE)
            await self._publisher.publish(list(waiting.values()))
            async with transaction(self._pool) as connection:
                await outbox.remove(connection, waiting)
        return len(waiting)
