"""Which contact this is: ids and fingerprints that follow from what was sent, so that intake needs no memory."""

import hmac
import json
from functools import cache
from typing import Final
from uuid import NAMESPACE_URL, UUID

from pydantic import BaseModel
from uuid_utils.compat import uuid5, uuid7

_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def contact_id(tenant: str, *, source: str | None, external_id: str | None = None, idempotency_key: str | None = None) -> UUID:
    """
    The same message of the same tenant is the same contact, for ever; a UUIDv7 where nothing names it.

    uuid5(tenant's namespace, JSON [which, source or "", id]), `which` being "external_id" or "idempotency_key".
    """
    if external_id is not None:
        name = ["external_id", source or "", external_id]
    elif idempotency_key is not None:
        name = ["idempotency_key", source or "", idempotency_key]
    else:
        return uuid7()
    return uuid5(_namespace(tenant), _JSON.encode(name))


def fingerprint(key: bytes, tenant: str, sent: BaseModel) -> str:
    """
    128 bits, keyed, of what was sent: tells a repeat from a conflict, and nothing else.

    It sees what was said, not how: the order of fields and attributes, a null or a default that is spelt out change nothing.

    Source: HMAC-SHA256, RFC 2104, truncated.
    """
    said = sent.model_dump_json(exclude_defaults=True)
    return hmac.digest(key, f"{tenant}\x00{said}".encode(), "sha256").hex()[:32]


@cache
def _namespace(tenant: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"failbetter:tenant:{tenant}")
