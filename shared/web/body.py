"""Request bodies, bounded."""

from starlette.requests import Request

from shared.web.problems import Problem


async def read_body(request: Request, *, limit: int) -> bytes:
    """The whole body. A body over `limit` bytes is refused with 413 as soon as that is known."""
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > limit:
        raise too_large(limit)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise too_large(limit)
    return bytes(body)


def too_large(limit: int) -> Problem:
    return Problem(413, "too_large", f"The body is larger than {limit:,} bytes.", headers={"Connection": "close"})
