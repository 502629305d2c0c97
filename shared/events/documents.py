"""The contract as documents: JSON Schema 2020-12 of every event, and AsyncAPI 3.0 of every topic."""

import json
from collections.abc import Mapping
from typing import Any

from shared.events.event import Event
from shared.events.topics import TOPICS, Topic

Json = dict[str, Any]


def documents() -> Mapping[str, str]:
    """Every generated document by its path below this folder. A change of contract is a visible diff in one of them."""
    schemas = {f"schemas/{event.type}.json": _schema(event) for event in _events()}
    return {path: json.dumps(body, indent=2) + "\n" for path, body in {**schemas, "asyncapi.json": _asyncapi()}.items()}


def _events() -> list[type[Event]]:
    return sorted({topic.carries for topic in TOPICS}, key=lambda event: event.type)


def _schema(event: type[Event]) -> Json:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:failbetter:{event.type}",
        **event.model_json_schema(mode="serialization"),
    }


def _asyncapi() -> Json:
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Failbetter",
            "version": "1.0.0",
            "description": "What intake, triage and insights say to each other and to the outside. "
            "CloudEvents 1.0, Kafka binding, binary mode.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {
            f"{role}.{service}.{topic.name}": {
                "action": "send" if role == "produces" else "receive",
                "channel": {"$ref": f"#/channels/{topic.name}"},
                "summary": f"{service} {role} {topic.name}",
            }
            for topic in TOPICS
            for role, services in (("produces", topic.producers), ("consumes", topic.consumers))
            for service in services
        },
        "components": {
            "messages": {event.type: _message(event) for event in _events()},
            "messageTraits": {"cloudEvent": {"headers": _HEADERS}},
        },
    }


def _channel(topic: Topic) -> Json:
    kept = (
        {"cleanup.policy": ["compact"]}
        if topic.retention is None
        else {
            "cleanup.policy": ["delete"],
            "retention.ms": int(topic.retention.total_seconds() * 1000),
        }
    )
    return {
        "address": topic.name,
        "description": (topic.carries.__doc__ or "").strip(),
        "messages": {topic.carries.type: {"$ref": f"#/components/messages/{topic.carries.type}"}},
        "bindings": {"kafka": {"partitions": topic.partitions, "topicConfiguration": kept, "bindingVersion": "0.5.0"}},
        "x-key": topic.keyed_by,
    }


def _message(event: type[Event]) -> Json:
    return {
        "name": event.type,
        "contentType": "application/json",
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"./schemas/{event.type}.json"},
        },
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": "0.5.0"}},
    }


_HEADERS: Json = {
    "type": "object",
    "required": ["ce_specversion", "ce_type", "ce_source", "ce_id", "content-type"],
    "properties": {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_type": {"type": "string"},
        "ce_source": {"type": "string", "description": "the service that says it; with ce_id it identifies a repeat"},
        "ce_id": {"type": "string", "format": "uuid"},
        "content-type": {"type": "string", "const": "application/json"},
        "traceparent": {"type": "string", "description": "W3C Trace Context, carried through"},
    },
}
