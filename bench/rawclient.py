"""The same load on the broker without intake: what an open loop of records costs in time by itself."""

import asyncio
import itertools
import random

from aiokafka import AIOKafkaProducer

from bench.contacts import received
from bench.openloop import Answers
from shared.events import RECEIVED, Encoded


async def publish_openly(bootstrap_servers: str, *, rate: float, seconds: float, seed: int = 1) -> Answers:
    """`rate` records a second by aiokafka's own producer, `acks=all`, idempotent, linger 2 ms as intake's; answered when acknowledged."""
    answers = Answers(seconds)
    loop, arrivals, records = asyncio.get_running_loop(), random.Random(seed), itertools.cycle(received(1_000, run=0))
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, acks="all", enable_idempotence=True, linger_ms=2)
    await producer.start()
    try:
        await producer.partitions_for(RECEIVED.name)
        began, due = loop.time(), 0.0
        async with asyncio.TaskGroup() as tasks:
            while (due := due + arrivals.expovariate(rate)) < seconds:
                if (wait := began + due - loop.time()) > 0:
                    await asyncio.sleep(wait)
                tasks.create_task(_publish(producer, next(records), began, due, answers))
    finally:
        await producer.stop()
    return answers


async def _publish(producer: AIOKafkaProducer, record: Encoded, began: float, due: float, answers: Answers) -> None:
    await producer.send_and_wait(record.topic, record.value, record.key, headers=list(record.headers))
    answers.due.append(due)
    answers.status.append(202)
    answers.latency.append(asyncio.get_running_loop().time() - began - due)
