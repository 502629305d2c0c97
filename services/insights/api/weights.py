"""`GET` and `PUT /v1/priority`: how a company weighs its signals."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.insights.api import examples
from services.insights.api.answer import Answer, shown_as
from services.insights.api.callers import caller_of, writer_of
from services.insights.login import Door, Viewer
from services.insights.rules.priority import Weights
from services.insights.store.connection import Pool, transaction
from services.insights.store.priority import weigh, weighing
from shared.clock import Clock
from shared.web import problem_responses

_USUAL: Final = Weights()
Weight = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class WeightsAnswer(Answer):
    """The weights of docs/priority.md."""

    least_intensity: float
    new: float
    escalating: float
    steady: float
    easing: float
    quiet: float
    value_per_tenfold: float


class WeightsRequest(BaseModel):
    """Every weight, from 0 to 100; one that is left out is as it comes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    least_intensity: Weight = _USUAL.least_intensity
    new: Weight = _USUAL.new
    escalating: Weight = _USUAL.escalating
    steady: Weight = _USUAL.steady
    easing: Weight = _USUAL.easing
    quiet: Weight = _USUAL.quiet
    value_per_tenfold: Weight = _USUAL.value_per_tenfold


class WeighingAnswer(Answer):
    """The weights that count, and who set them when: null where they are as they come."""

    model_config = shown_as(examples.WEIGHING)

    weights: WeightsAnswer
    set_by: str | None
    set_at: datetime | None


def weight_routes(*, pool: Pool, door: Door, clock: Clock) -> APIRouter:
    routes = APIRouter(tags=["signals"])

    @routes.get("/priority", summary="How signals are weighed", responses=problem_responses(401, 403, 503))
    async def read(viewer: Annotated[Viewer, Depends(caller_of(door))]) -> WeighingAnswer:
        async with transaction(pool, viewer.tenant) as connection:
            return WeighingAnswer.model_validate(await weighing(connection, viewer.tenant))

    @routes.put("/priority", summary="Weigh them differently", responses=problem_responses(401, 403, 422, 503))
    async def write(viewer: Annotated[Viewer, Depends(writer_of(door))], asked: WeightsRequest) -> WeighingAnswer:
        async with transaction(pool, viewer.tenant) as connection:
            weights = Weights(**asked.model_dump())
            await weigh(connection, viewer.tenant, weights, actor=viewer.actor, now=clock())
            return WeighingAnswer.model_validate(await weighing(connection, viewer.tenant))

    return routes
