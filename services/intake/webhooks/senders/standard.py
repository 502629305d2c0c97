"""
Standard Webhooks of your own apps: `{"type", "timestamp", "data"}`, the types being those of `/v1/events`.

Source: Standard Webhooks 1.0.0.
"""

from services.intake.said import Ignored, Said, read_own
from services.intake.webhooks.delivery import Delivery


def read(delivery: Delivery) -> Said | Ignored:
    """A contact that was said, or how one ended."""
    payload, id_header = delivery.payload, delivery.endpoint.schemes[0].id_header
    assert id_header is not None  # the file of endpoints sees to it
    return read_own(
        payload.text("type"),
        payload.part("data").value,
        source=delivery.endpoint.scope,
        event_id=delivery.headers[id_header],
        at=payload.find_moment("timestamp"),
        now=delivery.now,
    )
