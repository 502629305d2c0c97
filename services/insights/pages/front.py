"""What every page has in common: who looks, their data in one transaction, and how it is shown."""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.insights.login import Door
from services.insights.pages.screen import Screen
from services.insights.store.connection import Connection, Pool, transaction
from shared.web import Problem

LONGEST_CURSOR: Final = 500

Read = Callable[[Connection, str], Awaitable[Any]]
"""Reads everything a template needs, for a tenant; None where there is no such thing."""


class Front:
    """Shows pages to whoever is logged in; leads everybody else to the login."""

    def __init__(self, *, pool: Pool, door: Door, screen: Screen) -> None:
        self._pool = pool
        self._door = door
        self._screen = screen

    async def show(self, request: Request, template: str, read: Read) -> Response:
        """The page that `read` is for. Raises Problem 404 where it finds nothing."""
        viewer = self._door.viewer(request)
        if viewer is None:
            return to_login(request)
        async with transaction(self._pool, viewer.tenant) as connection:
            page = await read(connection, viewer.tenant)
        if page is None:
            raise Problem(404, "not_found", "There is no such thing.")
        return self._screen.show(template, page, viewer=viewer)


def cursor_of(request: Request) -> str | None:
    return request.query_params.get("cursor", "")[:LONGEST_CURSOR] or None


def to_login(request: Request) -> Response:
    path = request.url.path
    return RedirectResponse("/login" if path == "/" else f"/login?{urlencode({'next': path})}", 303)
