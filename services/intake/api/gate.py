"""The first thing a request meets: whoever comes while too much is going on is told so at once, and nothing of it is read."""

from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.web import Problem

MAX_HEADERS: Final = 100
MAX_HEADER_BYTES: Final = 32 * 1024


class Gate:
    """
    ASGI middleware: `at_once` requests at a time, and heads of a sensible size. Operators always get in.

    How long a request takes under overload is bounded by how many share the processor; turning one away costs a small part of
    taking it.
    """

    def __init__(self, app: ASGIApp, *, at_once: int) -> None:
        self.app = app
        self._at_once = at_once
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await self.app(scope, receive, send)
        elif (problem := self._refusal(scope)) is not None:
            await problem.answer(Request(scope))(scope, receive, send)
        else:
            self._inside += 1
            try:
                await self.app(scope, receive, send)
            finally:
                self._inside -= 1

    def _refusal(self, scope: Scope) -> Problem | None:
        if self._inside >= self._at_once:
            return Problem(503, "overloaded", "Too much is going on already. Try again.", headers={"Retry-After": "1"})
        headers = scope["headers"]
        if len(headers) > MAX_HEADERS or sum(len(name) + len(value) for name, value in headers) > MAX_HEADER_BYTES:
            detail = f"At most {MAX_HEADERS} headers and {MAX_HEADER_BYTES:,} bytes of them are read."
            return Problem(431, "headers_too_large", detail, headers={"Connection": "close"})
        return None
