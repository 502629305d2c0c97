"""
`python -m bench.baselines.consume topic group`: a consume loop that looks at nothing. getmany → send on → commit.

With --to it sends each record on, `--copies` times; with --bytes as values of that size in place of its own.
"""

import argparse
import asyncio
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from shared.kafka import Batch, KafkaSettings, client_options, joined
from shared.settings import ServiceSettings, load
from shared.tasks import Lifetime, end_on_signal, run

POLL_MS = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the loop should do."""

    topic: str
    group: str
    batch: int
    to: str | None
    copies: int
    size: int | None


class LoopSettings(ServiceSettings):
    """Nothing that matters here."""

    port: int = 0


async def main(wanted: Wanted, settings: LoopSettings, kafka: KafkaSettings) -> None:
    """Until told to stop."""
    lifetime = Lifetime()
    # As shared.kafka.Publisher sets it up.
    producer = AIOKafkaProducer(
        **client_options(kafka), acks="all", enable_idempotence=True, linger_ms=2, max_batch_size=256 * 1024
    )
    await producer.start()
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(end_on_signal(lifetime, settings))
            tasks.create_task(_follow(wanted, kafka, lifetime, producer))
    finally:
        await producer.stop()


async def _follow(wanted: Wanted, kafka: KafkaSettings, lifetime: Lifetime, producer: AIOKafkaProducer) -> None:
    async with joined(kafka, lifetime, topics=[wanted.topic], group=wanted.group, reset="earliest") as consumer:
        if consumer is not None:
            await _loop(wanted, lifetime, consumer, producer)


async def _loop(wanted: Wanted, lifetime: Lifetime, consumer: AIOKafkaConsumer, producer: AIOKafkaProducer) -> None:
    value = None if wanted.size is None else bytes(wanted.size)
    while not consumer.assignment():  # noqa: ASYNC110 - aiokafka announces it to listeners only
        await asyncio.sleep(POLL_MS / 1000)
    print("ready", flush=True)
    while not lifetime.stopping.is_set():
        batch: Batch = await consumer.getmany(timeout_ms=POLL_MS, max_records=wanted.batch)
        if not batch:
            continue
        sent = [
            await producer.send(wanted.to, key=record.key, value=value or record.value, headers=list(record.headers))
            for records in batch.values()
            for record in records
            for _ in range(wanted.copies)
            if wanted.to
        ]
        await asyncio.gather(*sent)
        await consumer.commit()


def _arguments() -> Wanted:
    parser = argparse.ArgumentParser(prog="python -m bench.baselines.consume", description=__doc__)
    parser.add_argument("topic")
    parser.add_argument("group")
    parser.add_argument("--batch", type=int, default=256, help="records taken at a time, at most")
    parser.add_argument("--to", help="topic that records are sent on to; default: nowhere")
    parser.add_argument("--copies", type=int, default=1, help="how often each is sent on")
    parser.add_argument("--bytes", type=int, dest="size", help="size of the values that are sent on; default: what came in")
    said = parser.parse_args()
    return Wanted(said.topic, said.group, said.batch, said.to, said.copies, said.size)


if __name__ == "__main__":
    wanted = _arguments()
    settings, kafka = load(LoopSettings, KafkaSettings)
    run("consume", settings, main(wanted, settings, kafka))
