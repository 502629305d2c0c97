"""What tests share: one PostgreSQL and one broker for the whole session, real ones, and the contract's topics on it."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from deploy.local import Running, from_environment
from shared.kafka import KafkaSettings
from shared.topics import TopicSettings, create_topics

PARTITIONS = 3

# How long an example takes is the machine's business.
settings.register_profile("failbetter", deadline=None)
settings.load_profile("failbetter")


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder outside private homes, gone when the session ends."""
    with tempfile.TemporaryDirectory(prefix="failbetter-tests-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture(scope="session")
async def running(folder: Path) -> AsyncIterator[Running]:
    """PostgreSQL, and the broker that KAFKA names: embedded (default) or apache."""
    async with from_environment(folder, os.environ) as running:
        await create_topics(TopicSettings(bootstrap_servers=running.bootstrap_servers, partitions=PARTITIONS))
        yield running


@pytest.fixture(scope="session")
def kafka(running: Running) -> KafkaSettings:
    """The session's broker, with the contract's topics."""
    return KafkaSettings(bootstrap_servers=running.bootstrap_servers)
