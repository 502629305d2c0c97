"""
An open loop: requests leave when they are due, whether or not those before were answered, as customers' requests do.

Arrivals are Poisson with a seed. A request takes an idle connection or opens one; it is given up after `patience` seconds, and at once
where CONNECTIONS wait for an answer already. Latencies are counted from the moment at which a request was due, so that a server cannot look fast by making clients wait.
"""

import asyncio
import random
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from bench.load import HOST

CONNECTIONS: Final = 400
PATIENCE: Final = 2.0
GIVEN_UP: Final = 0
"""The status of what got no answer."""

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass(slots=True)
class Answers:
    """What became of the requests of one run: when each was due, in seconds from its begin, its status and its latency in seconds."""

    seconds: float
    due: list[float] = field(default_factory=list)
    status: list[int] = field(default_factory=list)
    latency: list[float] = field(default_factory=list)

    def rate(self, *statuses: int) -> float:
        """Answers a second with one of these statuses."""
        return sum(status in statuses for status in self.status) / self.seconds

    def quantile(self, share: float) -> float:
        """Seconds that `share` of the accepted took at most; infinite where none was."""
        accepted = sorted(latency for status, latency in zip(self.status, self.latency, strict=True) if status == 202)
        return accepted[min(len(accepted) - 1, int(share * len(accepted)))] if accepted else float("inf")


async def offer(
    requests: Iterator[bytes], *, port: int, rate: float, seconds: float, seed: int = 1, patience: float = PATIENCE
) -> Answers:
    """Send `rate` requests a second for so many seconds, and wait for the answers."""
    answers = Answers(seconds)
    loop, arrivals, idle = asyncio.get_running_loop(), random.Random(seed), Connections(port, patience)
    began, due = loop.time(), 0.0
    async with asyncio.TaskGroup() as tasks:
        while (due := due + arrivals.expovariate(rate)) < seconds:
            if (wait := began + due - loop.time()) > 0:
                await asyncio.sleep(wait)
            tasks.create_task(_send(next(requests), began, due, idle, answers))
    idle.close()
    return answers


async def _send(request: bytes, began: float, due: float, connections: "Connections", answers: Answers) -> None:
    loop, status = asyncio.get_running_loop(), GIVEN_UP
    with suppress(TimeoutError, OSError):
        async with asyncio.timeout_at(began + due + connections.patience):
            status = await connections.ask(request)
    answers.due.append(due)
    answers.status.append(status)
    answers.latency.append(loop.time() - began - due)


class Connections:
    """Up to CONNECTIONS to one port."""

    def __init__(self, port: int, patience: float) -> None:
        self.patience = patience
        self._port = port
        self._idle: list[_Connection] = []
        self._busy = 0

    async def ask(self, request: bytes) -> int:
        """The status of the answer. Raises OSError where there is none."""
        if self._busy == CONNECTIONS:
            raise ConnectionRefusedError("every connection waits for an answer")
        self._busy += 1
        try:
            # The server closes what was idle for long.
            self._idle = [connection for connection in self._idle if connection.is_open]
            connection = self._idle.pop() if self._idle else await self._open()
            status = await connection.ask(request)
        finally:
            self._busy -= 1
        if connection.is_open:
            self._idle.append(connection)
        return status

    def close(self) -> None:
        for connection in self._idle:
            connection.close()

    async def _open(self) -> "_Connection":
        _, connection = await asyncio.get_running_loop().create_connection(_Connection, HOST, self._port)
        return connection


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self.is_open = False
        self._answer: asyncio.Future[int] | None = None
        self._seen = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport, self.is_open = transport, True

    def connection_lost(self, _error: Exception | None) -> None:
        self.is_open = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError("closed without an answer"))

    def data_received(self, data: bytes) -> None:
        self._seen += data
        head, end, body = self._seen.partition(b"\r\n\r\n")
        if end and (length := _LENGTH.search(head)) and len(body) >= int(length[1]) and self._answer is not None:
            if b"connection: close" in head.lower():
                self.close()
            if not self._answer.done():
                self._answer.set_result(int(head[9:12]))

    async def ask(self, request: bytes) -> int:
        self._seen = b""
        self._answer = asyncio.get_running_loop().create_future()
        if not self.is_open:
            raise ConnectionResetError("closed while it was idle")
        self._transport.write(request)
        try:
            return await self._answer
        except asyncio.CancelledError:
            self.close()
            raise

    def close(self) -> None:
        self.is_open = False
        self._transport.abort()
