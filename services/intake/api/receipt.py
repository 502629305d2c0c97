"""What the sender of an event is told, once the brokers have what it says."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.intake.api.door import not_taken, reused
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


async def take(said: Said | Ignored, tenant: str, pipeline: Pipeline, *, trace: str) -> Receipt:
    """
    Publish what was said.

    Raises Problem where the brokers did not take it: sent again, it is the same contact; or where its id named another one.
    """
    if isinstance(said, Ignored):
        return Receipt(status="ignored", why=said.why)
    contact_id = outcome_of = None
    if said.contact is not None:
        try:
            draft = pipeline.contact(tenant, said.contact, trace=trace, idempotency_key=said.key)
        except KeyReused as error:
            raise reused(error, "id") from error
        contact_id = await _published("contact", draft, pipeline)
    if said.outcome is not None:
        outcome_of = await _published("outcome", pipeline.outcome(tenant, said.outcome, trace=trace), pipeline)
    return Receipt(status="accepted", contact_id=contact_id, outcome_of=outcome_of)


async def _published(item: str, draft: Draft, pipeline: Pipeline) -> UUID:
    [failure] = await pipeline.publish(item, [draft])
    if failure is not None:
        raise not_taken(failure)
    return draft.id
