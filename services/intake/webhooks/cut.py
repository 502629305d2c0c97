"""A webhook's sender cannot correct what it sent: what is too long for a contact is cut, not refused, and the contact says so."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from services.intake.requests import MAX_ATTRIBUTE, MAX_ATTRIBUTES, MAX_NAME, MAX_SUBJECT, MAX_TEXT

ATTRIBUTE: Final = "attributes."
CUT: Final = f"{ATTRIBUTE}cut"
"""The attribute that names the fields whose ends are missing."""
LABELS: Final = frozenset({"product", "product_version", "area", "customer.plan"})
LIMITS: Final[Mapping[str, int]] = MappingProxyType(
    {"text": MAX_TEXT, "subject": MAX_SUBJECT, **dict.fromkeys(sorted(LABELS), MAX_NAME)}
)
"""In characters. An id is not in it: cut, it would be the id of something else."""


def without_nul(text: str) -> str:
    """The text without NUL, which no contact can hold and nobody reads."""
    return text.replace("\x00", "")


def fitted(said: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a contact, by their dotted names, none of them too long; `attributes.cut` names those that were."""
    fits = {name: _fit(name, value) for name, value in said.items()}
    cut = [name for name, value in fits.items() if isinstance(value, str) and len(value) < len(said[name])]
    has_room = sum(name.startswith(ATTRIBUTE) for name in fits) < MAX_ATTRIBUTES
    return {CUT: ", ".join(cut)[:MAX_ATTRIBUTE], **fits} if cut and has_room else fits


def _fit(name: str, value: Any) -> Any:
    limit = MAX_ATTRIBUTE if name.startswith(ATTRIBUTE) else LIMITS.get(name)
    return value if limit is None or not isinstance(value, str) else value[:limit]
