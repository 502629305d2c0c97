"""What was done a moment ago, told once on the next page: a signed cookie that goes as it is read."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from fastapi import Request, Response

from services.insights.login import Sessions

COOKIE: Final = "failbetter_notice"
LIFETIME: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Notice:
    """`undo` is the change that can be taken back."""

    words: str
    undo: UUID | None = None


class Notices:
    """Keeps a notice with the browser until its next page."""

    def __init__(self, sessions: Sessions, *, is_https: bool) -> None:
        self._sessions = sessions
        self._is_https = is_https

    def put(self, answer: Response, notice: Notice) -> None:
        signed = self._sessions.sign_notice(notice.words, notice.undo, lifetime=LIFETIME)
        seconds = int(LIFETIME.total_seconds())
        answer.set_cookie(COOKIE, signed, max_age=seconds, secure=self._is_https, httponly=True, samesite="lax")

    def take(self, request: Request) -> Notice | None:
        """The notice that this browser has; None where it has none, or not one of ours."""
        told = self._sessions.read_notice(request.cookies.get(COOKIE, ""))
        return Notice(*told) if told else None

    def drop(self, answer: Response) -> None:
        answer.delete_cookie(COOKIE, secure=self._is_https, httponly=True, samesite="lax")
