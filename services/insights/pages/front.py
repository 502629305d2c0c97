"""What every page has in common: who looks, their data in one transaction, and how it is shown; and every form of a page."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.insights.login import Door, Sessions, Viewer
from services.insights.pages.forms import Form, check, read_form
from services.insights.pages.notices import Notice, Notices
from services.insights.pages.screen import Screen
from services.insights.store.connection import Connection, Pool, transaction
from shared.web import Problem

LONGEST_CURSOR: Final = 500

Read = Callable[[Connection, str], Awaitable[Any]]
"""Reads everything a template needs, for a tenant; None where there is no such thing."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, where to go from here, and the change that can be taken back."""

    words: str
    way: str
    undo: UUID | None = None


Act = Callable[[Connection, Viewer, Form], Awaitable[Done]]
"""Does what a form asks for, in the name of a viewer."""


class Front:
    """Shows pages to whoever is logged in, and does what their forms ask for; leads everybody else to the login."""

    def __init__(self, *, pool: Pool, door: Door, screen: Screen, sessions: Sessions, notices: Notices) -> None:
        self._pool = pool
        self._door = door
        self._screen = screen
        self._sessions = sessions
        self._notices = notices

    async def show(self, request: Request, template: str, read: Read) -> Response:
        """The page that `read` is for. Raises Problem 404 where it finds nothing."""
        viewer = self._door.viewer(request)
        if viewer is None:
            return to_login(request)
        async with transaction(self._pool, viewer.tenant) as connection:
            page = await read(connection, viewer.tenant)
        if page is None:
            raise Problem(404, "not_found", "There is no such thing.")
        notice = self._notices.take(request)
        answer = self._screen.show(template, page, viewer=viewer, notice=notice)
        if notice is not None:
            self._notices.drop(answer)
        return answer

    async def act(self, request: Request, act: Act) -> Response:
        """Do it in one transaction, and lead back to a page that says so. Raises Problem 403 for a form or a person that may not."""
        viewer = self._door.viewer(request)
        if viewer is None:
            return RedirectResponse("/login", 303)
        form = await read_form(request)
        check(self._sessions, viewer.bound_to, form)
        if not viewer.may_write:
            raise Problem(403, "scope_missing", "Your key may look, not change: that needs the scope insights:write.")
        async with transaction(self._pool, viewer.tenant) as connection:
            done = await act(connection, viewer, form)
        answer = RedirectResponse(done.way, 303, headers={"Cache-Control": "no-store"})
        self._notices.put(answer, Notice(done.words, done.undo))
        return answer


def cursor_of(request: Request) -> str | None:
    return request.query_params.get("cursor", "")[:LONGEST_CURSOR] or None


def to_login(request: Request) -> Response:
    path = request.url.path
    return RedirectResponse("/login" if path == "/" else f"/login?{urlencode({'next': path})}", 303)
