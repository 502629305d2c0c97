"""A link that logs in: signed, for one key of one tenant, and only for a short while."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from services.insights.login.tokens import Signer, Token
from shared.clock import Clock

LINK_LIFETIME: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whom a link lets in."""

    tenant: str
    key_id: str


class _LinkToken(Token):
    tenant: str
    key_id: str


class Links:
    """Makes links and knows whom they let in. A link ends with its key: revoking the key revokes the link."""

    def __init__(self, secrets: Sequence[bytes], *, clock: Clock) -> None:
        self._signer = Signer(secrets, purpose="link", clock=clock)
        self._clock = clock

    def address(self, base_url: str, *, tenant: str, key_id: str, lifetime: timedelta = LINK_LIFETIME) -> str:
        """The address that logs in whoever opens it within `lifetime`."""
        token = _LinkToken(tenant=tenant, key_id=key_id, expires_at=self._clock() + lifetime)
        return f"{base_url.rstrip('/')}/login/link?{urlencode({'token': self._signer.sign(token)})}"

    def visitor(self, token: str) -> Visitor | None:
        """Whom the token of a link lets in; None for a forged or late one."""
        read = self._signer.read(token, _LinkToken)
        return Visitor(read.tenant, read.key_id) if read else None
