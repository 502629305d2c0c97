"""
Records out: an answer is given only when every in-sync replica has them.

aiokafka's idempotent producer retries for ever during an outage and never recovers from an out-of-order sequence (it keeps
failing every send). So a producer is abandoned, with what it still holds, as soon as it lets a deadline pass or fails, and a
new one is opened in the background. Until it is open every publish is refused at once: memory stays bounded, and nothing
needs a restart. A record that was refused may still arrive; derived ids make the repeat harmless.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from shared.errors import Rejected, Unavailable
from shared.events.codec import Encoded
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
    Publishes with `acks=all`, idempotently, each call within `deadline` seconds.

    Enter it to have it open in the background; leaving it flushes what is in flight, within a bound.
    """

    def __init__(self, kafka: KafkaSettings, *, client_id: str, deadline: float, linger_ms: int = 2) -> None:
        self._kafka = kafka
        self._client_id = client_id
        self._deadline = deadline
        self._linger_ms = linger_ms
        self._producer: AIOKafkaProducer | None = None
        self._is_open = asyncio.Event()
        self._is_doubted = asyncio.Event()
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
        """For each record, None when the brokers have it, or why they may not. Takes `deadline` seconds at most."""
        producer = self._producer
        if producer is None:
            return [Unavailable("the brokers are away")] * len(records)
        sent: list[asyncio.Future[object] | TooLarge | None] = [None] * len(records)
        try:
            async with asyncio.timeout(self._deadline):
                for place, record in enumerate(records):
                    sent[place] = await _send(producer, record)
                pending = [future for future in sent if isinstance(future, asyncio.Future)]
                if pending:
                    await asyncio.wait(pending)
        except (TimeoutError, KafkaError) as error:
            self._doubt(producer, error)
        return [self._answer(producer, one) for one in sent]

    def _answer(
        self, producer: AIOKafkaProducer, sent: "asyncio.Future[object] | TooLarge | None"
    ) -> Unavailable | TooLarge | None:
        if sent is None:
            return Unavailable("the brokers did not answer in time")
        if isinstance(sent, TooLarge):
            return sent
        if not sent.done():
            sent.cancel()
            return Unavailable("the brokers did not answer in time")
        if sent.cancelled():
            return Unavailable("the producer was closed")
        if (error := sent.exception()) is None:
            return None
        self._doubt(producer, error)
        return Unavailable(f"the brokers refused: {type(error).__name__}")

    def _doubt(self, producer: AIOKafkaProducer, error: BaseException) -> None:
        if producer is self._producer:
            self._producer = None
            self._is_open.clear()
            self._is_doubted.set()
            log.warning("kafka.producer_doubted", client_id=self._client_id, error=type(error).__name__)

    async def _keep_open(self) -> None:
        while True:
            producer = await self._open()
            self._is_doubted.clear()
            self._producer = producer
            self._is_open.set()
            log.info("kafka.producer_open", client_id=self._client_id)
            try:
                await self._is_doubted.wait()
            except asyncio.CancelledError:
                self._producer = None
                with suppress(TimeoutError):
                    await asyncio.wait_for(producer.stop(), FLUSH_SECONDS)
                raise
            await _abandon(producer)

    async def _open(self) -> AIOKafkaProducer:
        while True:
            producer = AIOKafkaProducer(
                **client_options(self._kafka),
                client_id=self._client_id,
                acks="all",
                enable_idempotence=True,
                linger_ms=self._linger_ms,
                max_batch_size=256 * 1024,
                max_request_size=MAX_RECORD_BYTES,
                request_timeout_ms=int(self._deadline * 1000),
            )
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
                await _abandon(producer)
                await asyncio.sleep(REOPEN_SECONDS)
            except asyncio.CancelledError:
                await _abandon(producer)
                raise
            else:
                return producer


async def _send(producer: AIOKafkaProducer, record: Encoded) -> "asyncio.Future[object] | TooLarge":
    try:
        sent: asyncio.Future[object] = await producer.send(
            record.topic, key=record.key, value=record.value, headers=list(record.headers)
        )
    except MessageSizeTooLargeError:
        return TooLarge("the record is larger than a broker takes")
    return sent


async def _abandon(producer: AIOKafkaProducer) -> None:
    # `stop()` would wait until everything is delivered: for ever, here. aiokafka offers no public way to give up, so its
    # sender is ended and its batches are failed by private names, here and nowhere else.
    producer._closed = True  # noqa: SLF001
    sender, held = producer._sender.sender_task, producer._message_accumulator  # noqa: SLF001
    if sender is not None:
        sender.cancel()
    await producer.client.close()
    held.fail_all(KafkaError("the producer was abandoned"))
    for batch in (batch for batches in held._batches.values() for batch in batches):  # noqa: SLF001
        if batch._drain_waiter.done():  # noqa: SLF001 - looked at, or asyncio complains that nobody did
            batch._drain_waiter.exception()  # noqa: SLF001
    if sender is not None:
        await asyncio.wait({sender}, timeout=REOPEN_SECONDS)
