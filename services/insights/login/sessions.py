"""The session cookie, the tokens of its forms and what is told once: nothing is kept on the server, everything is signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from secrets import compare_digest, token_urlsafe
from typing import Final
from uuid import UUID

from services.insights.login.tokens import Signer, Token
from shared.clock import Clock

FORM_LIFETIME: Final = timedelta(hours=12)
"""How long a page may stay open before its form is refused."""


@dataclass(frozen=True, slots=True)
class Session:
    """A person who came in: for one tenant, by one key, until the key or the session ends."""

    session_id: str
    tenant: str
    key_id: str


class _SessionToken(Token):
    session_id: str
    tenant: str
    key_id: str


class _FormToken(Token):
    bound_to: str


class _NoticeToken(Token):
    words: str
    undo: UUID | None


class Sessions:
    """Opens sessions and knows their forms. A form's token is good for the session (or visitor) it was made for, no other."""

    def __init__(self, secrets: Sequence[bytes], *, lifetime: timedelta, clock: Clock) -> None:
        self.lifetime = lifetime
        self._cookies = Signer(secrets, purpose="session", clock=clock)
        self._forms = Signer(secrets, purpose="form", clock=clock)
        self._notices = Signer(secrets, purpose="notice", clock=clock)
        self._clock = clock

    def start(self, *, tenant: str, key_id: str) -> str:
        """The cookie of a new session."""
        token = _SessionToken(
            session_id=token_urlsafe(16),
            tenant=tenant,
            key_id=key_id,
            expires_at=self._clock() + self.lifetime,
        )
        return self._cookies.sign(token)

    def read(self, cookie: str) -> Session | None:
        """The session of a cookie; None for a forged or expired one. Whether its key still holds is the door's question."""
        token = self._cookies.read(cookie, _SessionToken)
        return Session(token.session_id, token.tenant, token.key_id) if token else None

    def form_token(self, bound_to: str) -> str:
        return self._forms.sign(_FormToken(bound_to=bound_to, expires_at=self._clock() + FORM_LIFETIME))

    def is_form_of(self, bound_to: str, token: str) -> bool:
        read = self._forms.read(token, _FormToken)
        return read is not None and compare_digest(read.bound_to.encode(), bound_to.encode())

    def sign_notice(self, words: str, undo: UUID | None, *, lifetime: timedelta) -> str:
        """Something to tell the person on their next page; `undo` is the change that can be taken back."""
        return self._notices.sign(_NoticeToken(words=words, undo=undo, expires_at=self._clock() + lifetime))

    def read_notice(self, cookie: str) -> tuple[str, UUID | None] | None:
        token = self._notices.read(cookie, _NoticeToken)
        return (token.words, token.undo) if token else None
