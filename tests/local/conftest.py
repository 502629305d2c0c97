import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.local import Broker, Postgres, kafka_named_in, new_broker


@pytest.fixture
def place() -> Iterator[Path]:
    """Outside private homes, unlike pytest's own, so that PostgreSQL can get there as root."""
    with tempfile.TemporaryDirectory(prefix="failbetter-local-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture
async def broker(place: Path) -> AsyncIterator[Broker]:
    async with new_broker(place, kafka_named_in(os.environ)) as broker:
        yield broker


@pytest.fixture
async def postgres(place: Path) -> AsyncIterator[Postgres]:
    async with asyncio.timeout(90), Postgres(place) as postgres:
        yield postgres
