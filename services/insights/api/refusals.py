"""Answers that say no, and to what."""

from uuid import UUID

from fastapi import FastAPI, Request, Response

from services.insights.correcting.refusals import Misfit, Refused, Unknown
from shared.web import InvalidParam, Problem


def refuse(name: str, reason: str) -> Problem:
    """422: the parameter `name` does not fit, for `reason`."""
    return Problem(
        422, "invalid", "What was sent does not fit; see invalid_params.", invalid_params=[InvalidParam(name=name, reason=reason)]
    )


def unknown(what: str, which: UUID) -> Problem:
    """404, the same whether it is nobody's or another tenant's."""
    return Problem(404, "not_found", f"There is no {what} {which}.")


def install_refusals(app: FastAPI) -> None:
    """Whoever wants to correct what cannot be corrected so is told why."""
    for kind in (Unknown, Misfit, Refused):
        app.add_exception_handler(kind, _refused)


async def _refused(request: Request, error: Exception) -> Response:
    return _problem(error).answer(request)


def _problem(error: Exception) -> Problem:
    match error:
        case Unknown():
            return unknown(error.what, error.which)
        case Misfit():
            return refuse(error.name, error.reason)
        case Refused():
            more = {"change_id": str(error.change_id)} if error.change_id else {}
            return Problem(409, error.code, str(error), more=more)
        case _:
            raise AssertionError(error)
