"""What surveys have in common: one response is one contact, and a rating of 1 to 5 is an outcome too."""

from dataclasses import dataclass
from datetime import datetime

from services.intake.said import Ignored, Said
from services.intake.webhooks.delivery import NO_WORDS, Delivery, resolution_of
from shared.events import Channel


@dataclass(frozen=True, slots=True)
class Answers:
    """What counts of one response."""

    response: str
    texts: tuple[str, ...]
    score: float | None
    customer: str | None
    submitted_at: datetime | None


def respond(delivery: Delivery, answers: Answers) -> Said | Ignored:
    """The response as a contact, if it has words, and as an outcome, if it was rated from 1 to 5."""
    scale = delivery.endpoint.questions.scale if delivery.endpoint.questions else None
    rating = None if answers.score is None or scale is None else (answers.score, scale)
    contact = outcome = None
    if answers.texts:
        contact = delivery.contact(
            text="\n\n".join(answers.texts),
            channel=Channel.SURVEY,
            external_id=answers.response,
            occurred_at=answers.submitted_at,
            customer_id=answers.customer,
            rating=rating,
        )
    if rating is not None and rating[1] == 5 and rating[0] in range(1, 6):
        csat = int(rating[0])
        outcome = delivery.outcome(
            external_id=answers.response, resolution=resolution_of(csat), csat=csat, occurred_at=answers.submitted_at
        )
    return Ignored(NO_WORDS) if contact is None and outcome is None else Said(contact, outcome)
