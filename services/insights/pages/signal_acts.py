"""What people say about one signal on its page: where it stands, whose it is, that a fix shipped, that it can wait."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from services.insights.api.changing import ChangeBody
from services.insights.correcting.changing import Wanted, change
from services.insights.correcting.snoozing import snooze, wake
from services.insights.login import Viewer
from services.insights.pages.forms import Form
from services.insights.pages.front import Done, Front
from services.insights.pages.log_lines import log_line
from services.insights.reads.changes import Asked, changes_of
from services.insights.store.connection import Connection
from shared.clock import Clock
from shared.events import Status
from shared.web import Problem, invalid

FIELDS: Final = ("status", "owner", "note", "title")


def signal_act_routes(*, front: Front, clock: Clock) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.post("/signals/{signal_id}/change")
    async def changing(request: Request, signal_id: UUID) -> Response:
        async def act(connection: Connection, viewer: Viewer, form: Form) -> Done:
            now = clock()
            await change(connection, viewer.tenant, signal_id, _wanted(form), actor=viewer.actor, now=now)
            made = await changes_of(connection, viewer.tenant, Asked(signal_id, viewer.actor, since=now), before=None, limit=1)
            line = made.items[0] if made.items else None
            words = f"Done. {log_line(line).words}." if line else "Nothing changed: it was so already."
            return Done(words, f"/signals/{signal_id}", line.change_id if line else None)

        return await front.act(request, act)

    @routes.post("/signals/{signal_id}/snooze")
    async def snoozing(request: Request, signal_id: UUID) -> Response:
        async def act(connection: Connection, viewer: Viewer, form: Form) -> Done:
            is_wanted = form.one("snooze") != "no"
            told = snooze if is_wanted else wake
            await told(connection, viewer.tenant, signal_id, actor=viewer.actor, now=clock())
            words = "Snoozed: nobody is told until it gets worse." if is_wanted else "No longer snoozed."
            return Done(words, f"/signals/{signal_id}")

        return await front.act(request, act)

    return routes


def _wanted(form: Form) -> Wanted:
    """What the one field or the fix of a form says. Raises Problem 422."""
    field = form.one("field")
    words = form.one(field) if field in FIELDS else ""
    said: dict[str, str | None] = {field: words or None} if field in FIELDS else {}
    if said.get("status") == Status.FIX_SHIPPED:
        at = form.one("at")
        told = {"at": f"{at}Z" if at else "", "version": form.one("version"), "product": form.one("product")}
        said |= {name: value for name, value in told.items() if value}
    try:
        return ChangeBody.model_validate(said).wanted()
    except ValidationError as error:
        wrong = invalid(error.errors(include_url=False, include_context=False, include_input=False))
        reasons = "; ".join(f"{each.name}: {each.reason}" for each in wrong)
        raise Problem(422, "invalid", f"It was not changed. {reasons}", invalid_params=wrong) from error
