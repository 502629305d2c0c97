"""
`python -m bench.telling`: how soon others are told of a change.

The whole product on this machine. A signal is snoozed and woken by turns; from before the request on it is timed when the answer is there, when
the record is on `signals.changed`, and when the event is on a stream. About a minute.
"""

import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx
from aiokafka import AIOKafkaConsumer

from deploy.local import from_environment
from deploy.local.services import Services, services
from shared.events import SIGNALS

CHANGES = 50
TROUBLE = "I was charged twice for one order and nobody answers my e-mails"


@asynccontextmanager
async def product() -> AsyncIterator[tuple[str, Services]]:
    with tempfile.TemporaryDirectory(prefix="failbetter-telling-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # noqa: ASYNC240 - nobody else is served
        async with from_environment(folder, os.environ) as running, services(running, folder / "services") as started:
            yield running.bootstrap_servers, started


async def a_signal(intake: httpx.AsyncClient, insights: httpx.AsyncClient) -> str:
    """The id of a signal that four customers made."""
    for number in range(4):
        contact = {"text": f"{TROUBLE}, order {number}.", "channel": "email", "customer": {"id": uuid4().hex}}
        (await intake.post("/v1/contacts", json=contact)).raise_for_status()
    async with asyncio.timeout(60):
        while not (signals := (await insights.get("/v1/signals")).json()["signals"]):  # noqa: ASYNC110 - another process finds it
            await asyncio.sleep(0.2)
    return str(signals[0]["signal_id"])


async def hear_topic(consumer: AIOKafkaConsumer, heard: dict[str, float]) -> None:
    async for record in consumer:
        heard[dict(record.headers)["ce_id"].decode()] = time.perf_counter()


async def hear_stream(insights: httpx.AsyncClient, heard: dict[str, float]) -> None:
    async with insights.stream("GET", "/v1/stream", timeout=None) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                heard[json.loads(line[6:])["change_id"]] = time.perf_counter()


def line(name: str, seconds: Iterable[float]) -> str:
    ranked = sorted(1000 * each for each in seconds)
    return f"| {name} | {statistics.median(ranked):.0f} | {ranked[int(0.95 * len(ranked))]:.0f} | {ranked[-1]:.0f} |"


async def measure(brokers: str, started: Services) -> list[str]:
    headers = {"Authorization": f"Bearer {started.api_key}"}
    topic: dict[str, float] = {}
    stream: dict[str, float] = {}
    asked: list[tuple[float, float]] = []
    consumer = AIOKafkaConsumer(SIGNALS.name, bootstrap_servers=brokers, auto_offset_reset="latest", fetch_max_wait_ms=50)
    async with (
        httpx.AsyncClient(base_url=started.intake.url, headers=headers) as intake,
        httpx.AsyncClient(base_url=started.insights.url, headers=headers) as insights,
    ):
        snooze = f"/v1/signals/{await a_signal(intake, insights)}/snooze"
        await consumer.start()
        hearing = [asyncio.create_task(hear_topic(consumer, topic)), asyncio.create_task(hear_stream(insights, stream))]
        try:
            await asyncio.sleep(3)
            topic.clear()
            stream.clear()
            for number in range(CHANGES):
                began = time.perf_counter()
                (await insights.request("DELETE" if number % 2 else "POST", snooze)).raise_for_status()
                asked.append((began, time.perf_counter()))
                await asyncio.sleep(0.3 + number * 0.017)
            async with asyncio.timeout(30):
                while len(topic) < CHANGES or len(stream) < CHANGES:  # noqa: ASYNC110 - as above
                    await asyncio.sleep(0.1)
        finally:
            for task in hearing:
                task.cancel()
            await asyncio.wait(hearing)
            await consumer.stop()
    begun = [began for began, _ in asked]
    return [
        line("answer", [done - began for began, done in asked]),
        line("signals.changed", [at - began for at, began in zip(sorted(topic.values()), begun, strict=True)]),
        line("stream", [at - began for at, began in zip(sorted(stream.values()), begun, strict=True)]),
    ]


async def main() -> None:
    async with product() as (brokers, started):
        found = await measure(brokers, started)
    print("| told by | median ms | p95 | most |", "|---|---:|---:|---:|", *found, sep="\n")


if __name__ == "__main__":
    asyncio.run(main())
