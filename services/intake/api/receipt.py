"""What the sender of an event is told, once the brokers have what it says."""

from typing import Literal, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.intake.api.refusals import not_taken, reused
from services.intake.pipeline import Draft, Pipeline
from services.intake.remembered import KeyReused
from services.intake.said import Ignored, Said


class Receipt(BaseModel):
    """`accepted`: the brokers have the contact, the outcome or both, under these ids. `ignored`: it was neither, and why."""

    model_config = ConfigDict(frozen=True)

    status: Literal["accepted", "ignored"]
    contact_id: UUID | None = None
    outcome_of: UUID | None = None
    why: str | None = None

    @property
    def http_status(self) -> int:
        return 202 if self.status == "accepted" else 200


class Drafted(NamedTuple):
    """What is to be published, and the receipt once the brokers have all of it."""

    drafts: tuple[Draft, ...]
    receipt: Receipt


def drafted(said: Said | Ignored, tenant: str, pipeline: Pipeline, *, trace: str) -> Drafted:
    """What an event says, ready for the brokers. Raises Problem where its id named another contact before."""
    if isinstance(said, Ignored):
        return Drafted((), Receipt(status="ignored", why=said.why))
    contact = outcome = None
    if said.contact is not None:
        try:
            contact = pipeline.contact(tenant, said.contact, trace=trace, idempotency_key=said.key)
        except KeyReused as error:
            raise reused(error, "id") from error
    if said.outcome is not None:
        outcome = pipeline.outcome(tenant, said.outcome, trace=trace)
    receipt = Receipt(status="accepted", contact_id=contact and contact.id, outcome_of=outcome and outcome.id)
    return Drafted(tuple(filter(None, (contact, outcome))), receipt)


async def take(said: Said | Ignored, tenant: str, pipeline: Pipeline, *, trace: str) -> Receipt:
    """Publish what was said. Raises Problem where the brokers did not take it: sent again, it is the same contact."""
    ready = drafted(said, tenant, pipeline, trace=trace)
    for failure in await pipeline.publish(ready.drafts):
        if failure is not None:
            raise not_taken(failure)
    return ready.receipt
