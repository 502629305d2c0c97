"""What people correct on the page of one contact: what it is, and to which signal a friction belongs."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from services.insights.api.corrections import CorrectionBody
from services.insights.correcting.labelling import correct
from services.insights.correcting.moving import move
from services.insights.login import Viewer
from services.insights.pages.forms import Form
from services.insights.pages.front import Done, Front
from services.insights.pages.grouping_acts import named_signal
from services.insights.store.connection import Connection
from shared.clock import Clock
from shared.web import Problem

LABELS = ("disposition", "kind", "feeling", "urgency", "queue")


def contact_act_routes(*, front: Front, clock: Clock) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.post("/contacts/{contact_id}/corrections")
    async def correcting(request: Request, contact_id: UUID) -> Response:
        async def act(connection: Connection, viewer: Viewer, form: Form) -> Done:
            label = _body(form).label()
            await correct(connection, viewer.tenant, contact_id, label, actor=viewer.actor, now=clock())
            return Done("Corrected: it counts as you said, and triage learns it.", f"/contacts/{contact_id}")

        return await front.act(request, act)

    @routes.post("/contacts/{contact_id}/move")
    async def moving(request: Request, contact_id: UUID) -> Response:
        async def act(connection: Connection, viewer: Viewer, form: Form) -> Done:
            to = None if form.one("signal") == "none" and not form.one("address") else named_signal(form)
            ordinal = int(form.one("friction")) if form.one("friction").isdecimal() else None
            change_id = await move(connection, viewer.tenant, contact_id, ordinal=ordinal, to=to, actor=viewer.actor, now=clock())
            words = "Moved: it belongs there now, whatever is read later." if to else "Taken out: it belongs to no signal."
            return Done(words, f"/contacts/{contact_id}", change_id)

        return await front.act(request, act)

    return routes


def _body(form: Form) -> CorrectionBody:
    """Raises Problem 422 where nothing is corrected."""
    said: dict[str, object] = {name: form.one(name) for name in LABELS if form.one(name)}
    if form.one("start") and "kind" in said:
        said["span"] = {"start": form.one("start"), "end": form.one("end")}
    try:
        return CorrectionBody.model_validate(said)
    except ValidationError as error:
        raise Problem(422, "invalid", "Nothing was corrected: choose what it is instead.") from error
