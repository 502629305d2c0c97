"""`/v1/exposure`: how many customers were active, per day, product and version, where known."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from services.insights.api import examples
from services.insights.api.answer import Answer, shown_as
from services.insights.api.bodies import body_as
from services.insights.api.callers import caller_of, writer_of
from services.insights.api.cursors import Cursor, decode_cursor, encode_cursor
from services.insights.api.parameters import Asked, Word
from services.insights.api.refusals import refuse
from services.insights.login import Door, Viewer
from services.insights.rules.comparison import Told
from services.insights.store import exposure
from services.insights.store.connection import Pool, transaction
from services.insights.store.exposure import FIRST, Place
from shared.clock import Clock
from shared.web import body_of, problem_responses

MOST: Final = 1_000
EARLIEST: Final = date(2000, 1, 1)
LATEST: Final = date(2200, 1, 1)

Day = Annotated[date, Field(ge=EARLIEST, lt=LATEST)]


class ExposureBody(BaseModel):
    """The active customers of one day, UTC. Without a product, or a version, they are those of all together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: Day
    product: Word | None = None
    version: Word | None = None
    customers: int | None = Field(ge=0, le=10**12, description="null takes back what was told.")

    @property
    def place(self) -> Place:
        return (self.day, self.product or "", self.version or "")


class ExposuresBody(BaseModel):
    """What is told replaces what was told of the same day, product and version; everything else stays."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [dict(examples.EXPOSURE_TOLD)]})

    exposure: list[ExposureBody] = Field(min_length=1, max_length=MOST)


class TakenAnswer(Answer):
    """How many numbers count from now on, and how many were taken back."""

    told: int
    taken_back: int


class ExposureAnswer(Answer):
    day: date
    product: str | None
    version: str | None
    customers: int


class ExposuresAnswer(Answer):
    """A page of what was told, by day, product and version; totals have no product or version."""

    model_config = shown_as(examples.EXPOSURE)

    exposure: tuple[ExposureAnswer, ...]
    next_cursor: str | None


class ExposureQuery(Asked):
    since: Day = Field(default=EARLIEST, description="First day.")
    until: Day | None = Field(default=None, description="Up to before this day. Default: all there are.")
    product: Word | None = None
    version: Word | None = None
    limit: int = Field(default=200, ge=1, le=MOST)
    cursor: str | None = Field(default=None, max_length=2000)


class ExposureCursor(Cursor):
    day: Day
    product: str = Field(max_length=200, pattern=r"^[^\x00]*$")
    version: str = Field(max_length=200, pattern=r"^[^\x00]*$")


def exposure_routes(*, pool: Pool, door: Door, clock: Clock) -> APIRouter:
    routes = APIRouter(prefix="/exposure", tags=["proof"])

    @routes.put(
        "",
        summary="Tell how many customers were active",
        responses=problem_responses(401, 403, 408, 413, 422, 503),
        openapi_extra=body_of(ExposuresBody),
    )
    async def put(
        viewer: Annotated[Viewer, Depends(writer_of(door))],
        body: Annotated[ExposuresBody, Depends(body_as(ExposuresBody))],
    ) -> TakenAnswer:
        _check(body.exposure, clock())
        told = [Told(*each.place, each.customers) for each in body.exposure if each.customers is not None]
        gone = [each.place for each in body.exposure if each.customers is None]
        async with transaction(pool, viewer.tenant) as connection:
            await exposure.put(connection, viewer.tenant, told)
            await exposure.take_back(connection, viewer.tenant, gone)
        return TakenAnswer(told=len(told), taken_back=len(gone))

    @routes.get("", summary="What was told", responses=problem_responses(401, 403, 422, 503))
    async def get(
        viewer: Annotated[Viewer, Depends(caller_of(door))], asked: Annotated[ExposureQuery, Query()]
    ) -> ExposuresAnswer:
        wanted = exposure.Asked(asked.since, asked.until or LATEST, asked.product, asked.version)
        async with transaction(pool, viewer.tenant) as connection:
            found = await exposure.page(connection, viewer.tenant, wanted, after=_place(asked.cursor), limit=asked.limit + 1)
        return ExposuresAnswer(
            exposure=tuple(_answer(each) for each in found[: asked.limit]),
            next_cursor=_cursor(found[asked.limit - 1]) if len(found) > asked.limit else None,
        )

    return routes


def _check(told: Sequence[ExposureBody], now: datetime) -> None:
    tomorrow = now.astimezone(UTC).date() + timedelta(days=1)
    seen: set[Place] = set()
    for number, each in enumerate(told):
        if each.day > tomorrow:
            raise refuse(f"exposure.{number}.day", "is in the future")
        if each.place in seen:
            raise refuse(f"exposure.{number}", "is told twice: one number for a day, product and version")
        seen.add(each.place)


def _answer(told: Told) -> ExposureAnswer:
    return ExposureAnswer(day=told.day, product=told.product or None, version=told.version or None, customers=told.customers)


def _place(cursor: str | None) -> Place:
    read = decode_cursor(cursor, ExposureCursor) if cursor else None
    return (read.day, read.product, read.version) if read else FIRST


def _cursor(told: Told) -> str:
    return encode_cursor(ExposureCursor(day=told.day, product=told.product, version=told.version))
