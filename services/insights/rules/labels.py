"""What people said that a contact is, in place of what was read: of several words the latest counts, label by label."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.insights.rules.anchors import Anchor, latest_about
from shared.events import Disposition, Feeling, Kind, Queue, Urgency

EVERYWHERE: Final = Anchor(0, 2**31 - 1)
"""A word about the whole text."""


@dataclass(frozen=True, slots=True)
class ContactLabels:
    """None: as it was read."""

    disposition: Disposition | None = None
    feeling: Feeling | None = None
    urgency: Urgency | None = None
    queue: Queue | None = None


@dataclass(frozen=True, slots=True)
class FrictionLabels:
    """None: as it was read."""

    kind: Kind | None = None
    area: str | None = None


AS_READ: Final = ContactLabels()
FRICTION_AS_READ: Final = FrictionLabels()


@dataclass(frozen=True, slots=True)
class Word:
    """What one person said at once: of the contact, and of the passage at `anchor`."""

    anchor: Anchor = EVERYWHERE
    contact: ContactLabels = AS_READ
    friction: FrictionLabels = FRICTION_AS_READ


def of_contact(words: Sequence[Word]) -> ContactLabels:
    """What a contact is, after all that was said, the latest word last."""
    said = [word.contact for word in reversed(words)]
    return ContactLabels(
        next((each.disposition for each in said if each.disposition), None),
        next((each.feeling for each in said if each.feeling), None),
        next((each.urgency for each in said if each.urgency), None),
        next((each.queue for each in said if each.queue), None),
    )


def of_frictions(words: Sequence[Word], frictions: Sequence[Anchor]) -> list[FrictionLabels]:
    """What each of its frictions is."""
    kinds = [word for word in words if word.friction.kind]
    areas = [word for word in words if word.friction.area]
    return [
        FrictionLabels(
            None if kind is None else kinds[kind].friction.kind,
            None if area is None else areas[area].friction.area,
        )
        for kind, area in zip(_about(kinds, frictions), _about(areas, frictions), strict=True)
    ]


def _about(words: Sequence[Word], frictions: Sequence[Anchor]) -> list[int | None]:
    return latest_about([word.anchor for word in words], frictions)
