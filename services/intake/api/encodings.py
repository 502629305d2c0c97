"""Bodies that come compressed: gzip and zstd. What comes out is bounded piece by piece, so that a small body cannot become a large one."""

import sys
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Final, Protocol

from starlette.requests import Request

from shared.web import Problem, bounded

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PIECE_BYTES: Final = 64 * 1024
WINDOW_LOG: Final = 23
"""8 MiB, what RFC 8878 asks every decoder for: more is memory that a sender makes us spend."""


def decoded(request: Request, *, limit: int, within: float | None) -> AsyncIterator[bytes]:
    """
    The body in pieces, decompressed, as it arrives.

    Raises Problem: 415 for an encoding that is not known, 400 where the body is none of it, 413 over `limit` bytes before or
    after, 408 as `bounded`.
    """
    pieces = bounded(request, limit=limit, within=within)
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    return pieces if encoding == "identity" else _decompressed(pieces, _stream(encoding), limit)


class Frame(Protocol):
    """One compressed frame; a body may hold several, one after the other."""

    @property
    def is_whole(self) -> bool: ...
    def feed(self, data: bytes) -> tuple[bytes, bytes | None]:
        """PIECE_BYTES at most of what comes out, and what is left of `data`: None where there is nothing more to be had."""


class Gzip:
    """RFC 1952."""

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(wbits=31)

    @property
    def is_whole(self) -> bool:
        return self._inflater.eof

    def feed(self, data: bytes) -> tuple[bytes, bytes | None]:
        out = self._inflater.decompress(data, PIECE_BYTES)
        rest = self._inflater.unused_data if self._inflater.eof else self._inflater.unconsumed_tail
        # A full piece may have left something inside, with nothing of the input left.
        return out, rest if rest or (len(out) == PIECE_BYTES and not self._inflater.eof) else None


class Zstd:
    """RFC 8878."""

    def __init__(self) -> None:
        self._inflater = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: WINDOW_LOG})

    @property
    def is_whole(self) -> bool:
        return self._inflater.eof

    def feed(self, data: bytes) -> tuple[bytes, bytes | None]:
        out = self._inflater.decompress(data, PIECE_BYTES)
        if self._inflater.eof:
            return out, self._inflater.unused_data or None
        return out, None if self._inflater.needs_input else b""


FRAMES: Final[dict[str, type[Gzip | Zstd]]] = {"gzip": Gzip, "x-gzip": Gzip, "zstd": Zstd}
ACCEPTED: Final = "gzip, zstd"


class Stream:
    """Frames of one kind, one after the other."""

    def __init__(self, kind: type[Gzip | Zstd]) -> None:
        self._kind = kind
        self._frame: Frame = kind()

    @property
    def is_whole(self) -> bool:
        return self._frame.is_whole

    def feed(self, data: bytes) -> Iterator[bytes]:
        rest: bytes | None = data or None
        while rest is not None:
            if self._frame.is_whole:
                self._frame = self._kind()
            out, rest = self._frame.feed(rest)
            yield out


def _stream(encoding: str) -> Stream:
    if encoding not in FRAMES:
        detail = f"Of compressed bodies {ACCEPTED} are read, one of them at a time."
        raise Problem(415, "encoding_unknown", detail, headers={"Accept-Encoding": ACCEPTED, "Connection": "close"})
    return Stream(FRAMES[encoding])


async def _decompressed(pieces: AsyncIterator[bytes], stream: Stream, limit: int) -> AsyncIterator[bytes]:
    seen = 0
    try:
        async for piece in pieces:
            for out in stream.feed(piece):
                seen += len(out)
                if seen > limit:
                    detail = f"The body is larger than {limit:,} bytes when it is decompressed."
                    raise Problem(413, "too_large", detail, headers={"Connection": "close"})
                yield out
    except (zlib.error, zstd.ZstdError) as error:
        raise _broken() from error
    if not stream.is_whole:
        raise _broken()


def _broken() -> Problem:
    return Problem(400, "malformed_encoding", "The body is not what Content-Encoding says, or ends too early.")
