"""Which bodies came under which keys lately: enough to tell a sender at once that it uses a key twice."""

import hashlib
from collections import OrderedDict
from typing import Final

from shared.errors import Rejected

REMEMBERED: Final = 50_000
"""Keys of all tenants together, about 12 MB; the oldest is forgotten first."""


class KeyReused(Rejected):
    """Another body came under this key before."""

    code = "idempotency_key_reused"


class Remembered:
    """
    The fingerprints of what came last, by tenant, key and revision, in this process.

    A key that it does not know, or no longer, is no conflict here: insights sees that one.
    """

    def __init__(self, size: int = REMEMBERED) -> None:
        self._size = size
        self._fingerprints: OrderedDict[bytes, str] = OrderedDict()

    def check(self, tenant: str, key: str, *, revision: int, fingerprint: str) -> None:
        """Remember what came under this key. Raises KeyReused where it was something else before."""
        name = hashlib.blake2b(f"{tenant}\x00{revision}\x00{key}".encode(), digest_size=16).digest()
        if self._fingerprints.setdefault(name, fingerprint) != fingerprint:
            raise KeyReused("another body came under this key before")
        if len(self._fingerprints) > self._size:
            self._fingerprints.popitem(last=False)
