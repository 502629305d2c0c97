"""
Errors over HTTP: RFC 9457 `application/problem+json` with `code`, `request_id` and `invalid_params[{name, reason}]`.

`code` is stable, for machines; `title` and `detail` are for people and never repeat what was sent.
"""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from shared.errors import FailbetterError
from shared.telemetry import describe
from shared.web.context import request_id

log = structlog.get_logger(__name__)

MAX_INVALID_PARAMS = 50


class InvalidParam(BaseModel):
    """One thing that is wrong with what was sent: its `name` (a path into the body) and the `reason`."""

    model_config = ConfigDict(frozen=True)

    name: str
    reason: str


class ProblemDocument(BaseModel):
    """What the caller reads."""

    model_config = ConfigDict(frozen=True)

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    invalid_params: tuple[InvalidParam, ...] = Field(default=())


class Problem(FailbetterError):
    """An answer that is not a success. `headers` go with it, `Retry-After` for one; `more` are extension members."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        invalid_params: Sequence[InvalidParam] = (),
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.invalid_params = tuple(invalid_params)
        self.headers = dict(headers or {})
        self.more = dict(more or {})

    def answer(self, request: Request) -> JSONResponse:
        """The answer, and a note for the log of why the request was refused."""
        request.scope["refused_as"] = self.code
        document = ProblemDocument(
            title=HTTPStatus(self.status).phrase,
            status=self.status,
            code=self.code,
            detail=self.detail,
            request_id=request_id(request),
            invalid_params=self.invalid_params,
        )
        return JSONResponse(
            {**document.model_dump(mode="json"), **self.more},
            status_code=self.status,
            headers=self.headers,
            media_type="application/problem+json",
        )


def invalid(errors: Iterable[Mapping[str, Any]], *, within: str = "") -> tuple[InvalidParam, ...]:
    """Pydantic's errors as invalid params. What was sent is named by its place, never quoted."""
    found = []
    for error in errors:
        place = [str(part) for part in error["loc"] if part not in ("body", "query", "path", "header")]
        name = ".".join([within, *place] if within else place) or "body"
        found.append(InvalidParam(name=name[:200], reason=_reason(error)))
    return tuple(found[:MAX_INVALID_PARAMS])


def install_problems(app: FastAPI) -> None:
    """Every error of `app` is answered as a problem; a bug is logged, without words, and answered with 500."""

    async def on_problem(request: Request, error: Exception) -> JSONResponse:
        return error.answer(request) if isinstance(error, Problem) else await on_bug(request, error)

    async def on_validation(request: Request, error: Exception) -> JSONResponse:
        errors = error.errors() if isinstance(error, RequestValidationError) else ()
        return Problem(422, "invalid", "What was sent does not fit; see invalid_params.", invalid_params=invalid(errors)).answer(
            request
        )

    async def on_http(request: Request, error: Exception) -> JSONResponse:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        code, detail = _HTTP.get(status, (HTTPStatus(status).phrase.lower().replace(" ", "_"), HTTPStatus(status).description))
        return Problem(status, code, detail, headers=headers).answer(request)

    async def on_gone(_request: Request, _error: Exception) -> Response:
        return Response(status_code=499)

    async def on_bug(request: Request, error: Exception) -> JSONResponse:
        log.error("http.bug", request_id=request_id(request), **describe(error))
        return Problem(500, "bug", "This is our fault. Please report it with the request_id.").answer(request)

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(ClientDisconnect, on_gone)
    app.add_exception_handler(Exception, on_bug)


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For OpenAPI: these statuses are answered as problems. The document needs `describe_models`."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
        }
        for status in statuses
    }


def _reason(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return "unknown field"
    if error["type"] == "json_invalid":
        return "not valid JSON"
    return str(error["msg"]).removeprefix("Value error, ")


_HTTP = {
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not know this method; see Allow."),
}
