"""Logging in and out: a key becomes a cookie, a link becomes a cookie, and the cookie goes."""

import re
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.insights.login import COOKIE, SCOPE, Door, Links, Sessions
from services.insights.pages.forms import check, read_form
from services.insights.pages.screen import Screen, Trouble
from shared.credentials import Credential, Credentials
from shared.web import Problem

VISITOR: Final = "failbetter_visitor"
"""Cookie of somebody who has not come in yet: the token of the login form is bound to it."""

VISIT: Final = timedelta(hours=1)
LARGEST_FORM: Final = 8_192
"""Bytes, of those who are not known yet."""

_OURS: Final = re.compile(r"/(?:(?!log)[a-z-]{1,20}(?:/[0-9a-f-]{36})?)?")


@dataclass(frozen=True, slots=True)
class LoginPage:
    """The form: where it leads, and what was wrong with the last attempt."""

    form_token: str
    next: str
    wrong: str | None = None


def entrance_routes(
    *, door: Door, credentials: Credentials, sessions: Sessions, links: Links, screen: Screen, is_https: bool
) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    cookies = _Cookies(sessions, is_https=is_https)

    @routes.get("/login")
    async def form(request: Request) -> Response:
        way = _way(request.query_params.get("next", "/"))
        if door.viewer(request) is not None:
            return RedirectResponse(way, 303)
        visitor = request.cookies.get(VISITOR) or token_urlsafe(16)
        answer = screen.show("login.html", LoginPage(sessions.form_token(f"visitor:{visitor}"), way))
        cookies.keep(answer, VISITOR, visitor, VISIT)
        return answer

    @routes.post("/login")
    async def log_in(request: Request) -> Response:
        said = await read_form(request, limit=LARGEST_FORM)
        bound_to = f"visitor:{request.cookies.get(VISITOR, '')}"
        check(sessions, bound_to, said)
        way = _way(said.one("next"))
        try:
            credential = credentials.verify_key(said.one("key"), SCOPE)
        except Problem as problem:
            page = LoginPage(sessions.form_token(bound_to), way, problem.detail)
            return screen.show("login.html", page, status=problem.status)
        return cookies.come_in(credential, way)

    @routes.get("/login/link")
    async def follow(request: Request) -> Response:
        visitor = links.visitor(request.query_params.get("token", ""))
        credential = credentials.find(visitor.key_id) if visitor else None
        if visitor is None or credential is None or credential.tenant != visitor.tenant or SCOPE not in credential.scopes:
            page = Trouble(
                "This link no longer opens",
                "It was meant for a short while only. Ask for a new one.",
                "/login",
                "Log in with a key",
            )
            return screen.show("trouble.html", page, status=403)
        return cookies.come_in(credential, "/")

    @routes.post("/logout")
    async def log_out(request: Request) -> Response:
        viewer = door.viewer(request)
        said = await read_form(request, limit=LARGEST_FORM)
        if viewer is not None:
            check(sessions, viewer.bound_to, said)
        return cookies.leave()

    return routes


class _Cookies:
    """Cookies that no script reads and no other site sends with a form."""

    def __init__(self, sessions: Sessions, *, is_https: bool) -> None:
        self._sessions = sessions
        self._is_https = is_https

    def come_in(self, credential: Credential, way: str) -> Response:
        answer = RedirectResponse(way, 303, headers={"Cache-Control": "no-store"})
        session = self._sessions.start(tenant=credential.tenant, key_id=credential.key_id)
        self.keep(answer, COOKIE, session, self._sessions.lifetime)
        answer.delete_cookie(VISITOR, secure=self._is_https, httponly=True, samesite="lax")
        return answer

    def leave(self) -> Response:
        answer = RedirectResponse("/login", 303, headers={"Cache-Control": "no-store"})
        answer.delete_cookie(COOKIE, secure=self._is_https, httponly=True, samesite="lax")
        return answer

    def keep(self, answer: Response, name: str, value: str, lifetime: timedelta) -> None:
        answer.set_cookie(
            name, value, max_age=int(lifetime.total_seconds()), secure=self._is_https, httponly=True, samesite="lax"
        )


def _way(path: str) -> str:
    """A page of ours, or the first one: never another site's."""
    return path if _OURS.fullmatch(path) else "/"
