"""The first thing a request meets: while too much is going on it waits for its turn, for a second at most, and nothing of it is read."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.web import Problem

MAX_HEADERS: Final = 100
MAX_HEADER_BYTES: Final = 32 * 1024
WAIT_SECONDS: Final = 1.0


class Gate:
    """
    ASGI middleware: `at_once` requests at a time, in the order in which they came, and heads of a sensible size. Operators always get in.

    To wait costs nothing, so that under overload as much is taken as ever; turning one away costs a good part of taking it. How
    many can wait is bounded by the connections, how long by WAIT_SECONDS, and so how long an accepted request took.
    """

    def __init__(self, app: ASGIApp, *, at_once: int) -> None:
        self.app = app
        self._room = asyncio.Semaphore(at_once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await self.app(scope, receive, send)
        elif (problem := _unfit(scope) or await self._full()) is not None:
            await problem.answer(Request(scope))(scope, receive, send)
        else:
            try:
                await self.app(scope, receive, send)
            finally:
                self._room.release()

    async def _full(self) -> Problem | None:
        """None once there is room, which is then taken."""
        try:
            if self._room.locked():
                async with asyncio.timeout(WAIT_SECONDS):
                    await self._room.acquire()
            else:
                await self._room.acquire()
        except TimeoutError:
            return Problem(503, "overloaded", "Too much is going on already. Try again.", headers={"Retry-After": "1"})
        return None


def _unfit(scope: Scope) -> Problem | None:
    headers = scope["headers"]
    if len(headers) > MAX_HEADERS or sum(len(name) + len(value) for name, value in headers) > MAX_HEADER_BYTES:
        detail = f"At most {MAX_HEADERS} headers and {MAX_HEADER_BYTES:,} bytes of them are read."
        return Problem(431, "headers_too_large", detail, headers={"Connection": "close"})
    return None
