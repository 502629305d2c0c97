"""Whatever is sent, intake answers what its OpenAPI document says, and takes nothing that is invalid. `make fuzz` asks far more."""

import asyncio

import httpx
import pytest

from bench.conformance import arguments
from deploy.local.process import Child

pytestmark = pytest.mark.broker
PHASES = ("--phases", "examples,coverage", "--exclude-path", "/metrics", "--max-time", "30")


async def test_nothing_undocumented_is_answered_and_nothing_invalid_taken(process: tuple[Child, httpx.AsyncClient]) -> None:
    _, http = process
    key = http.headers["authorization"].removeprefix("Bearer ")

    child = await asyncio.create_subprocess_exec(
        *arguments(str(http.base_url).rstrip("/"), key, examples=5), *PHASES, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await child.communicate()

    assert child.returncode == 0, said.decode()[-8000:]
