"""Request bodies, bounded."""

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import Request

from shared.web.problems import Problem

PIECE_SECONDS = 10.0


async def read_body(request: Request, *, limit: int) -> bytes:
    """The whole body. Raises Problem 413 as soon as it is known to be over `limit` bytes."""
    return b"".join([chunk async for chunk in bounded(request, limit=limit)])


async def bounded(request: Request, *, limit: int) -> AsyncIterator[bytes]:
    """
    The body in pieces, as they arrive.

    Raises Problem 413 as soon as it is known to be over `limit` bytes, 408 when nothing came for PIECE_SECONDS.
    """
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > limit:
        raise _too_large(limit)
    seen = 0
    pieces = request.stream()
    while (piece := await _next(pieces)) is not None:
        seen += len(piece)
        if seen > limit:
            raise _too_large(limit)
        yield piece


async def _next(pieces: AsyncIterator[bytes]) -> bytes | None:
    try:
        async with asyncio.timeout(PIECE_SECONDS):
            return await anext(pieces, None)
    except TimeoutError as error:
        detail = f"Nothing of the body came for {PIECE_SECONDS:g} seconds."
        raise Problem(408, "too_slow", detail, headers={"Connection": "close"}) from error


def _too_large(limit: int) -> Problem:
    return Problem(413, "too_large", f"The body is larger than {limit:,} bytes.", headers={"Connection": "close"})
