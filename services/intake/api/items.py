"""Many items in one request: each has its own result, and one bad item refuses only itself."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, ConfigDict
from pydantic_core import to_json

from services.intake.api.receipt import Drafted
from services.intake.api.refusals import RETRY_SECONDS, not_taken
from services.intake.limits import Meter
from services.intake.pipeline import Draft, Pipeline
from shared.web import InvalidParam, Problem

WINDOW: Final = 200
"""Items that are published together."""
UNBROKEN_BYTES: Final = 64 * 1024
"""So much is read before other requests have a turn."""
MAX_INVALID_PARAMS: Final = 5
"""Of each refused item: a stream of a hundred thousand wrong lines has to be remembered until it ends."""


class ItemResult(BaseModel):
    """What became of the item at `index` (from 0). `unavailable` ones may be sent again, under the same id."""

    model_config = ConfigDict(frozen=True)

    index: int
    status: Literal["accepted", "ignored", "refused", "unavailable"]
    contact_id: UUID | None = None
    outcome_of: UUID | None = None
    why: str | None = None
    code: str | None = None
    invalid_params: tuple[InvalidParam, ...] | None = None


class ItemsAnswer(BaseModel):
    """How many of each, and the result of each item in the order they were sent. Contacts are never `ignored`, events may be."""

    model_config = ConfigDict(frozen=True)

    accepted: int
    ignored: int
    refused: int
    unavailable: int
    results: list[ItemResult]


@dataclass(slots=True)
class Items:
    """Takes items window by window and remembers what became of each. `read` raises Problem for an item that is none."""

    meter: Meter
    pipeline: Pipeline
    read: Callable[[bytes | None], Drafted]
    results: list[ItemResult] = field(default_factory=list)

    async def take(self, window: Sequence[bytes | None]) -> None:
        """Read, publish and note the next items; None stands for one that was too long to be held."""
        self.meter.charge(requests=len(window))
        drafts: list[Draft] = []
        places: list[int] = []
        unbroken = 0
        for said in window:
            if (unbroken := unbroken + len(said or b"")) > UNBROKEN_BYTES:
                await asyncio.sleep(0)
                unbroken = 0
            ready = self._read(said)
            drafts += ready
            places += [len(self.results) - 1] * len(ready)
        failures = await self.pipeline.publish(drafts) if drafts else []
        for place, failure in zip(places, failures, strict=True):
            if failure is not None:
                self.results[place] = _refused(place, not_taken(failure))

    def answer(self) -> Response:
        """202 when every good item is with the brokers; 503 when some may not be; 422 when there was no good one."""
        answer = self.tally()
        if answer.unavailable:
            detail = "The brokers did not confirm every item in time: send the unavailable ones again, under the same ids."
            raise Problem(503, "unavailable", detail, headers={"Retry-After": RETRY_SECONDS}, more=self.members())
        if answer.refused == len(answer.results) > 0:
            raise Problem(422, "invalid", "No item could be accepted; see results.", more=self.members())
        return Response(answer.model_dump_json(exclude_none=True), 202, media_type="application/json")

    def tally(self) -> ItemsAnswer:
        """What became of the items so far."""
        counts = Counter(result.status for result in self.results)
        return ItemsAnswer.model_construct(
            accepted=counts["accepted"],
            ignored=counts["ignored"],
            refused=counts["refused"],
            unavailable=counts["unavailable"],
            results=self.results,
        )

    def members(self) -> dict[str, Any]:
        """The tally as members of a problem."""
        return self.tally().model_dump(mode="json", exclude_none=True)

    def _read(self, said: bytes | None) -> tuple[Draft, ...]:
        place = len(self.results)
        try:
            ready = self.read(said)
        except Problem as problem:
            self.results.append(_refused(place, problem))
            return ()
        receipt = ready.receipt
        self.results.append(
            ItemResult(
                index=place,
                status=receipt.status,
                contact_id=receipt.contact_id,
                outcome_of=receipt.outcome_of,
                why=receipt.why,
            )
        )
        return ready.drafts


def windows(items: Sequence[Any]) -> Iterator[list[bytes | None]]:
    """The items of a JSON list, each as JSON of its own, as many at a time as are published together."""
    for start in range(0, len(items), WINDOW):
        yield [to_json(item) for item in items[start : start + WINDOW]]


def _refused(place: int, problem: Problem) -> ItemResult:
    return ItemResult(
        index=place,
        status="unavailable" if problem.status == 503 else "refused",
        code=problem.code,
        invalid_params=problem.invalid_params[:MAX_INVALID_PARAMS] or None,
    )
