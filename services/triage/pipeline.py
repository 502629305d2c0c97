"""contacts.received → contacts.triaged and routes.<queue>, batch by batch, one batch in flight."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from services.triage.attendance import Attendance, Member, Portion
from services.triage.burial import DIED, BurialsInARow, TooManyBurials, bury
from services.triage.desk import Desk
from services.triage.metrics import Metrics
from services.triage.outcome import Outcome, Triaged
from shared.clock import Clock
from shared.errors import Unavailable
from shared.events import RECEIVED
from shared.kafka import Batch, KafkaSettings, LagCollector, Lags, Publisher, joined
from shared.tasks import Lifetime

log = structlog.get_logger(__name__)

T = TypeVar("T")

POLL_SECONDS = 0.2
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0


class Stopping(Exception):
    """It is time to stop, and what was begun cannot be finished."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """
    Every record is triaged or buried at least once, and committed only after the brokers have what was said of it.

    While the brokers are away it waits and tries again. A bug ends it, and with it the process. Where `ends` are given, nothing
    is read from them on; where `leaves_out` says so of a record, it is passed by.
    """

    kafka: KafkaSettings
    lifetime: Lifetime
    group: str
    member: Member
    batch_records: int
    deaths_limit: int
    desk: Desk
    attendance: Attendance
    burials: BurialsInARow
    publisher: Publisher
    metrics: Metrics
    lag: LagCollector
    clock: Clock
    ends: Mapping[TopicPartition, int] | None = None
    leaves_out: Callable[[ConsumerRecord], bool] | None = None

    async def run(self) -> None:
        """Triage until it is time to stop; then finish the batch in flight."""
        while not self.lifetime.stopping.is_set():
            async with joined(
                self.kafka,
                self.lifetime,
                topics=[RECEIVED.name],
                group=self.group,
                reset="earliest",
                listener=self.attendance,
                client_id=self.member.name,
                instance=self.member.instance,
            ) as consumer:
                if consumer is not None:
                    await self._consume(consumer)

    async def _consume(self, consumer: AIOKafkaConsumer) -> None:
        lags = Lags(consumer)
        self.lag.watch(lags)
        try:
            while not self.lifetime.stopping.is_set():
                batch = self._before_the_end(consumer, await _take(consumer, self.batch_records))
                lags.taken(batch)
                if await self._triage_batch(consumer, batch):
                    lags.done(batch)
        except KafkaError as error:
            log.warning("triage.joining_again", error=type(error).__name__)
            await self.lifetime.pause(FIRST_PAUSE)
        except Stopping:
            log.info("triage.left_unfinished")
        finally:
            self.lag.watch(None)
            self.attendance.leave()

    def _before_the_end(self, consumer: AIOKafkaConsumer, batch: Batch) -> Batch:
        if self.ends is None:
            return batch
        kept = {}
        for partition, records in batch.items():
            end = self.ends.get(partition, 0)
            if records[-1].offset >= end:
                consumer.pause(partition)
                records = [record for record in records if record.offset < end]  # noqa: PLW2901 - the rest is nobody's
            if records:
                kept[partition] = records
        return kept

    async def _triage_batch(self, consumer: AIOKafkaConsumer, batch: Batch) -> bool:
        left = sum(len(records) for records in batch.values())
        for portion in await self._patiently(lambda: self.attendance.portions(consumer, batch)):
            if self.lifetime.stopping.is_set() or not await self._triage(consumer, portion):
                break
            left -= len(portion.records)
        self.metrics.records.labels("left").inc(left)
        return left == 0

    async def _triage(self, consumer: AIOKafkaConsumer, portion: Portion) -> bool:
        """From top to bottom; the commit comes last. False when the records have meanwhile become somebody else's."""
        if not await self._begin(consumer, portion):
            return False
        try:
            outcomes = await self._outcomes(portion)
            self.burials.count(outcomes)
            await self._publish(outcomes)
        except (TooManyBurials, Stopping, asyncio.CancelledError):
            await self._rest(consumer, portion)
            raise
        is_done = await self._commit(consumer, portion)
        if is_done:
            self._count(outcomes)
            self.metrics.records.labels("left_out").inc(len(portion.records) - len(outcomes))
        return is_done

    async def _begin(self, consumer: AIOKafkaConsumer, portion: Portion) -> bool:
        self.metrics.batch_records.observe(len(portion.records))
        with self.metrics.stage("begin"):
            return await self._patiently(lambda: self.attendance.begin(consumer, portion))

    async def _outcomes(self, portion: Portion) -> list[Outcome]:
        wanted = [record for record in portion.records if self.leaves_out is None or not self.leaves_out(record)]
        if portion.deaths < self.deaths_limit or not wanted:
            return await self.desk.triage(wanted)
        [record] = wanted
        reason = f"the process died {portion.deaths} times at this record"
        return [bury(record, code=DIED, reason=reason, at=self.clock(), deaths=portion.deaths)]

    async def _publish(self, outcomes: Sequence[Outcome]) -> None:
        left = [record for outcome in outcomes for record in outcome.says]

        async def publish() -> None:
            nonlocal left
            failures = await self.publisher.publish_each(left)
            left = [record for record, failure in zip(left, failures, strict=True) if failure is not None]
            for failure in failures:
                if failure is not None:
                    raise failure

        with self.metrics.stage("publish"):
            await self._patiently(publish)

    async def _commit(self, consumer: AIOKafkaConsumer, portion: Portion) -> bool:
        with self.metrics.stage("commit"):
            return await self._patiently(lambda: self.attendance.done(consumer, portion))

    async def _rest(self, consumer: AIOKafkaConsumer, portion: Portion) -> None:
        # Not said in time, it counts as a death in company: the records are taken one at a time, and that is all.
        with suppress(Unavailable, KafkaError):
            await self.attendance.rest(consumer, portion)

    def _count(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Triaged):
                self.metrics.records.labels("triaged").inc()
                self.metrics.contacts.labels(outcome.disposition, outcome.queue).inc()
            else:
                self.metrics.records.labels("buried").inc()
                self.metrics.dead_letters.labels(outcome.code).inc()
                record = outcome.record
                log.warning(
                    "triage.buried", code=outcome.code, reason=outcome.reason, partition=record.partition, offset=record.offset
                )

    async def _patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer, asked for again while the brokers are away. Raises Stopping when it is time to stop first."""
        pause = FIRST_PAUSE
        while True:
            try:
                return await ask()
            except Unavailable as error:
                log.warning("triage.waiting", reason=str(error))
                await self.lifetime.pause(pause)
                if self.lifetime.stopping.is_set():
                    raise Stopping from error
                pause = min(2 * pause, LONGEST_PAUSE)


async def _take(consumer: AIOKafkaConsumer, records: int) -> Batch:
    # A rebalance may hold it up. Nothing is lost when it is given up: records are handed out without waiting.
    try:
        async with asyncio.timeout(10 * POLL_SECONDS):
            taken: Batch = await consumer.getmany(timeout_ms=int(1000 * POLL_SECONDS), max_records=records)
            return taken
    except TimeoutError:
        return {}
