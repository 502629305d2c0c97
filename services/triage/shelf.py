"""Keeps the remedy book up to date: `remedies.changed` from its beginning, in every process, for as long as it runs."""

import asyncio

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import KafkaError

from services.triage.metrics import Metrics
from services.triage.remedies import RemedyBook
from shared.errors import Undecodable
from shared.events import REMEDIES, RemedyChanged, decode
from shared.kafka import KafkaSettings, client_options
from shared.tasks import Lifetime

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.2
RETRY_SECONDS = 0.5


class Shelf:
    """Where the book stands. `is_read` is set once everything that had been written at the start is in it."""

    def __init__(self, kafka: KafkaSettings, lifetime: Lifetime, book: RemedyBook, metrics: Metrics) -> None:
        self._kafka = kafka
        self._lifetime = lifetime
        self._book = book
        self._metrics = metrics
        self.is_read = asyncio.Event()

    async def keep(self) -> None:
        """Read what was changed, then what changes, until it is time to stop. Brokers that are away are waited for."""
        while not self._lifetime.stopping.is_set():
            consumer = AIOKafkaConsumer(
                REMEDIES.name, **client_options(self._kafka), client_id="triage-remedies", auto_offset_reset="earliest"
            )
            try:
                await consumer.start()
                await self._read(consumer)
            except (KafkaError, OSError) as error:
                log.warning("triage.remedies_unreachable", error=type(error).__name__)
            finally:
                await consumer.stop()
            await self._lifetime.pause(RETRY_SECONDS)

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        # Without a group every partition is assigned, those that are added later too.
        ends = await consumer.end_offsets(list(consumer.assignment()))
        while not self._lifetime.stopping.is_set():
            if not self.is_read.is_set() and all([await consumer.position(partition) >= end for partition, end in ends.items()]):
                self.is_read.set()
                log.info("triage.remedies_read")
            for records in (await consumer.getmany(timeout_ms=int(1000 * POLL_SECONDS))).values():
                for record in records:
                    self._learn(record)

    def _learn(self, record: ConsumerRecord) -> None:
        try:
            self._book.learn(decode(record, RemedyChanged).event)
            self._metrics.remedies.labels("learned").inc()
        except Undecodable as error:
            # It is left out and stays where it is: nobody waits for it, and the next revision replaces it.
            self._metrics.remedies.labels("undecodable").inc()
            log.warning("triage.remedy_undecodable", reason=str(error), partition=record.partition, offset=record.offset)
