"""
Formbricks' responses, when they are finished. Its payload names no types: `questions.text` says which answers are words.

Source: formbricks/formbricks, docs/xm-and-surveys/core-features/integrations/webhooks.mdx.
"""

from services.intake.said import NEITHER, Ignored, Said
from services.intake.webhooks.delivery import Delivery
from services.intake.webhooks.endpoints import Questions
from services.intake.webhooks.payload import Payload
from services.intake.webhooks.senders.survey import Answers, respond


def read(delivery: Delivery) -> Said | Ignored:
    """A finished response, as one contact; what is not finished yet is ignored, since all of it comes again."""
    # Their documentation shows a list of one, their source sends the object itself.
    payload = delivery.payload.find("0") or delivery.payload
    if payload.text("event") != "responseFinished":
        return Ignored(NEITHER)
    response, questions = payload.part("data"), delivery.endpoint.questions or Questions()
    answers = Answers(
        response=response.id("id"),
        texts=tuple(text for name in questions.text if (text := response.find_text(f"data.{name}"))),
        score=response.find_number(f"data.{questions.rating}") if questions.rating else None,
        customer=_customer(delivery, response, questions),
        submitted_at=response.find_moment("updatedAt"),
    )
    return respond(delivery, answers)


def _customer(delivery: Delivery, response: Payload, questions: Questions) -> str | None:
    own = response.find_id(f"contactAttributes.{questions.customer}") or response.find_id("contact.userId")
    return own or delivery.scoped(response.find_id("contact.id"))
