"""Who is asking. The tenant always comes from a credential: a key, a session that a key opened, or a trusted proxy's map."""

from dataclasses import dataclass
from typing import Final, Protocol

from starlette.requests import HTTPConnection

from services.insights.login.proxy import TrustedProxy
from services.insights.login.sessions import Sessions
from shared.credentials import Credential

SCOPE: Final = "insights:read"
COOKIE: Final = "failbetter_session"


class Keys(Protocol):
    """The keys that are good now."""

    def verify(self, bearer: str) -> Credential:
        """The credential of a key; a Problem 401 where there is none."""

    def find(self, key_id: str) -> Credential | None:
        """The credential with this id; None once it is revoked or expired."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who may see one tenant's data. `bound_to` is what the tokens of their forms are bound to."""

    tenant: str
    actor: str
    bound_to: str


class Door:
    """Recognizes who is asking. Reads one key file and one signature: nothing is remembered between requests."""

    def __init__(self, *, keys: Keys, sessions: Sessions, proxy: TrustedProxy | None = None) -> None:
        self._keys = keys
        self._sessions = sessions
        self._proxy = proxy

    def viewer(self, request: HTTPConnection) -> Viewer | None:
        """The person behind a page: by session, else by the trusted proxy; None for a stranger."""
        return self._by_session(request) or self._by_proxy(request)

    def _by_session(self, request: HTTPConnection) -> Viewer | None:
        session = self._sessions.read(request.cookies.get(COOKIE, ""))
        credential = self._keys.find(session.key_id) if session else None
        # A key that was revoked, has expired, lost the scope or moved to another tenant ends the session at once.
        if session is None or credential is None or SCOPE not in credential.scopes or credential.tenant != session.tenant:
            return None
        return Viewer(session.tenant, f"key:{session.key_id}", f"session:{session.session_id}")

    def _by_proxy(self, request: HTTPConnection) -> Viewer | None:
        if self._proxy is None or request.client is None or not self._proxy.is_at(request.client.host):
            return None
        users = request.headers.getlist(self._proxy.header)
        # Two headers of that name mean that the proxy let the client's own through.
        user = users[0] if len(users) == 1 else ""
        tenant = self._proxy.tenant_of(user)
        return Viewer(tenant, f"user:{user}", f"user:{user}") if tenant else None
