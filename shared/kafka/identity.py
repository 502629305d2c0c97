"""
Which log a position belongs to: the cluster's id and the id of the topic in it.

A topic that was deleted and made again has the name of the old one and offsets that mean something else; its id tells them apart.
aiokafka 0.14 asks for no topic ids (its Metadata request stops at version 5), so version 10 is spelled out here in its own types.
Source: Apache Kafka, MetadataRequest.json and MetadataResponse.json, version 10 (KIP-516).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from aiokafka.protocol.abstract import AbstractType
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.metadata import MetadataRequest_v2
from aiokafka.protocol.types import Boolean, CompactArray, CompactString, Int16, Int32, Schema, TaggedFields

from shared.errors import Unavailable
from shared.kafka.settings import KafkaSettings, client_options

UNKNOWN = ""
"""Stands for an id that the broker does not tell."""


@dataclass(frozen=True, slots=True)
class TopicIdentity:
    """A topic as it can never be again. `cluster` and `topic_id` are UNKNOWN where the broker tells none."""

    cluster: str
    topic: str
    topic_id: str


async def identify(kafka: KafkaSettings, topics: Sequence[str]) -> dict[str, TopicIdentity]:
    """The identity of each of `topics`, by name. Raises Unavailable when no broker answers or a topic does not exist yet."""
    client = AIOKafkaClient(**client_options(kafka), client_id="identity")
    try:
        await client.bootstrap()
        return await _identify(client, topics)
    except (KafkaError, OSError) as error:
        raise Unavailable(f"the brokers did not say which topics they hold: {type(error).__name__}") from error
    finally:
        await client.close()


async def _identify(client: AIOKafkaClient, topics: Sequence[str]) -> dict[str, TopicIdentity]:
    try:
        answer = await client.send(client.get_random_node(), _Identities(topics))
        ids = {name: topic_id for error, name, topic_id, *_ in answer.topics if not error}
    except NotImplementedError:  # aiokafka's word for a broker that is older than the request
        answer = await client.send(client.get_random_node(), _Names(topics))
        ids = {name: UNKNOWN for error, name, *_ in answer.topics if not error}
    if missing := sorted(set(topics) - set(ids)):
        raise Unavailable(f"these topics do not exist: {', '.join(missing)}; `python -m shared.topics` creates them")
    return {name: TopicIdentity(answer.cluster_id or UNKNOWN, name, topic_id) for name, topic_id in ids.items()}


class _Uuid(AbstractType[str]):  # type: ignore[misc]
    """The all-zero UUID stands for a topic without an id."""

    @classmethod
    def encode(cls, value: str) -> bytes:
        return UUID(value).bytes if value else bytes(16)

    @classmethod
    def decode(cls, data: BytesIO) -> str:
        raw = data.read(16)
        return str(UUID(bytes=raw)) if any(raw) else UNKNOWN


class _Response_v10(Response):  # type: ignore[misc] # noqa: N801 - as aiokafka names them
    API_KEY = 3
    API_VERSION = 10
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32),
                ("host", CompactString()),
                ("port", Int32),
                ("rack", CompactString()),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_id", CompactString()),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("topic", CompactString()),
                ("topic_id", _Uuid),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("isr", CompactArray(Int32)),
                        ("offline", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("authorized_operations", Int32),
                ("tags", TaggedFields),
            ),
        ),
        ("authorized_operations", Int32),
        ("tags", TaggedFields),
    )


class _Request_v10(RequestStruct):  # type: ignore[misc] # noqa: N801 - as aiokafka names them
    API_KEY = 3
    API_VERSION = 10
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = _Response_v10
    SCHEMA = Schema(
        ("topics", CompactArray(("topic_id", _Uuid), ("topic", CompactString()), ("tags", TaggedFields))),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class _Identities(Request[_Request_v10]):  # type: ignore[misc]
    API_KEY = 3

    def __init__(self, topics: Sequence[str]) -> None:
        self._topics = topics

    def build(self, request_struct_class: type[_Request_v10]) -> _Request_v10:
        topics: list[tuple[str, str, dict[int, bytes]]] = [(UNKNOWN, topic, {}) for topic in self._topics]
        return request_struct_class(topics, False, False, False, {})  # noqa: FBT003 - positions are the protocol's


class _Names(Request[MetadataRequest_v2]):  # type: ignore[misc]
    API_KEY = 3

    def __init__(self, topics: Sequence[str]) -> None:
        self._topics = topics

    def build(self, request_struct_class: type[MetadataRequest_v2]) -> MetadataRequest_v2:
        return request_struct_class(list(self._topics))
