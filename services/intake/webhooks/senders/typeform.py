"""
Typeform's responses. Without `questions.text` the answers to long-text questions are the customer's words: short ones are names too often.

Source: typeform.com/developers/webhooks/example-payload.
"""

from collections.abc import Iterator

from services.intake.said import NEITHER, Ignored, Said
from services.intake.webhooks.delivery import Delivery
from services.intake.webhooks.endpoints import Questions
from services.intake.webhooks.payload import Payload
from services.intake.webhooks.senders.survey import Answers, respond


def read(delivery: Delivery) -> Said | Ignored:
    """A response that was submitted, as one contact."""
    payload = delivery.payload
    if payload.text("event_type") != "form_response":
        return Ignored(NEITHER)
    response, questions = payload.part("form_response"), delivery.endpoint.questions or Questions()
    answers = Answers(
        response=response.id("token"),
        texts=tuple(_texts(response, questions)),
        score=next(_scores(response, questions), None),
        customer=_customer(response, questions),
        submitted_at=response.find_moment("submitted_at"),
    )
    return respond(delivery, answers)


def _texts(response: Payload, questions: Questions) -> Iterator[str]:
    for answer in response.each("answers"):
        wanted = _is_named(answer, questions.text) if questions.text else answer.find_text("field.type") == "long_text"
        if wanted and (text := answer.find_text("text")):
            yield text


def _scores(response: Payload, questions: Questions) -> Iterator[float]:
    for answer in response.each("answers"):
        if questions.rating and _is_named(answer, (questions.rating,)) and (score := answer.find_number("number")) is not None:
            yield score


def _customer(response: Payload, questions: Questions) -> str | None:
    customer = response.find_id(f"hidden.{questions.customer}")
    # Typeform's own placeholder, left in a link: everybody who follows it would be one customer.
    return None if customer == "xxxxx" else customer


def _is_named(answer: Payload, names: tuple[str, ...]) -> bool:
    return answer.find_id("field.id") in names or answer.find_id("field.ref") in names
