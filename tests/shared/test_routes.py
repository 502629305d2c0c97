"""What goes straight to its endpoint is answered as FastAPI would have answered it."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI, HTTPException, Request, Response
from prometheus_client import CollectorRegistry
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp

from shared.web import PlainRoute, Problem, RequestContext, Straight, install_problems

FAILURES = {
    "problem": Problem(413, "too_large", "Too large.", headers={"Connection": "close"}, more={"seen": 3}),
    "http": HTTPException(404, headers={"X-Why": "gone"}),
    "gone": ClientDisconnect(),
    "bug": ZeroDivisionError(),
}
METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT")
PATHS = ("/said", "/said/", "/said/whole", "/nothing", *(f"/fails/{name}" for name in FAILURES))


def app_that_notes(noted: list[bytes]) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None)
    install_problems(app)
    app.router.route_class = PlainRoute

    @app.post("/said")
    async def said(request: Request) -> Response:
        body = await request.body()
        return Response(body, 202, background=BackgroundTask(noted.append, body))

    @app.post("/said/{part}")
    async def said_of(request: Request, part: str) -> Response:
        return Response(part.encode() + await request.body())

    for name, failure in FAILURES.items():
        app.post(f"/fails/{name}")(_failing(failure))
    return app


def _failing(failure: Exception) -> Callable[[Request], Awaitable[Response]]:
    async def fails(_request: Request) -> Response:
        raise failure

    return fails


async def _answers(app: ASGIApp) -> dict[tuple[str, str], tuple[int, dict[str, str], bytes]]:
    transport = httpx.ASGITransport(RequestContext(app, CollectorRegistry()), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://here", headers={"X-Request-Id": "the-same"}) as http:
        answers = {(method, path): await http.request(method, path, content=b"words") for method in METHODS for path in PATHS}
    return {asked: (answer.status_code, dict(answer.headers), answer.content) for asked, answer in answers.items()}


@pytest.mark.filterwarnings("ignore:Duplicate Operation ID")
async def test_a_request_that_goes_straight_is_answered_as_fastapi_answers_it() -> None:
    straight, not_straight = list[bytes](), list[bytes]()

    answers = await _answers(Straight(app_that_notes(straight)))

    assert answers == await _answers(app_that_notes(not_straight))
    assert straight == not_straight == [b"words"]
    assert {answers["POST", f"/fails/{name}"][0] for name in FAILURES} == {413, 404, 499, 500}
