"""uvicorn, started and stopped by us: signals belong to the service, not to its server."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import uvicorn
from starlette.types import ASGIApp

from shared.settings import ServiceSettings
from shared.tasks import Lifetime
from shared.web.connections import connections

log = structlog.get_logger(__name__)


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets=sockets)  # type: ignore[arg-type]
        for server in getattr(self, "servers", ()):
            for socket in server.sockets:
                log.info("http.listening", address="{}:{}".format(*socket.getsockname()[:2]))


async def serve(app: ASGIApp, settings: ServiceSettings, lifetime: Lifetime) -> None:
    """Answer requests until it is time to stop, then finish those in flight, within the bound of the stop."""
    server = _Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            http=connections(settings.max_connections),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            # Something has to be left for what comes after it: flushing, committing.
            timeout_graceful_shutdown=max(1, int(settings.stop_within_seconds * 0.6)),
        )
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve())
        await lifetime.stopping.wait()
        server.should_exit = True
