"""
What every request carries: an id, a trace and its place in the metrics.

Pure ASGI: starlette's BaseHTTPMiddleware costs more than a whole FastAPI request.
"""

import re
import time
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.telemetry import next_traceparent
from shared.web.refusals import Refusals

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
SPAN = slice(36, 52)
"""Where a traceparent says which span this is."""
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


def request_id(request: HTTPConnection) -> str:
    """The id under which this request is found in the logs: the caller's own `X-Request-Id` where it sent one, else its span's."""
    return str(request.scope["request_id"])


def traceparent(request: HTTPConnection) -> str:
    """The W3C trace that this request belongs to, to be sent on."""
    return str(request.scope["traceparent"])


def call_by(request: HTTPConnection, caller: str | None) -> None:
    """Let the log say by whom this call was, if it is refused."""
    request.scope["caller"] = caller


def answer_with(request: HTTPConnection, headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Send these headers with whatever the answer to this request will be."""
    request.scope["answer_headers"].extend(headers)


class RequestContext:
    """ASGI middleware: id, trace, and one count and one latency for every request, by route and status."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self.app = app
        self.requests = Counter(
            "http_requests", "Answered requests, one count each.", ["method", "route", "status"], registry=registry
        )
        self.seconds = Histogram(
            "http_request_seconds",
            "From the request's first byte to the answer's last.",
            ["route"],
            registry=registry,
            buckets=BUCKETS,
        )
        self.refusals = Refusals()
        self._counted: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        trace = scope["traceparent"] = next_traceparent(headers.get(b"traceparent", b"").decode("latin-1") or None)
        scope["request_id"] = given.decode() if REQUEST_ID.fullmatch(given) else trace[SPAN]
        answered = scope["answer_headers"] = [(b"x-request-id", scope["request_id"].encode())]
        status = 499  # nobody was left to answer
        started = time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *answered]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            self._count(scope, status, time.perf_counter() - started)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        kind = _method(scope), route, status
        if kind not in self._counted:  # labels() takes longer than counting
            self._counted[kind] = self.requests.labels(*kind), self.seconds.labels(route)
        requests, latency = self._counted[kind]
        requests.inc()
        latency.observe(seconds)
        # A service that is not ready is asked again and again, and says why itself.
        if status >= 400 and not route.startswith("/health/"):
            self.refusals.note(scope, method=_method(scope), route=route, status=status)


def _method(scope: Scope) -> str:
    # A caller may invent methods; labels may not grow without bound.
    method = scope["method"]
    return method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "other"
