"""What a record costs to publish: by aiokafka's own producer, and by the one that intake, triage and insights use."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from aiokafka import AIOKafkaProducer

from bench.contacts import received
from bench.ground import Ground
from bench.measure import Rounds
from bench.report import Report
from shared.events import Encoded
from shared.kafka import KafkaSettings, Publisher

SHAPES: Final = ((16, 1), (64, 1), (16, 100))
"""So many callers, each with so many records at a time."""
LINGER_MS: Final = 2

Publish = Callable[[Sequence[Encoded]], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Size:
    """Records of each subject in a round."""

    records: int = 3_200


async def measure(ground: Ground, size: Size = Size(), *, rounds: int) -> tuple[Report, ...]:
    """In this process, whose CPU time it is; the broker's is in none of it."""
    kafka, costs = KafkaSettings(bootstrap_servers=ground.running.bootstrap_servers), Rounds()
    records = received(size.records, run=0)
    theirs = AIOKafkaProducer(
        bootstrap_servers=kafka.bootstrap_servers,
        acks="all",
        enable_idempotence=True,
        linger_ms=LINGER_MS,
        max_batch_size=256 * 1024,
    )
    async with Publisher(kafka, client_id="bench", deadline=10, linger_ms=LINGER_MS) as ours, theirs:
        await ours.opened(within=10)

        async def by_theirs(some: Sequence[Encoded]) -> None:
            sent = [await theirs.send(each.topic, each.value, each.key, headers=list(each.headers)) for each in some]
            await asyncio.wait(sent)

        for run in range(rounds + 1):
            for callers, at_a_time in SHAPES:
                for name, publish in (("aiokafka", by_theirs), ("ours", ours.publish)):
                    seconds = await _publish(records, publish, callers, at_a_time)
                    if run:  # the first warms up
                        costs.add(_subject(name, callers, at_a_time), seconds, size.records)
    return tuple(_report(costs, size, rounds, *shape) for shape in SHAPES)


async def _publish(records: Sequence[Encoded], publish: Publish, callers: int, at_a_time: int) -> float:
    parts = iter([records[start : start + at_a_time] for start in range(0, len(records), at_a_time)])

    async def caller() -> None:
        for part in parts:
            await publish(part)

    began = time.process_time()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(callers):
            tasks.create_task(caller())
    return time.process_time() - began


def _report(costs: Rounds, size: Size, rounds: int, callers: int, at_a_time: int) -> Report:
    subjects = [_subject(name, callers, at_a_time) for name in ("aiokafka", "ours")]
    return Report.of(
        costs,
        f"Publishing: {callers} callers, {at_a_time} at a time",
        measured=f"CPU time of the publishing process, its callers included. {rounds} rounds of {size.records:,} records of 900 bytes in 12 partitions, "
        f"acks=all, idempotent, linger {LINGER_MS} ms.",
        subjects=subjects,
        baselines=(subjects[0],),
        notes=(),
    )


def _subject(name: str, callers: int, at_a_time: int) -> str:
    return f"{name}, {callers} x {at_a_time}"
