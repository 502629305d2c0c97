"""What came last at every endpoint of this process: accepted, ignored, refused and why."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from services.intake.webhooks.endpoints import Endpoint
from shared.web import InvalidParam


class Seen(BaseModel):
    """One delivery: when, and why it was ignored or refused; of a refusal also its code and the places that did not fit."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    code: str | None = None
    why: str | None = None
    invalid_params: tuple[InvalidParam, ...] = ()


@dataclass(slots=True)
class Sight:
    """One endpoint since the process started, by what became of its deliveries: accepted, ignored, refused."""

    counts: Counter[str] = field(default_factory=Counter)
    last: dict[str, Seen] = field(default_factory=dict)


class Sights:
    """All endpoints, each tenant's its own: an address may change hands. Bounded by the file: only deliveries to endpoints that exist are noted."""

    def __init__(self) -> None:
        self._of: dict[tuple[str, str, str], Sight] = {}

    def of(self, endpoint: Endpoint) -> Sight:
        return self._of.setdefault((endpoint.tenant, endpoint.sender, endpoint.endpoint), Sight())

    def note(self, endpoint: Endpoint, seen: Seen, outcome: str) -> None:
        sight = self.of(endpoint)
        sight.counts[outcome] += 1
        sight.last[outcome] = seen
