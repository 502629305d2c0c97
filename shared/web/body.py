"""Request bodies, bounded."""

from collections.abc import AsyncIterator

from starlette.requests import Request

from shared.web.problems import Problem


async def read_body(request: Request, *, limit: int) -> bytes:
    """The whole body. Raises Problem 413 as soon as it is known to be over `limit` bytes."""
    return b"".join([chunk async for chunk in bounded(request, limit=limit)])


async def bounded(request: Request, *, limit: int) -> AsyncIterator[bytes]:
    """The body in pieces, as they arrive. Raises Problem 413 as soon as it is known to be over `limit` bytes."""
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > limit:
        raise _too_large(limit)
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > limit:
            raise _too_large(limit)
        yield chunk


def _too_large(limit: int) -> Problem:
    return Problem(413, "too_large", f"The body is larger than {limit:,} bytes.", headers={"Connection": "close"})
