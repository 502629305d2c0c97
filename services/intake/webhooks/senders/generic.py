"""Any other app, read by the field map of its endpoint."""

import hashlib

from pydantic_core import to_json

from services.intake.said import NEITHER, Ignored, Said
from services.intake.webhooks.delivery import NO_WORDS, Delivery
from services.intake.webhooks.fields import FieldMap, is_wordless, read_contact, read_outcome, takes
from services.intake.webhooks.payload import Unmappable


def read(delivery: Delivery) -> Said | Ignored:
    """What the map finds in the payload."""
    fields, payload, scope = delivery.endpoint.fields, delivery.payload, delivery.endpoint.scope
    assert fields is not None  # the file of endpoints sees to it
    event = fields.event and payload.id(fields.event)
    contact = outcome = None
    is_empty = False
    if fields.contact and takes(fields.contact, event):
        is_empty = is_wordless(fields.contact, payload)
        contact = None if is_empty else read_contact(fields.contact, payload, source=scope, now=delivery.now)
    if fields.outcome and takes(fields.outcome, event):
        outcome = read_outcome(fields.outcome, payload, source=scope, now=delivery.now)
    if contact is None and outcome is None:
        return Ignored(NO_WORDS if is_empty else NEITHER)
    key = _key(delivery, fields)
    if contact is not None and contact.external_id is None and key is None:
        raise Unmappable(fields.id or fields.id_header or "external_id", "is missing: sent again, it would be another contact")
    return Said(contact, outcome, key=key)


def _key(delivery: Delivery, fields: FieldMap) -> str | None:
    if fields.id_header is None:
        return fields.id and delivery.payload.find_id(fields.id)
    if delivery.endpoint.vouches_for(fields.id_header):
        return delivery.headers.get(fields.id_header)
    # Whoever recorded a delivery could send it again under any other id, and each time it would be another contact.
    return hashlib.sha256(to_json(delivery.payload.value)).hexdigest()
