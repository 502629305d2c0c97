"""Serves a baseline on the server that intake runs on: the same uvicorn, event loop, parser and settings."""

import asyncio

from pydantic_settings import SettingsConfigDict
from starlette.types import ASGIApp

from shared.settings import ServiceSettings, load
from shared.tasks import Lifetime, end_on_signal, run
from shared.web import serve


class EchoSettings(ServiceSettings):
    """ECHO_PORT is all that matters."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_prefix="ECHO_")


def serve_baseline(app: ASGIApp) -> None:
    """Until told to stop."""
    settings = load(EchoSettings)
    run("echo", settings, _main(app, settings))


async def _main(app: ASGIApp, settings: EchoSettings) -> None:
    lifetime = Lifetime()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(end_on_signal(lifetime, settings))
        tasks.create_task(serve(app, settings, lifetime))
