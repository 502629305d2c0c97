"""Customers' ids become keyed pseudonyms here, and only here are the keys known."""

import hmac
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """
    A key now, and the one before it while a rotation lasts. Every tenant has its own key, derived from these.

    Source: HMAC-SHA256, RFC 2104, as key derivation and as pseudonym; 128 bits.
    """

    key: bytes
    previous_key: bytes | None = None

    def of(self, tenant: str, customer_id: str) -> str:
        """What stands for the customer from now on."""
        return _pseudonym(self.key, tenant, customer_id)

    def previous_of(self, tenant: str, customer_id: str) -> str | None:
        """What stood for the customer before the rotation, while it lasts."""
        return None if self.previous_key is None else _pseudonym(self.previous_key, tenant, customer_id)

    def of_id(self, tenant: str, said: str) -> str:
        """What stands for a message, a thread or a source whose id is somebody's address or number."""
        return _pseudonym(self.key, tenant, said, kind=b"id")

    def all_of(self, tenant: str, customer_id: str) -> tuple[str, ...]:
        """Every pseudonym under which the system may know the customer."""
        previous = self.previous_of(tenant, customer_id)
        return (self.of(tenant, customer_id), *(() if previous is None else (previous,)))


def _pseudonym(key: bytes, tenant: str, said: str, *, kind: bytes = b"customer") -> str:
    return hmac.digest(_tenant_key(key, tenant), kind + b"\x00" + said.encode(), "sha256").hex()[:32]


@lru_cache(maxsize=1024)
def _tenant_key(key: bytes, tenant: str) -> bytes:
    return hmac.digest(key, b"tenant\x00" + tenant.encode(), "sha256")
