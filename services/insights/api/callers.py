"""The dependency by which every route knows who is asking."""

from collections.abc import Awaitable, Callable

from fastapi import Request

from services.insights.login import Door, Viewer

Caller = Callable[[Request], Awaitable[Viewer]]


def caller_of(door: Door) -> Caller:
    """Async, because FastAPI sends everything else to a thread."""

    async def caller(request: Request) -> Viewer:
        return door.caller(request)

    return caller


def writer_of(door: Door) -> Caller:
    """The same for every route that changes something: a key with the scope insights:write."""

    async def writer(request: Request) -> Viewer:
        return door.writer(request)

    return writer
