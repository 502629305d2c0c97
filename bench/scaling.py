"""How much faster two processes of triage are than one: wall-clock time, so only a machine with nothing else to do can tell."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx
import psutil

from bench.backlog import Backlog, backlog
from bench.contacts import received
from bench.ground import Ground
from bench.measure import Spread
from bench.report import table
from deploy.local.services import Service
from shared.events import RECEIVED

SHARED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Size:
    """How many contacts are measured, and how many are read before until every process has had some."""

    contacts: int = 1_200
    warm_up: int = 240


FULL = Size()


@dataclass(frozen=True, slots=True)
class Scaling:
    """Contacts a second, by how many processes share them, and the ratio of two to one of the same round."""

    speeds: dict[int, Spread]
    ratio: Spread
    contacts: int
    load: float

    def printed(self) -> str:
        head = ["", "contacts/s", "least", "most"]
        rows = [
            [f"{count} process{'es' if count > 1 else ''}", f"{speed.median:,.0f}", f"{speed.least:,.0f}", f"{speed.most:,.0f}"]
            for count, speed in self.speeds.items()
        ]
        measured = (
            f"{self.contacts:,} contacts of 380 characters that wait in {RECEIVED.partitions} partitions, from the moment the processes are let go until all is "
            f"committed. One thread of reading in each; {os.cpu_count()} cores, load {self.load:.1f} before; broker and bench are on them, too."
        )
        two = f"Two processes: {self.ratio.median:.2f} ({self.ratio.least:.2f} to {self.ratio.most:.2f}) times as fast as one."
        return "\n".join(["## Triage: one process and two", "", measured, "", *table(head, rows), "", f"* {two}"])


async def measure(ground: Ground, size: Size = FULL, *, rounds: int) -> tuple[Scaling, ...]:
    """One process and two in turn, round by round."""
    load = psutil.getloadavg()[0]
    found: dict[int, list[float]] = {1: [], 2: []}
    async with backlog(ground.running.bootstrap_servers) as waiting:
        for run in range(rounds):
            for count, speeds in found.items():
                speeds.append(await _speed(ground, waiting, size, count, run))
    ratio = Spread.of([two / one for one, two in zip(found[1], found[2], strict=True)])
    return (Scaling({count: Spread.of(speeds) for count, speeds in found.items()}, ratio, size.contacts, load),)


async def _speed(ground: Ground, waiting: Backlog, size: Size, count: int, run: int) -> float:
    group = f"scaling-{count}-{run}"
    await waiting.skip(group=group, topic=RECEIVED.name)
    async with _processes(ground, group, count) as services:
        await _shared(waiting, services, group, size.warm_up)
        held = [psutil.Process(service.child.pid) for service in services]
        for process in held:
            process.suspend()
        try:
            await waiting.write(RECEIVED.name, received(size.contacts, run=run))
        finally:
            for process in held:
                process.resume()
        began = time.perf_counter()
        await waiting.until_read(services[0].child, group=group, topic=RECEIVED.name)
        return size.contacts / (time.perf_counter() - began)


@asynccontextmanager
async def _processes(ground: Ground, group: str, count: int) -> AsyncIterator[Sequence[Service]]:
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                ground.server(
                    f"{group}-{number}",
                    "services.triage",
                    port_in="TRIAGE_PORT",
                    TRIAGE_GROUP=group,
                    TRIAGE_INSTANCE=f"bench-{number}",
                )
            )
            for number in range(count)
        ]


async def _shared(waiting: Backlog, services: Sequence[Service], group: str, warm_up: int) -> None:
    """Return when each process has had a part of what there was to read, and is warm."""
    async with asyncio.timeout(SHARED_SECONDS), httpx.AsyncClient() as http:
        while True:
            await waiting.write(RECEIVED.name, received(warm_up, run=0))
            await waiting.until_read(services[0].child, group=group, topic=RECEIVED.name)
            pages = [(await http.get(f"{service.url}/metrics")).text for service in services]
            if all('triage_records_total{outcome="triaged"}' in page for page in pages):
                return
