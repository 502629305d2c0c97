"""The logs, followed from where PostgreSQL stands: portion by portion, one in flight, each counted exactly once."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, KafkaError

from services.insights.bookmarks import Bookmarks, Portion
from services.insights.burial import TooManyBurials, dead_letter, in_a_row
from services.insights.hearing import HEARD, Heard, hear
from services.insights.metrics import Metrics
from services.insights.pipeline import Ledger
from services.insights.store import offsets
from services.insights.store.connection import Pool, transaction
from services.insights.store.offsets import Overtaken
from shared.clock import Clock
from shared.errors import Unavailable
from shared.kafka import Batch, KafkaSettings, LagCollector, Lags, Publisher, joined
from shared.tasks import Lifetime

log = structlog.get_logger(__name__)

T = TypeVar("T")

POLL_SECONDS = 0.2
COMMIT_SECONDS = 2.0
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is taken at a time, and what is too much."""

    batch_records: int
    burials: int


class Stopping(Exception):
    """It is time to stop, and what was begun cannot be finished."""


class Sink:
    """
    Every record is counted or buried exactly once, whatever dies in between.

    While PostgreSQL or the brokers are away it waits and tries again. A bug ends it, and with it the process.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        lifetime: Lifetime,
        *,
        group: str,
        instance: str | None,
        pool: Pool,
        ledger: Ledger,
        publisher: Publisher,
        limits: Limits,
        metrics: Metrics,
        lag: LagCollector,
        clock: Clock,
    ) -> None:
        self._kafka = kafka
        self._lifetime = lifetime
        self._group = group
        self._instance = instance
        self._pool = pool
        self._ledger = ledger
        self._publisher = publisher
        self._limits = limits
        self._metrics = metrics
        self._lag = lag
        self._clock = clock
        self._bookmarks = Bookmarks(kafka, pool)
        self._burials = 0

    async def run(self) -> None:
        """Count until it is time to stop; then finish the portion in flight."""
        while not self._lifetime.stopping.is_set():
            async with joined(
                self._kafka,
                self._lifetime,
                topics=[topic.name for topic in HEARD],
                group=self._group,
                reset="earliest",
                listener=self._bookmarks,
                instance=self._instance,
            ) as consumer:
                if consumer is not None:
                    await self._follow(consumer)

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        lags = Lags(consumer)
        self._lag.watch(lags)
        try:
            while not self._lifetime.stopping.is_set():
                await self._patiently(lambda: self._bookmarks.place(consumer))
                batch = await _take(consumer, self._limits.batch_records)
                lags.taken(batch)
                if await self._count_batch(consumer, batch):
                    lags.done(batch)
        except KafkaError as error:
            log.warning("sink.joining_again", error=type(error).__name__)
            await self._lifetime.pause(FIRST_PAUSE)
        except Stopping:
            log.info("sink.left_unfinished")
        finally:
            self._bookmarks.drop()
            self._lag.watch(None)

    async def _count_batch(self, consumer: AIOKafkaConsumer, batch: Batch) -> bool:
        waiting = deque[Portion]()
        is_overtaken = False
        try:
            waiting.extend(self._bookmarks.portions(batch))
            while waiting and not self._lifetime.stopping.is_set():
                await self._count(waiting[0])
                portion = waiting.popleft()
                self._bookmarks.done(portion)
                await self._commit(consumer, portion)
        except Overtaken:
            # A rebalance gave these records to another process, which is ahead: what PostgreSQL says holds.
            log.warning("sink.overtaken")
            self._bookmarks.drop()
            is_overtaken = True
        for record in (record for portion in waiting for record in portion.records):
            self._metrics.records.labels(record.topic, "left").inc()
        return not waiting and not is_overtaken

    async def _count(self, portion: Portion) -> None:
        """From top to bottom; the offsets move last, with everything that was counted."""
        with self._stage("begin"):
            await self._patiently(lambda: self._begin(portion))
        try:
            with self._stage("decode"):
                heard = await asyncio.to_thread(hear, portion)
            self._burials = in_a_row(heard.order, before=self._burials, limit=self._limits.burials)
            with self._stage("bury"):
                await self._bury(heard)
            with self._stage("count"):
                counts = await self._patiently(lambda: self._ledger.count(heard.said))
        except (TooManyBurials, Stopping):
            await self._rest(portion)
            raise
        for verdict, number in asdict(counts).items():
            self._metrics.contacts.labels(verdict).inc(number)
        self._metrics.batch_records.observe(len(portion.records))
        for record, is_buried in zip(portion.records, heard.order, strict=True):
            self._metrics.records.labels(record.topic, "buried" if is_buried else "counted").inc()

    async def _begin(self, portion: Portion) -> None:
        async with transaction(self._pool) as connection:
            await offsets.attempt(connection, list(zip(portion.stretches, portion.attempts, strict=True)))

    async def _rest(self, portion: Portion) -> None:
        """Nobody died: what was begun is left for another time."""
        try:
            async with transaction(self._pool) as connection:
                await offsets.rest(connection, portion.stretches)
        except (Unavailable, Overtaken):
            log.info("sink.rest_not_noted")

    async def _bury(self, heard: Heard) -> None:
        if not heard.buried:
            return
        letters = [dead_letter(buried, at=self._clock()) for buried in heard.buried]
        await self._patiently(lambda: self._publisher.publish(letters))
        for buried in heard.buried:
            self._metrics.dead_letters.labels(buried.code).inc()
            place = buried.record
            log.warning("sink.buried", code=buried.code, topic=place.topic, partition=place.partition, offset=place.offset)

    async def _commit(self, consumer: AIOKafkaConsumer, portion: Portion) -> None:
        """For those who watch the lag: what counts is in PostgreSQL."""
        stands = {TopicPartition(stretch.log.topic, stretch.log.partition): stretch.until for stretch in portion.stretches}
        group = consumer._coordinator  # noqa: SLF001
        member = group.member_id
        try:
            with self._stage("commit"):
                async with asyncio.timeout(COMMIT_SECONDS):
                    await consumer.commit(stands)
        except (KafkaError, TimeoutError) as error:
            log.info("sink.commit_refused", error=type(error).__name__)
            # aiokafka takes a refusal for the end of its membership and joins as somebody new, so that the group waits for the
            # member it was: 10 s on Apache Kafka, for ever on noida-db. As itself again it joins at once.
            if isinstance(error, CommitFailedError) and not group.member_id:
                group.member_id = member

    async def _patiently(self, action: Callable[[], Awaitable[T]]) -> T:
        """Do it, as often as it takes. Raises Stopping when it is time to stop instead of trying again."""
        pause = FIRST_PAUSE
        while True:
            try:
                return await action()
            except Unavailable as error:
                self._metrics.retries.labels(error.code).inc()
                log.warning("sink.waiting", reason=str(error), seconds=pause)
            await self._lifetime.pause(pause)
            if self._lifetime.stopping.is_set():
                raise Stopping
            pause = min(pause * 2, LONGEST_PAUSE)

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        with self._metrics.stage_seconds.labels(name).time():
            yield


async def _take(consumer: AIOKafkaConsumer, most: int) -> Batch:
    # A rebalance may hold it up. Nothing is lost when it is given up: records are handed out without waiting.
    try:
        async with asyncio.timeout(10 * POLL_SECONDS):
            batch: Batch = await consumer.getmany(timeout_ms=int(POLL_SECONDS * 1000), max_records=most)
            return batch
    except TimeoutError:
        return {}
