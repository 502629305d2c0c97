"""Which contact this is: ids and fingerprints that follow from what was sent, so that intake needs no memory."""

import hashlib
from functools import cache, lru_cache
from json.encoder import encode_basestring as quoted
from uuid import NAMESPACE_URL, UUID

from pydantic import BaseModel
from uuid_utils.compat import uuid5, uuid7


def contact_id(tenant: str, *, source: str | None, external_id: str | None = None, idempotency_key: str | None = None) -> UUID:
    """
    The same message of the same tenant is the same contact, for ever; a UUIDv7 where nothing names it.

    uuid5(tenant's namespace, JSON [which, source or "", id]), `which` being "external_id" or "idempotency_key".
    """
    if external_id is not None:
        which, said = "external_id", external_id
    elif idempotency_key is not None:
        which, said = "idempotency_key", idempotency_key
    else:
        return uuid7()
    return uuid5(_namespace(tenant), f'["{which}",{quoted(source or "")},{quoted(said)}]')


def fingerprint(key: bytes, tenant: str, sent: BaseModel) -> str:
    """
    128 bits, keyed, of what was sent: tells a repeat from a conflict, and nothing else.

    It sees what was said, not how: the order of fields and attributes, a null or a default that is spelt out change nothing.

    Source: keyed BLAKE2b, RFC 7693.
    """
    said = f"{tenant}\x00{sent.model_dump_json(exclude_defaults=True)}"
    return hashlib.blake2b(said.encode(), key=_of_64_bytes(key), digest_size=16).hexdigest()


@lru_cache(maxsize=8)
def _of_64_bytes(key: bytes) -> bytes:
    return hashlib.blake2b(key).digest()


@cache
def _namespace(tenant: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"failbetter:tenant:{tenant}")
