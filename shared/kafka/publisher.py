"""
Records out: an answer is given only when every in-sync replica has them.

A producer is abandoned, with what it still holds, as soon as it lets a deadline pass or fails, and a new one is opened in the
background: docs/adr/0002. Until it is open every publish is refused at once: memory stays bounded, and nothing needs a restart.
A record that was refused may still arrive; derived ids make the repeat harmless.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

import structlog
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from shared.errors import Rejected, Unavailable
from shared.events.codec import Encoded
from shared.kafka.producer import Batch, Producer
from shared.kafka.settings import KafkaSettings, client_options

log = structlog.get_logger(__name__)

REOPEN_SECONDS = 0.5
FLUSH_SECONDS = 10.0
MAX_RECORD_BYTES = 1_000_000
"""Less than a topic takes (1 MiB): a broker that refuses a record leaves an idempotent producer out of order."""


class TooLarge(Rejected):
    """The record is larger than a broker takes."""

    code = "too_large"


class Publisher:
    """
    Publishes with `acks=all`, idempotently, each call within `deadline` seconds and a tenth.

    Enter it to have it open in the background; leaving it flushes what is in flight, within a bound.
    """

    def __init__(self, kafka: KafkaSettings, *, client_id: str, deadline: float, linger_ms: int = 2) -> None:
        self._kafka = kafka
        self._client_id = client_id
        self._deadline = deadline
        self._linger_ms = linger_ms
        self._producer: Producer | None = None
        self._is_open = asyncio.Event()
        self._tasks = asyncio.TaskGroup()
        self._keeper: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        # A task of its own group: a bug in it ends the block, and with it the service.
        await self._tasks.__aenter__()
        self._keeper = self._tasks.create_task(self._keep_open())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
        await self._tasks.__aexit__(kind, error, trace)

    @property
    def is_open(self) -> bool:
        """Whether a publish would be tried."""
        return self._producer is not None

    async def opened(self, *, within: float) -> None:
        """Return when publishing is possible. Raises Unavailable after `within` seconds."""
        try:
            async with asyncio.timeout(within):
                await self._is_open.wait()
        except TimeoutError as error:
            raise Unavailable(f"the brokers did not answer within {within:g} s") from error

    async def publish(self, records: Sequence[Encoded]) -> None:
        """Return when the brokers have every record. Raises Unavailable (some may have arrived) or TooLarge."""
        for failure in await self.publish_each(records):
            if failure is not None:
                raise failure

    async def publish_each(self, records: Sequence[Encoded]) -> list[Unavailable | TooLarge | None]:
        """For each record, None when the brokers have it, or why they may not. Takes `deadline` seconds and a tenth at most."""
        producer = self._producer
        if producer is None:
            return [Unavailable("the brokers are away")] * len(records)
        try:
            batches = [None if _size(record) > MAX_RECORD_BYTES else await producer.add(record) for record in records]
        except (KafkaError, TimeoutError):
            return [Unavailable("the brokers are away")] * len(records)
        for batch in dict.fromkeys(batches):
            if batch is not None:
                await batch.settled.wait()
        return [_answer(batch) for batch in batches]

    async def _keep_open(self) -> None:
        while True:
            async with asyncio.TaskGroup() as tasks:
                await self._publish_by(await self._open(tasks))

    async def _publish_by(self, producer: Producer) -> None:
        self._producer = producer
        self._is_open.set()
        log.info("kafka.producer_open", client_id=self._client_id)
        try:
            failure = await producer.failed()
            log.warning("kafka.producer_doubted", client_id=self._client_id, error=type(failure).__name__)
        except asyncio.CancelledError:
            self._producer = None
            with suppress(TimeoutError):
                await asyncio.wait_for(producer.flush(), FLUSH_SECONDS)
            raise
        finally:
            self._producer = None
            self._is_open.clear()
            await producer.close()

    async def _open(self, tasks: asyncio.TaskGroup) -> Producer:
        while True:
            client = AIOKafkaClient(
                # Twice, so that the producer's own watch over its deadline is always the first to act.
                **client_options(self._kafka),
                client_id=self._client_id,
                request_timeout_ms=int(2000 * self._deadline),
            )
            producer = Producer(client, tasks, linger=self._linger_ms / 1000, deadline=self._deadline)
            try:
                async with asyncio.timeout(self._deadline):
                    await producer.start()
            except (KafkaError, OSError, TimeoutError) as error:
                log.warning(
                    "kafka.unreachable",
                    client_id=self._client_id,
                    brokers=self._kafka.bootstrap_servers,
                    error=type(error).__name__,
                    reason=str(error),
                )
                await producer.close()
                await asyncio.sleep(REOPEN_SECONDS)
            except asyncio.CancelledError:
                await producer.close()
                raise
            else:
                return producer


def _size(record: Encoded) -> int:
    return len(record.value) + len(record.key or b"") + sum(len(name) + len(value or b"") for name, value in record.headers)


def _answer(batch: Batch | None) -> Unavailable | TooLarge | None:
    if batch is None:
        return TooLarge("the record is larger than a broker takes")
    if batch.failure is None:
        return None
    if isinstance(batch.failure, TimeoutError):
        return Unavailable("the brokers did not answer in time")
    return Unavailable(f"the brokers refused: {type(batch.failure).__name__}")
