"""Connections on a real server: so many are read, the others wait unread, and a head has to come in time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from shared.web.connections import HEAD_BYTES, connections

GET = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"hi"})


@asynccontextmanager
async def serving(*, at_most: int = 2, head_seconds: float = 5.0) -> AsyncIterator[int]:
    """A server on a port of its own."""
    config = uvicorn.Config(hello, port=0, http=connections(at_most, head_seconds=head_seconds), lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    server.capture_signals = nullcontext  # type: ignore[assignment]
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
        server.should_exit = True
        server.force_exit = True


async def answered(reader: asyncio.StreamReader, *, within: float = 2.0) -> bytes:
    async with asyncio.timeout(within):
        return await reader.readexactly(len(b"HTTP/1.1 200 OK"))


async def is_closed(reader: asyncio.StreamReader, *, within: float = 2.0) -> bool:
    try:
        async with asyncio.timeout(within):
            return await reader.read() == b""
    except ConnectionResetError:
        return True


async def test_what_is_over_the_limit_waits_unread_and_is_answered_when_another_ends() -> None:
    async with serving(at_most=2) as port:
        first, second, third = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        for _, writer in (first, second, third):
            writer.write(GET)

        assert await answered(first[0])
        assert await answered(second[0])
        with pytest.raises(TimeoutError):
            await answered(third[0], within=0.3)
        first[1].close()
        assert await answered(third[0])
        for _, writer in (second, third):
            writer.close()


async def test_beyond_twice_the_limit_connections_are_closed_and_a_waiting_one_that_left_gives_way_in_its_turn() -> None:
    async with serving(at_most=1) as port:
        inside, waiting, over = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]

        assert await is_closed(over[0])
        for _, writer in (waiting, inside, over):
            writer.close()
        await asyncio.sleep(0.1)
        later = await asyncio.open_connection("127.0.0.1", port)
        later[1].write(GET)
        assert await answered(later[0])
        later[1].close()


@pytest.mark.parametrize("sent", [b"", b"GET / HT", GET[:-2], GET + GET[:9]], ids=["nothing", "a line", "a head", "a second one"])
async def test_a_head_that_does_not_come_is_given_up(sent: bytes) -> None:
    async with serving(head_seconds=0.3) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)

        answer = await asyncio.wait_for(reader.read(), 2)
        assert answer.startswith(b"HTTP/1.1 200") == sent.startswith(GET)
        writer.close()


async def test_a_head_without_end_is_given_up() -> None:
    async with serving() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nx: ")
        for _ in range(HEAD_BYTES // 1024 + 2):
            writer.write(b"x" * 1024)
            await asyncio.sleep(0)

        assert await is_closed(reader)
        writer.close()
