"""The problems by which intake refuses, one place for their words."""

from typing import Final

from services.intake.remembered import KeyReused
from shared.errors import Unavailable
from shared.kafka import TooLarge
from shared.web import InvalidParam, Problem

RETRY_SECONDS: Final = "5"


def malformed_json(*params: InvalidParam) -> Problem:
    return Problem(400, "malformed_json", "The body is not valid JSON in UTF-8.", invalid_params=params)


def unfit(*params: InvalidParam) -> Problem:
    """For what is JSON, and not what is taken here: `params` name what does not fit."""
    return Problem(422, "invalid", "What was sent does not fit; see invalid_params.", invalid_params=params)


def item_too_large(limit: int) -> Problem:
    return Problem(413, "too_large", f"One item has at most {limit // 1024} KiB.")


def reused(error: KeyReused, name: str) -> Problem:
    """For another body under the key that `name` holds."""
    wanted = [InvalidParam(name=name, reason="another body came under this key before")]
    detail = "A key names one contact. Send this one under a key of its own, or as a higher revision."
    return Problem(422, error.code, detail, invalid_params=wanted)


def not_taken(failure: Unavailable | TooLarge) -> Problem:
    """For what the brokers did not take."""
    if isinstance(failure, TooLarge):
        return Problem(413, failure.code, "The contact is larger than a broker takes (1 MiB).")
    detail = "The brokers did not confirm it in time, and it may still arrive. Sent again, it is the same contact if something names it."
    return Problem(503, "unavailable", detail, headers={"Retry-After": RETRY_SECONDS})
