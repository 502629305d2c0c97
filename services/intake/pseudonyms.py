"""Customers' ids become keyed pseudonyms here, and only here are the keys known."""

import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache
from typing import Final


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
    return _mac_of(key, tenant).hexdigest(kind + b"\x00" + said.encode())[:32]


class _Mac:
    """HMAC-SHA256 under one key, whose part is hashed once: 0.6 µs instead of the 1.7 of hmac.digest, 3.8 with the tenant's key."""

    def __init__(self, key: bytes) -> None:
        padded = key.ljust(64, b"\x00")
        self._inner = hashlib.sha256(padded.translate(_INNER))
        self._outer = hashlib.sha256(padded.translate(_OUTER))

    def hexdigest(self, said: bytes) -> str:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(said)
        outer.update(inner.digest())
        return outer.hexdigest()


_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))


@lru_cache(maxsize=1024)
def _mac_of(key: bytes, tenant: str) -> _Mac:
    return _Mac(hmac.digest(key, b"tenant\x00" + tenant.encode(), "sha256"))
