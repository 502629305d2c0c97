"""Who asked to be forgotten: what was received from them until then is not read again, so that it does not travel again."""

from datetime import UTC, datetime

import structlog
from aiokafka import ConsumerRecord

from shared.errors import Undecodable
from shared.events import FORGOTTEN, CustomerForgotten, decode

log = structlog.get_logger(__name__)


class Forgotten:
    """`customers.forgotten`, by the keys of their contacts' records: nothing needs to be decoded to know."""

    topic = FORGOTTEN

    def __init__(self) -> None:
        self._until: dict[bytes, datetime] = {}

    def learn(self, record: ConsumerRecord) -> None:
        """Know of one erasure."""
        try:
            said = decode(record, CustomerForgotten).event
        except Undecodable as error:
            # Insights buries it and a person looks at it; whom it means cannot be known here.
            log.warning("triage.erasure_undecodable", reason=str(error), partition=record.partition, offset=record.offset)
            return
        for customer in said.customers:
            key = f"{said.tenant}/{customer}".encode()
            self._until[key] = max(said.requested_at, self._until.get(key, said.requested_at))

    def holds(self, record: ConsumerRecord) -> bool:
        """Whether a record of `contacts.received` is of somebody who was forgotten after it was received."""
        until = self._until.get(record.key)
        return until is not None and datetime.fromtimestamp(record.timestamp / 1000, UTC) <= until
