"""`PATCH /v1/signals/{id}`: what people change about one signal."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.insights.api.bodies import body_as
from services.insights.api.callers import writer_of
from services.insights.api.parameters import Time, Word
from services.insights.api.refusals import refuse
from services.insights.api.signal_answers import SignalDetailAnswer, told
from services.insights.correcting.changing import KEEP, Wanted, change
from services.insights.login import Door, Viewer
from services.insights.reads.signals import signal_of
from services.insights.store.connection import Pool, transaction
from shared.clock import Clock
from shared.events import Status
from shared.web import body_of, problem_responses

Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=r"^[^\x00]+$")]


class ChangeBody(BaseModel):
    """What is to change; what is left out stays. `at`, `version` and `product` are those of a fix: only with `fix_shipped`."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"status": "fix_shipped", "at": "2025-11-24T09:00:00Z", "version": "5.2.0", "note": "Retries are idempotent now."}
            ]
        },
    )

    status: Status | None = Field(default=None, description="Which may follow which: docs/proof.md.")
    at: Time | None = Field(default=None, description="When the fix shipped: not before the signal was first met. Default: now.")
    version: Word | None = Field(default=None, description="The first version that has the fix. Default: it has none.")
    product: Word | None = Field(default=None, description="The only product that was fixed. Default: all.")
    title: Word | None = Field(default=None, description="It stays, whatever discovery finds.")
    owner: Word | None = Field(default=None, description="null: nobody.")
    note: Note | None = Field(default=None, description="null: none.")

    @model_validator(mode="after")
    def _is_about_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("nothing is to change: name status, title, owner or note")
        return self

    def wanted(self) -> Wanted:
        """Raises Problem 422 for a fix without its status, and for a title or status that is to be nothing."""
        said = self.model_fields_set
        for name in sorted(said & {"at", "version", "product"}):
            if self.status is not Status.FIX_SHIPPED:
                raise refuse(name, f"is that of a fix: it needs status {Status.FIX_SHIPPED}")
        for name in sorted(said & {"status", "at", "title"}):
            if getattr(self, name) is None:
                raise refuse(name, "cannot be null: leave it out")
        return Wanted(
            status=self.status,
            at=self.at,
            version=self.version if "version" in said else KEEP,
            product=self.product if "product" in said else KEEP,
            title=self.title,
            owner=self.owner if "owner" in said else KEEP,
            note=self.note if "note" in said else KEEP,
        )


def change_routes(*, pool: Pool, door: Door, clock: Clock) -> APIRouter:
    routes = APIRouter(prefix="/signals", tags=["signals"])

    @routes.patch(
        "/{signal_id}",
        summary="Change its status, title, owner or note",
        responses=problem_responses(401, 403, 404, 408, 409, 413, 422, 503),
        openapi_extra=body_of(ChangeBody),
    )
    async def patch(
        viewer: Annotated[Viewer, Depends(writer_of(door))],
        signal_id: UUID,
        body: Annotated[ChangeBody, Depends(body_as(ChangeBody))],
    ) -> SignalDetailAnswer:
        now, wanted = clock(), body.wanted()
        async with transaction(pool, viewer.tenant) as connection:
            await change(connection, viewer.tenant, signal_id, wanted, actor=viewer.actor, now=now)
            found = await signal_of(connection, viewer.tenant, signal_id, at=now)
        assert found is not None  # it was changed a moment ago
        return told(found)

    return routes
