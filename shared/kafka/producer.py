"""
One producer id's life: records gather, at least for the linger and while their broker is busy, and travel together.

Idempotent (KIP-98): a batch that is sent again has the same sequence, and the broker keeps it once. One request at a time is
under way to each broker and one batch of each partition, wherever its leader is, so a partition stays in order.

This is the hot path of whoever publishes. aiokafka's own producer takes a future for each record, and two more and a generic
encoder for each partition of each request; this takes a third to a half of its time (docs/adr/0013). Connections, metadata and record batches are aiokafka's.
"""

import asyncio
import zlib
from collections import defaultdict, deque
from collections.abc import Set as AbstractSet
from contextlib import suppress
from io import BytesIO
from struct import Struct
from typing import Any, Final

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import DuplicateSequenceNumber, KafkaError, NoError, UnknownTopicOrPartitionError, for_code
from aiokafka.protocol.api import RequestStruct, Response
from aiokafka.protocol.transaction import InitProducerIdRequest
from aiokafka.protocol.types import Schema
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from shared.events.codec import Encoded

BATCH_BYTES: Final = 256 * 1024
RETRY_SECONDS: Final = 0.1
CLOSE_SECONDS: Final = 1.0
MAGIC: Final = 2
MAX_SEQUENCE: Final = 0x7FFFFFFF


class Batch:
    """Records of one partition that travel together: `settled` when the broker has them, or may not, as `failure` says."""

    __slots__ = ("began", "count", "data", "failure", "records", "settled")

    def __init__(self, began: float) -> None:
        self.began = began
        self.count = 0
        self.records = DefaultRecordBatchBuilder(MAGIC, 0, 0, -1, -1, 0, BATCH_BYTES)
        self.data: bytes | None = None
        """What travels; from then on nothing can be added."""
        self.settled = asyncio.Event()
        self.failure: BaseException | None = None

    def add(self, record: Encoded) -> bool:
        """Whether there was room."""
        if self.data is not None:
            return False
        is_in = self.records.append(self.count, None, record.key, record.value, list(record.headers)) is not None
        self.count += is_in
        return is_in

    def settle(self, failure: BaseException | None = None) -> None:
        """Once: what came of it stays."""
        if not self.settled.is_set():
            self.failure = failure
            self.settled.set()


class Producer:
    """`tasks` deliver what it was given; `linger` and `deadline` in seconds. Any failure is for good: open another one."""

    def __init__(self, client: AIOKafkaClient, tasks: asyncio.TaskGroup, *, linger: float, deadline: float) -> None:
        self._client = client
        self._tasks = tasks
        self._linger = linger
        self._deadline = deadline
        self._loop = asyncio.get_running_loop()
        self._id, self._epoch = -1, -1
        self._sequences: defaultdict[TopicPartition, int] = defaultdict(int)
        self._partitions: dict[str, list[TopicPartition]] = {}
        self._waiting: dict[TopicPartition, deque[Batch]] = {}
        self._travelling: dict[int, tuple[dict[TopicPartition, Batch], asyncio.Task[None]]] = {}
        self._resting: set[TopicPartition] = set()
        """Refused a moment ago, to be tried again."""
        self._timer: asyncio.TimerHandle | None = None
        self._failed = asyncio.Event()
        self._failure: BaseException | None = None

    async def start(self) -> None:
        """Raises KafkaError or OSError where no broker gives it an id."""
        await self._client.bootstrap()
        self._client.cluster.add_listener(lambda _: self._partitions.clear())
        node = self._client.get_random_node()
        answer = await self._client.send(node, InitProducerIdRequest(None, 0))
        if answer.error_code:
            raise for_code(answer.error_code)
        self._id, self._epoch = answer.producer_id, answer.producer_epoch

    async def add(self, record: Encoded) -> Batch:
        """The batch in which the record travels. Raises TimeoutError where it has no partition, KafkaError after a failure."""
        partitions = self._partitions.get(record.topic) or await self._learn(record.topic)
        if self._failure is not None:
            raise KafkaError("the producer has failed")
        # As librdkafka spreads keys: the hash of Java's client takes Python 5 µs.
        partition = partitions[zlib.crc32(record.key or b"") % len(partitions)]
        batches = self._waiting.get(partition)
        if batches is None:
            batches = self._waiting[partition] = deque()
        if not (batches and batches[-1].add(record)):
            batches.append(Batch(self._loop.time()))
            batches[-1].add(record)
            if self._timer is None:
                self._timer = self._loop.call_later(self._linger, self._send_off)
        return batches[-1]

    async def failed(self) -> BaseException:
        """Why it is of no more use; returns when it is not, a tenth of the deadline late at most."""
        while self._failure is None:
            try:
                async with asyncio.timeout(self._deadline / 10):
                    await self._failed.wait()
            except TimeoutError:
                if any(batch.began + self._deadline < self._loop.time() for batch in self._held()):
                    self._fail(TimeoutError())
        return self._failure

    async def flush(self) -> None:
        """Return when everything it was given is settled."""
        self._linger = 0
        self._send_off()
        for batch in self._held():
            await batch.settled.wait()

    async def close(self) -> None:
        """Give up what it holds; some of it may arrive."""
        self._fail(KafkaError("the producer was closed"))
        if self._timer is not None:
            self._timer.cancel()
        for _, delivery in self._travelling.values():
            delivery.cancel()
        with suppress(TimeoutError):  # a connection closes when all of it is written: never, to a broker that hangs
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._client.close()

    async def _learn(self, topic: str) -> list[TopicPartition]:
        async with asyncio.timeout(self._deadline):
            await self._client.add_topic(topic)
            while not (numbers := self._client.cluster.partitions_for_topic(topic)):
                await asyncio.sleep(RETRY_SECONDS)
                await self._client.force_metadata_update()
        self._partitions[topic] = [TopicPartition(topic, number) for number in sorted(numbers)]
        return self._partitions[topic]

    def _held(self) -> list[Batch]:
        waiting = [batch for batches in self._waiting.values() for batch in batches]
        return waiting + [batch for load, _ in self._travelling.values() for batch in load.values()]

    def _fail(self, failure: BaseException) -> None:
        if self._failure is None:
            self._failure = failure
            self._failed.set()
        for batch in self._held():
            batch.settle(failure)
        self._waiting.clear()

    def _send_off(self) -> None:
        """One batch of every partition that neither rests nor has one under way, and whose broker is free."""
        self._timer = None
        busy = self._resting.union(*(load for load, _ in self._travelling.values()))
        loads: defaultdict[int, dict[TopicPartition, Batch]] = defaultdict(dict)
        for partition, batches in list(self._waiting.items()):
            leader = self._client.cluster.leader_for_partition(partition)
            if partition not in busy and leader not in self._travelling:
                loads[leader][partition] = batches.popleft()
                if not batches:
                    del self._waiting[partition]
        for leader, load in loads.items():
            self._travelling[leader] = load, self._tasks.create_task(self._deliver(leader, load))

    async def _deliver(self, leader: int, load: dict[TopicPartition, Batch]) -> None:
        try:
            errors = await self._client.send(leader, _Produce(self._sealed(load), self._deadline))
        except KafkaError as error:
            errors = dict.fromkeys(load, type(error))
        refused = set()
        for partition, batch in load.items():
            error_type = errors.get(partition, UnknownTopicOrPartitionError)
            if error_type in {NoError, DuplicateSequenceNumber}:
                batch.settle()
            elif error_type.retriable:
                self._waiting.setdefault(partition, deque()).appendleft(batch)
                refused.add(partition)
            else:
                self._fail(error_type())
        del self._travelling[leader]
        if refused:
            self._resting |= refused
            self._client.force_metadata_update()
            self._loop.call_later(RETRY_SECONDS, self._go_on, refused)
        self._go_on()

    def _go_on(self, rested: AbstractSet[TopicPartition] = frozenset()) -> None:
        self._resting -= rested
        if self._waiting and self._timer is None and self._failure is None:
            oldest = min(batches[0].began for batches in self._waiting.values())
            self._timer = self._loop.call_at(oldest + self._linger, self._send_off)

    def _sealed(self, load: dict[TopicPartition, Batch]) -> dict[TopicPartition, bytes]:
        for partition, batch in load.items():
            if batch.data is None:
                batch.records.set_producer_state(self._id, self._epoch, self._sequences[partition])
                batch.data = batch.records.build()
                self._sequences[partition] = self._sequences[partition] + batch.count & MAX_SEQUENCE
        return {partition: batch.data or b"" for partition, batch in load.items()}


_HEAD: Final = Struct(">hhii")
_LENGTH: Final = Struct(">h")
_COUNT: Final = Struct(">i")
_PARTITION: Final = Struct(">ii")
_PARTITION_ANSWER: Final = Struct(">ihqqq")


class _Answer(Response):  # type: ignore[misc]
    """The error of each partition; NoError where there is none."""

    API_KEY = 0
    API_VERSION = 7
    SCHEMA = Schema()

    @classmethod
    def decode(cls, said: BytesIO) -> dict[TopicPartition, type[KafkaError]]:
        errors = {}
        for _ in range(_read(said, _COUNT)[0]):
            topic = said.read(_read(said, _LENGTH)[0]).decode()
            for _ in range(_read(said, _COUNT)[0]):
                partition, code, *_ = _read(said, _PARTITION_ANSWER)
                errors[TopicPartition(topic, partition)] = for_code(code)
        return errors


class _Produce(RequestStruct):  # type: ignore[misc]
    """
    Record batches, one for each partition, to be acknowledged by all in-sync replicas.

    Source: Apache Kafka, ProduceRequest.json and ProduceResponse.json, version 7: what brokers since 2.1 understand.
    """

    API_KEY = 0
    API_VERSION = 7
    RESPONSE_TYPE = _Answer
    SCHEMA = Schema()

    def __init__(self, batches: dict[TopicPartition, bytes], within: float) -> None:
        self._topics: defaultdict[str, list[tuple[int, bytes]]] = defaultdict(list)
        for (topic, partition), batch in batches.items():
            self._topics[topic].append((partition, batch))
        self._within = within

    def prepare(self, _versions: Any) -> "_Produce":
        return self

    def encode(self) -> bytes:
        parts: list[bytes] = [_HEAD.pack(-1, -1, int(self._within * 1000), len(self._topics))]
        for topic, batches in self._topics.items():
            parts += (_LENGTH.pack(len(topic)), topic.encode(), _COUNT.pack(len(batches)))
            for partition, batch in batches:
                parts += (_PARTITION.pack(partition, len(batch)), batch)
        return b"".join(parts)


def _read(said: BytesIO, layout: Struct) -> tuple[Any, ...]:
    return layout.unpack(said.read(layout.size))
