"""What people say about one signal on its page: that it can wait."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.insights.login import Viewer
from services.insights.pages.forms import Form
from services.insights.pages.front import Done, Front
from services.insights.store import changes, snoozes
from services.insights.store.connection import Connection
from shared.clock import Clock
from shared.events import Change
from shared.web import Problem


def signal_act_routes(*, front: Front, clock: Clock) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.post("/signals/{signal_id}/snooze")
    async def snoozing(request: Request, signal_id: UUID) -> Response:
        async def act(connection: Connection, viewer: Viewer, form: Form) -> Done:
            is_wanted = form.one("snooze") != "no"
            await _snooze(connection, viewer, signal_id, is_wanted=is_wanted, now=clock())
            words = "Snoozed: nobody is told until it gets worse." if is_wanted else "No longer snoozed."
            return Done(words, f"/signals/{signal_id}")

        return await front.act(request, act)

    return routes


async def _snooze(connection: Connection, viewer: Viewer, signal_id: UUID, *, is_wanted: bool, now: datetime) -> None:
    if is_wanted:
        snoozed = await snoozes.put(connection, viewer.tenant, signal_id, actor=viewer.actor, at=now)
        if snoozed is None:
            raise Problem(404, "not_found", "There is no such signal.")
        after: changes.Facts = {"trend": snoozed.trend, "contacts": snoozed.contacts}
        await changes.record(connection, viewer.tenant, signal_id, Change.SNOOZED, actor=viewer.actor, at=now, after=after)
    elif await snoozes.end(connection, viewer.tenant, signal_id):
        await changes.record(connection, viewer.tenant, signal_id, Change.WOKEN, actor=viewer.actor, at=now)
