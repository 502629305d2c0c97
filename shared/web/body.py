"""Request bodies, bounded in bytes and in time."""

import asyncio
import time
import types
from collections.abc import AsyncIterator, Coroutine, Generator
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from shared.web.problems import Problem

PIECE_SECONDS = 10.0
BODY_SECONDS = 30.0


async def read_body(request: Request, *, limit: int) -> bytes:
    """The whole body. Raises Problem 413 as soon as it is known to be over `limit` bytes, 408 when it takes BODY_SECONDS."""
    return b"".join([piece async for piece in bounded(request, limit=limit)])


async def bounded(request: Request, *, limit: int, within: float | None = BODY_SECONDS) -> AsyncIterator[bytes]:
    """
    The body in pieces, as they arrive.

    Raises Problem 413 as soon as it is known to be over `limit` bytes, 408 when nothing came for PIECE_SECONDS, or when it takes
    longer than `within` seconds; ClientDisconnect when nobody sends any more.
    """
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > limit:
        raise _too_large(limit)
    seen = 0
    ends_at = float("inf") if within is None else time.monotonic() + within
    has_more = True
    while has_more:
        message = await _next(request, ends_at)
        piece: bytes = message.get("body", b"")
        has_more = message.get("more_body", False)
        seen += len(piece)
        if seen > limit:
            raise _too_large(limit)
        if piece:
            yield piece


async def _next(request: Request, ends_at: float) -> Message:
    # Most bodies are there with their head. A timeout around what need not wait costs as much as checking a contact, 4 µs.
    receiving: Any = request.receive()
    try:
        waits_for = receiving.send(None)
    except StopIteration as at_once:
        message: Message = at_once.value
    else:
        try:
            async with asyncio.timeout(min(PIECE_SECONDS, ends_at - time.monotonic())):
                message = await _rest(receiving, waits_for)
        except TimeoutError as error:
            detail = f"Nothing of the body came for {PIECE_SECONDS:g} seconds, or not all of it in time."
            raise Problem(408, "too_slow", detail, headers={"Connection": "close"}) from error
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return message


@types.coroutine
def _rest(begun: Coroutine[Any, Any, Message], waits_for: Any) -> Generator[Any, Any, Message]:
    """What a coroutine that was begun, and waits for something, returns in the end."""
    while True:
        failure: BaseException | None = None
        try:
            said = yield waits_for
        except BaseException as error:  # noqa: BLE001 - it is the coroutine's
            failure = error
        try:
            waits_for = begun.send(said) if failure is None else begun.throw(failure)
        except StopIteration as end:
            message: Message = end.value
            return message


def _too_large(limit: int) -> Problem:
    return Problem(413, "too_large", f"The body is larger than {limit:,} bytes.", headers={"Connection": "close"})
