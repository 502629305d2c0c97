"""Intake in this process or in one of its own, on the session's broker, and a reader of what it publishes."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from prometheus_client import CollectorRegistry

from deploy.local.ports import free_ports
from deploy.local.process import Child
from services.intake.api import create_app
from services.intake.api.door import Caller, Door, Hold
from services.intake.limits import Allowance, Meter, Meters
from services.intake.metrics import Metrics
from services.intake.pipeline import Pipeline
from services.intake.pseudonyms import Pseudonyms
from services.intake.redaction import Redactor
from services.intake.shares import Shares
from services.intake.webhooks.endpoints import Endpoints
from shared.clock import Clock
from shared.credentials import Credentials, Scope, add_key, create_key
from shared.errors import Unavailable
from shared.events import Decoded, Encoded, Event, Topic, decode
from shared.kafka import KafkaSettings, Publisher, client_options
from shared.tasks import Lifetime

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TENANT = "acme"
E = TypeVar("E", bound=Event)
SECRET = "s" * 32
PLENTY = Allowance(requests_per_second=1e6, bytes_per_second=1e9, concurrency=1_000)


@dataclass(frozen=True)
class Intake:
    """A running intake: its HTTP side, a key for everything, and its parts."""

    http: httpx.AsyncClient
    key: str
    pipeline: Pipeline
    door: Door
    lifetime: Lifetime
    registry: CollectorRegistry

    def holding(self, tenant: str = TENANT) -> AbstractContextManager[Hold]:
        """What a request of the tenant holds."""
        return self.door.holding(Caller(tenant, Meter(PLENTY), tenant))

    def with_pseudonyms(self, pseudonyms: Pseudonyms) -> Pipeline:
        return replace(self.pipeline, pseudonyms=pseudonyms)

    def counted(self, item: str, outcome: str) -> float:
        return self.registry.get_sample_value("intake_items_total", {"item": item, "outcome": outcome}) or 0.0


def keys_in(folder: Path, *scopes: Scope, tenant: str = TENANT) -> str:
    key, credential = create_key(tenant, scopes or tuple(Scope), now=NOW)
    add_key(folder / "keys.json", credential)
    return key


@asynccontextmanager
async def opened(
    kafka: KafkaSettings,
    folder: Path,
    *,
    deadline: float = 5.0,
    max_held: int = 8 * 1024 * 1024,
    webhooks: Path | None = None,
    allowance: Allowance = PLENTY,
    at_once: int = 1_000,
    clock: Clock = lambda: NOW,
) -> AsyncIterator[Intake]:
    """Intake against `kafka`, ready, with its keys in `folder`."""
    key = keys_in(folder)
    registry = CollectorRegistry()
    metrics = Metrics.on(registry)
    lifetime = Lifetime()
    async with Publisher(kafka, client_id="intake-test", deadline=deadline) as publisher:
        await publisher.opened(within=10)
        pipeline = Pipeline(publisher, Pseudonyms(b"k" * 32), Redactor(), b"f" * 32, metrics, clock)
        meters = Meters(allowance)
        door = Door(Credentials(folder / "keys.json", clock), meters, Shares(max_held), Redactor(), metrics, clock)
        endpoints = Endpoints(webhooks)
        app = create_app(
            pipeline=pipeline, door=door, endpoints=endpoints, lifetime=lifetime, registry=registry, checks={}, at_once=at_once
        )
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://intake", headers=headers) as http:
            yield Intake(http, key, pipeline, door, lifetime, registry)


class AwayPublisher:
    """Stands for a publisher whose brokers do not answer in time."""

    async def publish_each(self, records: Sequence[Encoded]) -> list[Unavailable]:
        return [Unavailable("the brokers are away")] * len(records)


@pytest.fixture
async def intake(kafka: KafkaSettings, tmp_path: Path) -> AsyncIterator[Intake]:
    async with opened(kafka, tmp_path) as intake:
        yield intake


@pytest.fixture
async def process(kafka: KafkaSettings, tmp_path: Path) -> AsyncIterator[tuple[Child, httpx.AsyncClient]]:
    [port] = free_ports(1)
    key = keys_in(tmp_path)
    environment = {
        **os.environ,
        "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "INTAKE_PORT": str(port),
        "INTAKE_CREDENTIALS_FILE": str(tmp_path / "keys.json"),
        "INTAKE_PSEUDONYM_KEY": SECRET,
        "INTAKE_FINGERPRINT_KEY": SECRET,
        "INTAKE_DRAIN_SECONDS": "1",
        "INTAKE_LINGER_MS": "700",
    }
    child = Child(
        [sys.executable, "-m", "services.intake"], name="intake", folder=tmp_path, environment=environment, directory=Path.cwd()
    )
    await child.start()
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {key}"}, timeout=20
    ) as http:
        await until_ready(http)
        yield child, http
    await child.stop()


async def until_ready(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                if (await http.get("/health/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)


@pytest.fixture
def published(kafka: KafkaSettings) -> "Reading":
    """What is published on a topic from the moment the block is entered."""

    @asynccontextmanager
    async def reading(topic: Topic, carries: type[E]) -> AsyncIterator[Published[E]]:
        consumer = AIOKafkaConsumer(**client_options(kafka), auto_offset_reset="latest")
        await consumer.start()
        try:
            partitions = [TopicPartition(topic.name, number) for number in await _partitions(consumer, topic)]
            consumer.assign(partitions)
            await consumer.seek_to_end(*partitions)
            for partition in partitions:
                await consumer.position(partition)
            yield Published(consumer, carries)
        finally:
            await consumer.stop()

    return reading


class Published(Generic[E]):
    """Reads on from where the test began."""

    def __init__(self, consumer: AIOKafkaConsumer, carries: type[E]) -> None:
        self._consumer = consumer
        self._carries = carries

    async def next(self, count: int = 1) -> list[Decoded[E]]:
        """The next `count` events, of whatever tenant."""
        found: list[Decoded[E]] = []
        while len(found) < count:
            batches = await self._consumer.getmany(timeout_ms=10_000)
            assert batches, f"{len(found)} of {count} events after 10 s"
            found += [decode(record, self._carries) for records in batches.values() for record in records]
        return found

    async def nothing_more(self) -> bool:
        return not await self._consumer.getmany(timeout_ms=300)


class Reading(Protocol):
    """Enter it to read what is published on a topic from then on."""

    def __call__(self, topic: Topic, carries: type[E]) -> AbstractAsyncContextManager[Published[E]]: ...


async def _partitions(consumer: AIOKafkaConsumer, topic: Topic) -> set[int]:
    await consumer._client._wait_on_metadata(topic.name)
    return consumer.partitions_for_topic(topic.name) or set()
