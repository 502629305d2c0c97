"""
`python -m shared.topics`: create the topics of the contract. Running it again changes nothing.

A topic that exists is left as it is: adding partitions moves keys and shorter retention deletes records, which is for a person
to decide. The command says where the cluster differs from the table.
"""

import asyncio

import structlog
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, NoError, TopicAlreadyExistsError, for_code
from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.errors import Unavailable
from shared.events import TOPICS, Topic
from shared.kafka import KafkaSettings, client_options
from shared.settings import load
from shared.telemetry import configure_logging

log = structlog.get_logger(__name__)

MAX_RECORD_BYTES = 1024 * 1024
DAY = 86_400


class TopicSettings(KafkaSettings):
    """TOPICS_… beside KAFKA_…: how much of the table one cluster can carry."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, env_prefix="KAFKA_", populate_by_name=True
    )

    replication: int = Field(
        default=1, ge=1, le=7, validation_alias="TOPICS_REPLICATION", description="copies of each partition; 3 in production"
    )
    partitions: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        validation_alias="TOPICS_PARTITIONS",
        description="partitions of every topic; default: the table's",
    )
    retention_days: float | None = Field(
        default=None,
        gt=0,
        le=30,
        validation_alias="TOPICS_RETENTION_DAYS",
        description="days that records are kept, at most; default: the table's. Compacted topics keep the latest of every key",
    )


async def create_topics(settings: TopicSettings, *, within: float = 30.0) -> list[str]:
    """
    Create what is missing and name it; what exists stays as it is.

    Raises Unavailable when the brokers do not answer `within` seconds or refuse.
    """
    try:
        async with asyncio.timeout(within):
            admin = AIOKafkaAdminClient(**client_options(settings))
            await admin.start()
            try:
                answer = await admin.create_topics([_new(topic, settings) for topic in TOPICS])
                created = [name for name, code, *_ in answer.topic_errors if _is_new(name, code)]
                await _report_differences(admin, settings)
                return created
            finally:
                await admin.close()
    except (KafkaError, TimeoutError) as error:
        raise Unavailable(f"topics were not created: {type(error).__name__} from {settings.bootstrap_servers}") from error


def _new(topic: Topic, settings: TopicSettings) -> NewTopic:
    return NewTopic(
        topic.name,
        num_partitions=settings.partitions or topic.partitions,
        replication_factor=settings.replication,
        topic_configs=_configs(topic, settings),
    )


def _configs(topic: Topic, settings: TopicSettings) -> dict[str, str]:
    configs = {
        "min.insync.replicas": str(max(1, settings.replication - 1)),
        "max.message.bytes": str(MAX_RECORD_BYTES),
        "cleanup.policy": "compact" if topic.retention is None else "delete",
    }
    if topic.retention is not None:
        table = topic.retention.total_seconds() / DAY
        days = min(table, settings.retention_days or table)
        # Kafka deletes whole segments, each when its newest record is old enough: what is in one may live as much longer as it lasts.
        segment = min(1.0, days / 2)
        configs["segment.ms"] = str(int(segment * DAY * 1000))
        configs["retention.ms"] = str(int((days - segment) * DAY * 1000))
    return configs


def _is_new(name: str, code: int) -> bool:
    error = for_code(code)
    if error not in (NoError, TopicAlreadyExistsError):
        raise Unavailable(f"topic {name} was not created: {error.__name__}")
    return bool(error is NoError)


async def _report_differences(admin: AIOKafkaAdminClient, settings: TopicSettings) -> None:
    found = {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics([topic.name for topic in TOPICS])}
    for topic in TOPICS:
        wanted = settings.partitions or topic.partitions
        if found.get(topic.name, wanted) != wanted:
            log.warning("topics.differ", topic=topic.name, partitions=found[topic.name], table=wanted)


async def _main(settings: TopicSettings) -> None:
    created = await create_topics(settings)
    log.info("topics.ready", created=created, kept=len(TOPICS) - len(created))


if __name__ == "__main__":
    configure_logging("topics", "info")
    try:
        asyncio.run(_main(load(TopicSettings)))
    except Unavailable as error:
        log.critical("topics.failed", reason=str(error))
        raise SystemExit(1) from None
