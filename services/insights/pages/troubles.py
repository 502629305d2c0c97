"""Problems as pages, for people. Programs are told at /v1."""

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from services.insights.correcting.refusals import Misfit, Refused, Unknown
from services.insights.pages.screen import Screen, Trouble
from shared.errors import FailbetterError, Unavailable
from shared.web import Problem, request_id

_PROGRAMS: Final = ("/v1/", "/health/", "/metrics", "/openapi.json", "/static/")

_Answer = Callable[[Request, Exception], Response | Awaitable[Response]]


def show_troubles(app: FastAPI, screen: Screen) -> None:
    """From now on what goes wrong at a page's address is shown as a page; elsewhere nothing changes."""
    for kind in (Problem, Unknown, Misfit, Refused, Unavailable, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, _shown(app.exception_handlers[kind], screen))


def _shown(told: _Answer, screen: Screen) -> _Answer:
    async def show(request: Request, error: Exception) -> Response:
        answer = told(request, error)
        answer = await answer if isawaitable(answer) else answer
        if request.url.path.startswith(_PROGRAMS):
            return answer
        status = 404 if isinstance(error, RequestValidationError) else answer.status_code
        return screen.show("trouble.html", _trouble(status, error, request), status=status)

    return show


def _way_back(request: Request) -> str:
    """The page that a form stands on; browsers are told to name no referrer."""
    path = request.url.path
    return (
        "/changes"
        if path.startswith("/changes/")
        else "/remedies"
        if path.startswith("/remedies/")
        else path.rpartition("/")[0] or "/"
    )


def _trouble(status: int, error: Exception, request: Request) -> Trouble:
    if status == 404:
        return Trouble("There is nothing here", "The address is not known, or what stood there belongs to somebody else.")
    if status < 500:
        words = str(error) if isinstance(error, FailbetterError) else "The page did not understand the request."
        return Trouble("That did not work", words, _way_back(request), "Back to where you were")
    if status == 503:
        return Trouble(
            "Back in a moment",
            "The database does not answer. Nothing is lost; load the page again.",
            request.url.path,
            "Load again",
        )
    return Trouble("This is our fault", "Please report it with the number below.", request_id=request_id(request))
