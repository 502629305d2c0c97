"""
A service's life: started, ready, asked to stop, stopped within a bound.

On SIGTERM or SIGINT readiness goes off first; after the drain the long-running tasks are told to stop by `stopping`,
finish what is in flight and return. What has not returned within the bound is left behind: the process ends.
"""

import asyncio
import os
import signal
from collections.abc import Coroutine
from typing import Any

import structlog

from shared.settings import ServiceSettings
from shared.telemetry import configure_logging, describe

log = structlog.get_logger(__name__)

EX_OVERRAN = 75
"""Exit status when the bound of a graceful stop was passed."""


class Lifetime:
    """Whether the process takes new work (`draining`) and whether it should end (`stopping`)."""

    def __init__(self) -> None:
        self.draining = asyncio.Event()
        self.stopping = asyncio.Event()

    async def pause(self, seconds: float) -> None:
        """Sleep, or wake up early because it is time to stop."""
        try:
            async with asyncio.timeout(seconds):
                await self.stopping.wait()
        except TimeoutError:
            return


def run(service: str, settings: ServiceSettings, main: Coroutine[Any, Any, None]) -> None:
    """Run a service until it returns. What it died of is logged, without customers' words, and ends in status 1."""
    configure_logging(service, settings.log_level)
    try:
        import uvloop  # noqa: PLC0415 - not there on every platform

        loop_factory = uvloop.new_event_loop
    except ImportError:
        loop_factory = None
    try:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            runner.run(main)
    except Exception as error:  # noqa: BLE001 - the last place: it is logged and ends the process
        log.critical("service.died", **describe(error))
        raise SystemExit(1) from None
    log.info("service.stopped")


async def end_on_signal(lifetime: Lifetime, settings: ServiceSettings) -> None:
    """Wait for SIGTERM or SIGINT, then let the service go: readiness off, drain, stop, bound."""
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, lifetime.draining.set)
    await lifetime.draining.wait()
    log.info("service.stopping", drain_seconds=settings.drain_seconds, within_seconds=settings.stop_within_seconds)
    await asyncio.sleep(settings.drain_seconds)
    loop.call_later(settings.stop_within_seconds, _overran)
    lifetime.stopping.set()


def _overran() -> None:
    log.error("service.stop_overran")
    os._exit(EX_OVERRAN)
