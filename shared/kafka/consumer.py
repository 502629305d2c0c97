"""Records in: a consumer that has joined its group, and waits for brokers that are away."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka.errors import KafkaError
from aiokafka.protocol.fetch import FetchRequest

from shared.kafka.settings import KafkaSettings, client_options
from shared.tasks import Lifetime

log = structlog.get_logger(__name__)

RETRY_SECONDS = 0.5
HOLD_SECONDS = 0.1
"""How long a broker may hold a fetch for which it has nothing."""
PACE_SECONDS = 0.02
LEAVE_SECONDS = 5.0


@asynccontextmanager
async def joined(
    kafka: KafkaSettings,
    lifetime: Lifetime,
    *,
    topics: Sequence[str],
    group: str,
    reset: str,
    listener: ConsumerRebalanceListener | None = None,
    client_id: str | None = None,
    instance: str | None = None,
) -> AsyncIterator[AIOKafkaConsumer | None]:
    """
    A consumer of `topics` in `group` that never commits by itself; None when it is time to stop before a broker answered.

    `reset` says where a partition without a committed offset begins: earliest, latest or none. By `client_id` (default: the
    group's name) the brokers show a member of the group. One with an `instance` (static membership, KIP-345) takes its
    partitions up again at once when it comes back, also after a crash; it keeps them for the session's 10 s while it is away.
    """
    consumer = await _started(kafka, lifetime, group=group, reset=reset, client_id=client_id or group, instance=instance)
    if consumer is None:
        yield None
        return
    try:
        consumer.subscribe(list(topics), listener=listener)
        log.info("kafka.joined", group=group, topics=list(topics))
        yield consumer
    finally:
        await _leave(consumer)


async def _started(
    kafka: KafkaSettings, lifetime: Lifetime, *, group: str, reset: str, client_id: str, instance: str | None
) -> AIOKafkaConsumer | None:
    while not lifetime.stopping.is_set():
        consumer = AIOKafkaConsumer(
            **client_options(kafka),
            group_id=group,
            client_id=client_id,
            group_instance_id=instance,
            enable_auto_commit=False,
            auto_offset_reset=reset,
            max_partition_fetch_bytes=1024 * 1024,
            fetch_max_wait_ms=int(HOLD_SECONDS * 1000),
            metadata_max_age_ms=30_000,
        )
        try:
            await consumer.start()
        except (KafkaError, OSError) as error:
            log.warning(
                "kafka.unreachable", group=group, brokers=kafka.bootstrap_servers, error=type(error).__name__, reason=str(error)
            )
            await _leave(consumer)
            await lifetime.pause(RETRY_SECONDS)
        else:
            _pace_fetches(consumer)
            return consumer
    return None


async def _leave(consumer: AIOKafkaConsumer) -> None:
    """
    Within 10 s, whatever the brokers do.

    aiokafka waits for its own tasks without a bound: for one that asks brokers that are away, for a listener that does not
    return, for a heartbeat that missed being cancelled. Those are then ended by their private names.
    """
    stopping = asyncio.ensure_future(consumer.stop())
    await asyncio.wait({stopping}, timeout=LEAVE_SECONDS)
    if stopping.done():
        return
    coordinator = consumer._coordinator  # noqa: SLF001
    ended = {stopping, coordinator._coordination_task, coordinator._heartbeat_task, coordinator._commit_refresh_task} - {None}  # noqa: SLF001
    for task in ended:
        task.cancel()
    parting = {asyncio.ensure_future(coordinator._maybe_leave_group()), asyncio.ensure_future(consumer._fetcher.close())}  # noqa: SLF001
    _, waiting = await asyncio.wait(ended | parting, timeout=LEAVE_SECONDS)
    for task in waiting:
        task.cancel()
    await consumer._client.close()  # noqa: SLF001
    log.warning("kafka.left_unfinished")


def _pace_fetches(consumer: AIOKafkaConsumer) -> None:
    """
    Ask a broker that does not hold empty fetches 50 times a second, not as often as it answers.

    The embedded broker does not: a consumer that waits asked it 600 times a second, and all of them took a core. Apache Kafka
    holds every fetch, so nothing changes there. aiokafka has no option for it, hence the private name.
    """
    send = consumer._client.send  # noqa: SLF001

    async def paced(node: int, request: object, **options: object) -> Any:
        asked = time.monotonic()
        answer = await send(node, request, **options)
        if isinstance(request, FetchRequest) and time.monotonic() - asked < HOLD_SECONDS / 2 and _is_empty(answer):
            await asyncio.sleep(PACE_SECONDS)
        return answer

    consumer._client.send = paced  # noqa: SLF001


def _is_empty(answer: Any) -> bool:
    return not any(partition[-1] for _, partitions in answer.topics for partition in partitions)
