"""Connections, bounded: how many are read, how long a request's head may take to come, and how large it may be."""

from asyncio import TimerHandle, Transport
from collections import deque
from typing import Any, ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS: Final = 10.0
HEAD_BYTES: Final = 64 * 1024


class Connection(HttpToolsProtocol):
    """
    One connection of a server that reads from `at_most` of them at a time.

    As many again wait unread until another ends, which costs nothing; more are closed at once. One on which no whole head came
    for `head_seconds`, or over HEAD_BYTES came before its end, is closed.
    """

    at_most: ClassVar[int]
    head_seconds: ClassVar[float]
    waiting: "ClassVar[deque[Connection]]"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timer: TimerHandle | None = None
        self._is_head_open = False
        self._head_bytes = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) <= self.at_most:
            self._wait_for_head()
        elif len(self.waiting) < self.at_most:
            self.flow.pause_reading()
            self.waiting.append(self)
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)
        if self in self.waiting:
            self.waiting.remove(self)
        elif self.waiting and len(self.connections) - len(self.waiting) < self.at_most:
            self.waiting.popleft().begin()

    def begin(self) -> None:
        """It is this connection's turn to be read."""
        self.flow.resume_reading()
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._is_head_open:
            return
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES:
            self.transport.close()
        elif self._timer is None:
            self._wait_for_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_head_open = True
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        self._is_head_open = False
        self._stop_waiting()
        super().on_headers_complete()

    def _wait_for_head(self) -> None:
        self._timer = self.loop.call_later(self.head_seconds, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def connections(at_most: int, *, head_seconds: float = HEAD_SECONDS) -> type[Connection]:
    """The protocol of one server."""
    bounds = {"at_most": at_most, "head_seconds": head_seconds, "waiting": deque[Connection]()}
    return type("ServersConnection", (Connection,), bounds)
