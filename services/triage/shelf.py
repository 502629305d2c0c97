"""Keeps what a process knows of a topic up to date: from its beginning, in every process, for as long as it runs."""

import asyncio
from typing import Protocol

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import KafkaError

from services.triage.metrics import Metrics
from services.triage.remedies import RemedyBook
from shared.errors import Undecodable
from shared.events import REMEDIES, RemedyChanged, Topic, decode
from shared.kafka import KafkaSettings, client_options
from shared.tasks import Lifetime

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.2
RETRY_SECONDS = 0.5


class Learner(Protocol):
    """What is kept up to date."""

    @property
    def topic(self) -> Topic: ...
    def learn(self, record: ConsumerRecord) -> None:
        """Take a record in. The same one may come again."""


class Shelf:
    """Where it stands. `is_read` is set once everything that had been written at the start is in it."""

    def __init__(self, kafka: KafkaSettings, lifetime: Lifetime, learner: Learner) -> None:
        self._kafka = kafka
        self._lifetime = lifetime
        self._learner = learner
        self.is_read = asyncio.Event()

    async def keep(self) -> None:
        """Read what was written, then what is, until it is time to stop. Brokers that are away are waited for."""
        topic = self._learner.topic.name
        while not self._lifetime.stopping.is_set():
            consumer = AIOKafkaConsumer(
                topic, **client_options(self._kafka), client_id=f"triage-{topic}", auto_offset_reset="earliest"
            )
            try:
                await consumer.start()
                await self._read(consumer)
            except (KafkaError, OSError) as error:
                log.warning("triage.shelf_unreachable", topic=topic, error=type(error).__name__)
            finally:
                await consumer.stop()
            await self._lifetime.pause(RETRY_SECONDS)

    async def until_read(self) -> None:
        """Return when everything is known that was written at the start, or when it is time to stop."""
        while not self.is_read.is_set() and not self._lifetime.stopping.is_set():
            await self._lifetime.pause(0.05)

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        # Without a group every partition is assigned, those that are added later too.
        ends = await consumer.end_offsets(list(consumer.assignment()))
        while not self._lifetime.stopping.is_set():
            if not self.is_read.is_set() and all([await consumer.position(partition) >= end for partition, end in ends.items()]):
                self.is_read.set()
                log.info("triage.shelf_read", topic=self._learner.topic.name)
            for records in (await consumer.getmany(timeout_ms=int(1000 * POLL_SECONDS))).values():
                for record in records:
                    self._learner.learn(record)


class Remedies:
    """`remedies.changed`, into the remedy book."""

    topic = REMEDIES

    def __init__(self, book: RemedyBook, metrics: Metrics) -> None:
        self._book = book
        self._metrics = metrics

    def learn(self, record: ConsumerRecord) -> None:
        """Know the remedy as it now is. One that cannot be read is left out until its next revision: nobody waits for it."""
        try:
            self._book.learn(decode(record, RemedyChanged).event)
            self._metrics.remedies.labels("learned").inc()
        except Undecodable as error:
            self._metrics.remedies.labels("undecodable").inc()
            log.warning("triage.remedy_undecodable", reason=str(error), partition=record.partition, offset=record.offset)
