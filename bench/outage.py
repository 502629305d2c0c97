"""What intake answers while its broker is away for a minute, and how soon after the broker's return it is itself again."""

import asyncio
import itertools
from dataclasses import dataclass
from typing import Final

from bench.contacts import bodies
from bench.ground import Ground, port_of
from bench.load import post
from bench.openloop import Answers, offer
from bench.report import table
from deploy.local import LocalError

ACCEPTED: Final = 202
REFUSED: Final = 503


@dataclass(frozen=True, slots=True)
class Size:
    """Seconds before, without and after the broker; requests a second; the deadline of a publish."""

    before: float = 5.0
    away: float = 60.0
    after: float = 30.0
    rate: float = 50.0
    deadline: float = 5.0


@dataclass(frozen=True, slots=True)
class Outage:
    """Requests that were due while the broker was away, by what became of them; durations in seconds."""

    size: Size
    asked: int
    accepted: int
    refused: int
    slowest: float
    back_after: float

    def printed(self) -> str:
        """In Markdown."""
        other = self.asked - self.accepted - self.refused
        shown = [
            ["`202`", "0", f"{self.accepted}"],
            ["`503`", f"{self.asked}", f"{self.refused}"],
            ["anything else", "0", f"{other}"],
            ["the slowest answer", f"deadline x 1.2 = {1.2 * self.size.deadline:.1f} s", f"{self.slowest:.2f} s"],
            ["full service after the broker's return", "10 s", f"{self.back_after:.1f} s"],
        ]
        return "\n".join(
            [
                "## Outage",
                "",
                f"The broker is stopped for {self.size.away:g} s, {self.size.rate:g} contacts a second keep coming. What was due while it was away:",
                "",
                *table(["", "wanted", "measured"], shown),
            ]
        )


async def measure(ground: Ground, size: Size = Size(), *, rounds: int) -> tuple[Outage, ...]:
    """Once: it takes two minutes. `rounds` are for the other parts. KAFKA=apache measures it on Apache Kafka."""
    del rounds
    broker = ground.running.broker
    if broker is None:
        raise LocalError("An outage needs a broker that can be stopped: unset KAFKA_BOOTSTRAP_SERVERS")
    loop, requests = asyncio.get_running_loop(), [post("/v1/contacts", body, key=ground.api_key) for body in bodies(1_000, run=0)]
    seconds = size.before + size.away + size.after
    settings = {"INTAKE_DEADLINE_SECONDS": str(size.deadline)}
    async with (
        ground.server("intake", "services.intake", port_in="INTAKE_PORT", **settings) as intake,
        asyncio.TaskGroup() as tasks,
    ):
        began = loop.time()
        offering = offer(
            itertools.cycle(requests), port=port_of(intake), rate=size.rate, seconds=seconds, patience=3 * size.deadline
        )
        offered = tasks.create_task(offering)
        await asyncio.sleep(size.before)
        await broker.stop()
        left = loop.time() - began
        await asyncio.sleep(size.away)
        returns = loop.time() - began
        await broker.start()
        returned = loop.time() - began
    return (_outage(offered.result(), size, left, returns, returned),)


def _outage(answers: Answers, size: Size, left: float, returns: float, returned: float) -> Outage:
    each = list(zip(answers.due, answers.status, answers.latency, strict=True))
    away = [(status, latency) for due, status, latency in each if left <= due < returns]
    statuses = [status for status, _ in away]
    return Outage(
        size,
        asked=len(away),
        accepted=statuses.count(ACCEPTED),
        refused=statuses.count(REFUSED),
        slowest=max(latency for _, _, latency in each),
        back_after=max((due - returned for due, status, _ in each if status != ACCEPTED), default=0.0),
    )
