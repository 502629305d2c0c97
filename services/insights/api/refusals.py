"""Answers that say no, and to what."""

from uuid import UUID

from shared.web import InvalidParam, Problem


def refuse(name: str, reason: str) -> Problem:
    """422: the parameter `name` does not fit, for `reason`."""
    return Problem(
        422, "invalid", "What was sent does not fit; see invalid_params.", invalid_params=[InvalidParam(name=name, reason=reason)]
    )


def unknown(what: str, which: UUID) -> Problem:
    """404, the same whether it is nobody's or another tenant's."""
    return Problem(404, "not_found", f"There is no {what} {which}.")
