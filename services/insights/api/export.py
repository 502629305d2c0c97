"""`GET /v1/export`: signals or contacts as CSV, NDJSON or Parquet, streamed."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from services.insights.api.callers import caller_of
from services.insights.api.formats import Encoder, Format, encoder
from services.insights.api.parameters import Asked, Time, Word
from services.insights.api.refusals import refuse
from services.insights.login import Door, Viewer
from services.insights.reads.export import CONTACT_COLUMNS, SIGNAL_COLUMNS, Row, contact_pages, signal_pages
from services.insights.reads.filters import Filters
from services.insights.store.connection import Pool
from shared.clock import Clock
from shared.events import Channel, Kind, Status, Trend
from shared.web import Problem, problem_responses

AT_ONCE: Final = 4
"""Exports of one process at the same time."""

log = structlog.get_logger(__name__)


class What(StrEnum):
    SIGNALS = "signals"
    CONTACTS = "contacts"


class ExportQuery(Asked):
    """What of what, and in which form. The filters are those of `GET /v1/signals`; of contacts, those that fit come out."""

    what: What = What.SIGNALS
    form: Format = Field(default=Format.CSV, alias="format")
    signal: UUID | None = Field(default=None, description="Contacts of this signal. Not with what=signals.")
    status: Status | None = None
    trend: Trend | None = None
    kind: Kind | None = None
    product: Word | None = None
    version: Word | None = None
    channel: Channel | None = None
    plan: Word | None = None
    q: Word | None = Field(default=None, description="Words in the title or in what a customer said, letter case aside.")
    since: Time | None = Field(default=None, description="A contact that occurred then or later.")
    until: Time | None = Field(default=None, description="A contact that occurred before.")

    def filters(self) -> Filters:
        """Raises Problem 422 for what does not go together."""
        if self.since and self.until and self.since >= self.until:
            raise refuse("since", "has to be before until")
        if self.signal and self.what is What.SIGNALS:
            raise refuse("signal", "goes with what=contacts only")
        known = self.model_dump(include={"status", "trend", "kind", "product", "version", "channel", "plan", "since", "until"})
        return Filters(**known, text=self.q)


def export_routes(*, pool: Pool, door: Door, clock: Clock) -> APIRouter:
    routes = APIRouter(tags=["export"])
    turns = _Turns(AT_ONCE)

    @routes.get(
        "/export",
        summary="Signals or contacts as a file",
        response_class=StreamingResponse,
        responses={
            200: {"content": {form.media_type: {} for form in Format}, "description": "The file, as it is read."},
            **problem_responses(401, 403, 422, 503),
        },
    )
    async def export(
        viewer: Annotated[Viewer, Depends(caller_of(door))], asked: Annotated[ExportQuery, Query()]
    ) -> StreamingResponse:
        now, filters = clock(), asked.filters()
        pages = (
            signal_pages(pool, viewer.tenant, filters, at=now)
            if asked.what is What.SIGNALS
            else contact_pages(pool, viewer.tenant, filters, signal_id=asked.signal)
        )
        columns = SIGNAL_COLUMNS if asked.what is What.SIGNALS else CONTACT_COLUMNS
        file = turns.taken_by(_file(pages, encoder(asked.form, columns)))
        # What goes wrong at once is still answered as a problem.
        begin = await anext(file)
        log.info("export.begun", tenant=viewer.tenant, actor=viewer.actor, what=asked.what.value, format=asked.form.value)
        name = f"{asked.what}-{now:%Y-%m-%d}.{asked.form}"
        return StreamingResponse(
            _with(begin, file),
            media_type=asked.form.media_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    return routes


class _Turns:
    """So many files at a time; whoever comes then is told to come back."""

    def __init__(self, most: int) -> None:
        self._left = most

    async def taken_by(self, file: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        if not self._left:
            raise Problem(503, "busy", f"{AT_ONCE} exports are being read already; try again.", headers={"Retry-After": "30"})
        self._left -= 1
        try:
            async for chunk in file:
                yield chunk
        finally:
            self._left += 1


async def _file(pages: AsyncIterator[Sequence[Row]], into: Encoder) -> AsyncIterator[bytes]:
    """Never empty: its first chunk comes once the first page was read."""
    async for page in pages:
        yield await asyncio.to_thread(into.page, page)
    yield await asyncio.to_thread(into.end)


async def _with(begin: bytes, file: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    async with aclosing(file):
        yield begin
        async for chunk in file:
            yield chunk
