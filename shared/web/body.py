"""Request bodies, bounded in bytes and in time."""

import asyncio
import time
from collections.abc import AsyncIterator

from starlette.requests import Request

from shared.web.problems import Problem

PIECE_SECONDS = 10.0
BODY_SECONDS = 30.0


async def read_body(request: Request, *, limit: int) -> bytes:
    """The whole body. Raises Problem 413 as soon as it is known to be over `limit` bytes, 408 when it takes BODY_SECONDS."""
    return b"".join([chunk async for chunk in bounded(request, limit=limit)])


async def bounded(request: Request, *, limit: int, within: float | None = BODY_SECONDS) -> AsyncIterator[bytes]:
    """
    The body in pieces, as they arrive.

    Raises Problem 413 as soon as it is known to be over `limit` bytes, 408 when nothing came for PIECE_SECONDS, or when it takes
    longer than `within` seconds.
    """
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > limit:
        raise _too_large(limit)
    seen = 0
    ends_at = float("inf") if within is None else time.monotonic() + within
    pieces = request.stream()
    while (piece := await _next(pieces, ends_at)) is not None:
        seen += len(piece)
        if seen > limit:
            raise _too_large(limit)
        yield piece


async def _next(pieces: AsyncIterator[bytes], ends_at: float) -> bytes | None:
    try:
        async with asyncio.timeout(min(PIECE_SECONDS, ends_at - time.monotonic())):
            return await anext(pieces, None)
    except TimeoutError as error:
        detail = f"Nothing of the body came for {PIECE_SECONDS:g} seconds, or not all of it in time."
        raise Problem(408, "too_slow", detail, headers={"Connection": "close"}) from error


def _too_large(limit: int) -> Problem:
    return Problem(413, "too_large", f"The body is larger than {limit:,} bytes.", headers={"Connection": "close"})
