"""Writing into the remedy book by a form: the same rules as by the API."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from services.insights.api.remedy_answers import RemedyBody
from services.insights.login import Viewer
from services.insights.pages.forms import Form
from services.insights.pages.front import Done, Front
from services.insights.store import remedies
from services.insights.store.connection import Connection
from shared.clock import Clock
from shared.web import Problem, invalid


def remedy_act_routes(*, front: Front, clock: Clock) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.post("/remedies/{remedy_id}")
    async def put(request: Request, remedy_id: UUID) -> Response:
        async def act(connection: Connection, viewer: Viewer, form: Form) -> Done:
            wanted = _body(form).wanted(viewer.tenant, remedy_id, actor=viewer.actor, at=clock())
            try:
                await remedies.put(connection, wanted)
            except (remedies.NothingAlike, remedies.BookIsFull) as error:
                raise Problem(409, error.code, f"{str(error).capitalize()}.") from error
            return Done("Kept: it is offered within seconds.", "/remedies")

        return await front.act(request, act)

    return routes


def _body(form: Form) -> RemedyBody:
    """Raises Problem 422 with what is wrong, field by field."""
    said: dict[str, Any] = {
        "acknowledgement": form.one("acknowledgement"),
        "solution": form.one("solution"),
        "is_active": form.one("is_active") == "yes",
        "kinds": form.all("kind"),
        "products": _items(form.one("products"), ","),
        "phrases": _items(form.one("phrases"), "\n"),
    }
    if form.one("gift"):
        said["gift"] = {"what": form.one("gift"), "cost": form.one("cost") or 0, "limit": form.one("limit") or 0}
    if form.one("like"):
        said["like"] = {"signal_id": form.one("like")}
    try:
        return RemedyBody.model_validate(said)
    except ValidationError as error:
        wrong = invalid(error.errors(include_url=False, include_context=False, include_input=False))
        reasons = "; ".join(f"{each.name}: {each.reason}" for each in wrong)
        raise Problem(422, "invalid", f"It was not kept. {reasons}", invalid_params=wrong) from error


def _items(words: str, between: str) -> list[str]:
    return [item.strip() for item in words.split(between) if item.strip()]
