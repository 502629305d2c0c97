"""
A closed loop of HTTP/1.1 requests over connections that stay open: each connection sends the next one when it was answered.

Bytes in, bytes out, on this machine only, so that the client is never what is measured.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence

HOST = "127.0.0.1"
SECONDS = 120.0


class Refused(Exception):
    """The server gave another answer than was wanted."""


def post(path: str, body: bytes, *, media_type: str = "application/json", key: str = "none") -> bytes:
    """A request, ready to be sent."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {HOST}\r\nauthorization: Bearer {key}\r\n"
        f"content-type: {media_type}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def send(requests: Sequence[bytes], *, port: int, connections: int, status: int) -> None:
    """Send every request once. Raises Refused unless each is answered with `status`, TimeoutError after SECONDS."""
    waiting = iter(requests)
    async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as tasks:
        for _ in range(min(connections, len(requests))):
            tasks.create_task(_send_in_turn(waiting, port, status))


async def _send_in_turn(waiting: Iterator[bytes], port: int, status: int) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        for request in waiting:
            writer.write(request)
            await writer.drain()
            await _answered(reader, status)
    finally:
        writer.close()


async def _answered(reader: asyncio.StreamReader, wanted: int) -> None:
    head, *fields = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
    body = await reader.readexactly(_length(fields))
    if int(head.split()[1]) != wanted:
        raise Refused(f"{head.decode()}: {body[:500].decode(errors='replace')}")


def _length(fields: Iterable[bytes]) -> int:
    named = (field.lower().partition(b":") for field in fields)
    return next(int(value) for name, _, value in named if name == b"content-length")
