"""Who is asking. The tenant always comes from a credential: a key, a session that a key opened, or a trusted proxy's map."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import HTTPConnection

from services.insights.login.proxy import TrustedProxy
from services.insights.login.sessions import Sessions
from shared.credentials import Credential, Credentials, Scope

SCOPE: Final = Scope.INSIGHTS_READ
COOKIE: Final = "failbetter_session"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who may see one tenant's data, or change it too. `bound_to` is what the tokens of their forms are bound to."""

    tenant: str
    actor: str
    bound_to: str
    may_write: bool

    @property
    def has_session(self) -> bool:
        """Whether there is something to log out of."""
        return self.bound_to.startswith("session:")


class Door:
    """Recognizes who is asking. Reads one key file and one signature: nothing is remembered between requests."""

    def __init__(self, *, credentials: Credentials, sessions: Sessions, proxy: TrustedProxy | None = None) -> None:
        self._credentials = credentials
        self._sessions = sessions
        self._proxy = proxy

    def caller(self, request: HTTPConnection) -> Viewer:
        """Whoever calls the API: by key, else as a page would know them. Raises Problem: 401 who are you, 403 you may not."""
        said = request.headers.get("authorization")
        # A key that was sent is the answer, also when it is wrong: a session must not hide a mistake.
        viewer = None if said else self.viewer(request)
        return viewer or _by_key(self._credentials.verify(said, SCOPE))

    def writer(self, request: HTTPConnection) -> Viewer:
        """Whoever changes something by the API: by key only, so that no page of others can make a browser do it. Raises Problem."""
        return _by_key(self._credentials.verify(request.headers.get("authorization"), Scope.INSIGHTS_WRITE))

    def viewer(self, request: HTTPConnection) -> Viewer | None:
        """The person behind a page: by session, else by the trusted proxy; None for a stranger."""
        return self._by_session(request) or self._by_proxy(request)

    def _by_session(self, request: HTTPConnection) -> Viewer | None:
        session = self._sessions.read(request.cookies.get(COOKIE, ""))
        credential = self._credentials.find(session.key_id) if session else None
        # A key that was revoked, has expired, lost the scope or moved to another tenant ends the session at once.
        if session is None or credential is None or SCOPE not in credential.scopes or credential.tenant != session.tenant:
            return None
        may_write = Scope.INSIGHTS_WRITE in credential.scopes
        return Viewer(session.tenant, f"key:{session.key_id}", f"session:{session.session_id}", may_write)

    def _by_proxy(self, request: HTTPConnection) -> Viewer | None:
        if self._proxy is None or request.client is None or not self._proxy.is_at(request.client.host):
            return None
        users = request.headers.getlist(self._proxy.header)
        # Two headers of that name mean that the proxy let the client's own through.
        user = users[0] if len(users) == 1 else ""
        tenant = self._proxy.tenant_of(user)
        return Viewer(tenant, f"user:{user}", f"user:{user}", may_write=True) if tenant else None


def _by_key(credential: Credential) -> Viewer:
    name = f"key:{credential.key_id}"
    return Viewer(credential.tenant, name, name, Scope.INSIGHTS_WRITE in credential.scopes)
