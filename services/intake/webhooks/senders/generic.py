"""Any other app, read by the field map of its endpoint."""

from services.intake.said import NEITHER, Ignored, Said
from services.intake.webhooks.delivery import Delivery
from services.intake.webhooks.fields import FieldMap, read_contact, read_outcome, takes


def read(delivery: Delivery) -> Said | Ignored:
    """What the map finds in the payload."""
    fields, payload, scope = delivery.endpoint.fields or FieldMap(), delivery.payload, delivery.endpoint.scope
    event = fields.event and payload.id(fields.event)
    contact = outcome = None
    if fields.contact and takes(fields.contact, event):
        contact = read_contact(fields.contact, payload, source=scope, now=delivery.now)
    if fields.outcome and takes(fields.outcome, event):
        outcome = read_outcome(fields.outcome, payload, source=scope, now=delivery.now)
    if contact is None and outcome is None:
        return Ignored(NEITHER)
    return Said(contact, outcome, key=_key(delivery, fields))


def _key(delivery: Delivery, fields: FieldMap) -> str | None:
    if fields.id_header is not None:
        return delivery.headers.get(fields.id_header)
    return fields.id and delivery.payload.id(fields.id)
