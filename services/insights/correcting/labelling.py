"""A person corrects what was read in a contact: it counts so from now on, whatever is read later, and the next training learns from it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.insights.correcting.refusals import Misfit, Refused, Unknown
from services.insights.counting.obedience import count_again
from services.insights.rules.labels import AS_READ, FRICTION_AS_READ, ContactLabels, FrictionLabels
from services.insights.store import corrections, locks, outbox, placements
from services.insights.store.connection import Connection
from shared.events import CorrectionRecorded, Span, derived_id


@dataclass(frozen=True, slots=True)
class Label:
    """What a person says: of the contact, and of the passage at `span`; None: the whole text."""

    span: Span | None = None
    contact: ContactLabels = AS_READ
    friction: FrictionLabels = FRICTION_AS_READ


async def correct(
    connection: Connection, tenant: str, contact_id: UUID, label: Label, *, actor: str, now: datetime
) -> CorrectionRecorded:
    """
    Remember what a person says that a contact is, count it so, and tell others.

    Raises Unknown, Misfit for a passage that is not there or not told where there are several frictions, Refused with `erased`.
    """
    await locks.take(connection, shared=frozenset(), alone={tenant})
    text = await corrections.text_of(connection, tenant, contact_id)
    if text is None:
        raise Unknown("contact", contact_id)
    if text.is_erased:
        raise Refused("erased", "What this customer said was erased: there is nothing left to correct.")
    places = await placements.places(connection, tenant, [contact_id])
    frictions = await placements.frictions(connection, places)
    _fits(label, len(text.words), sum(map(len, frictions.values())))
    said = _said(tenant, contact_id, text.words, label, actor=actor, now=now)
    if await corrections.record(connection, said):
        await count_again(connection, places)
        await outbox.put(connection, {said.correction_id: said})
    return said


def _fits(label: Label, characters: int, frictions: int) -> None:
    span = label.span
    if span is not None and not span.start < span.end <= characters:
        raise Misfit("span", f"has to begin before it ends, within the {characters} characters of the text")
    if span is None and label.friction != FRICTION_AS_READ and frictions > 1:
        raise Misfit("span", "is needed: this contact has several frictions, and kind and area are of one passage")


def _said(tenant: str, contact_id: UUID, words: str, label: Label, *, actor: str, now: datetime) -> CorrectionRecorded:
    contact, friction = label.contact, label.friction
    return CorrectionRecorded(
        tenant=tenant,
        correction_id=derived_id("correction", tenant, contact_id, actor, now.isoformat(), label),
        contact_id=contact_id,
        text=words,
        span=label.span,
        disposition=contact.disposition,
        kind=friction.kind,
        area=friction.area,
        feeling=contact.feeling,
        urgency=contact.urgency,
        queue=contact.queue,
        actor=actor,
        corrected_at=now,
    )
