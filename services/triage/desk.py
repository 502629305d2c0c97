"""
Triage itself, in a thread of its own: records in, outcomes out.

Reading costs milliseconds a contact, so it never happens on the event loop: heartbeats and HTTP go on meanwhile. The reader is not
for several threads at once, so pipeline and previews take turns, a few records at a time.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from types import TracebackType
from typing import Protocol, Self

from aiokafka import ConsumerRecord

from services.triage.areas import Areas
from services.triage.areas.current import Current
from services.triage.burial import TooBig, bury, is_sendable
from services.triage.decide import NOWHERE, Known, Placed, decide
from services.triage.metrics import Metrics
from services.triage.outcome import SOURCE, Buried, Outcome, Triaged
from services.triage.reading import Reading, Text
from shared.clock import Clock
from shared.errors import Rejected
from shared.events import (
    ROUTES,
    TRIAGED,
    ContactReceived,
    ContactTriaged,
    Decoded,
    Encoded,
    Queue,
    Rating,
    Versioned,
    decode,
    derived_id,
    encode,
)

TURN = 32
"""Records that are read before somebody else may have a turn."""


class Reader(Protocol):
    """Reads what customers wrote; see services/triage/reading."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    def read(self, texts: Sequence[Text]) -> list[Reading]:
        """One reading for each text, in order."""


class Desk:
    """Where contacts are triaged. Leave it to end its thread."""

    def __init__(self, reader: Reader, known: Known, *, clock: Clock, metrics: Metrics, taxonomy: Current | None = None) -> None:
        self._reader = reader
        self._known = known
        self._clock = clock
        self._metrics = metrics
        self._taxonomy = taxonomy or Current()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="triage")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def triage(self, records: Sequence[ConsumerRecord]) -> list[Outcome]:
        """What becomes of each record, in order."""
        loop = asyncio.get_running_loop()
        # What is begun with one taxonomy is finished with it.
        areas = self._taxonomy.areas
        outcomes: list[Outcome] = []
        waiting = iter(records)
        while turn := list(islice(waiting, TURN)):
            outcomes += await loop.run_in_executor(self._thread, self._outcomes, turn, areas)
        return outcomes

    async def preview(self, contact: ContactReceived) -> ContactTriaged:
        """What would be said of the contact. Nothing is published."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._preview, contact, self._taxonomy.areas)

    def _outcomes(self, records: Sequence[ConsumerRecord], areas: Areas | None) -> list[Outcome]:
        with self._metrics.stage("decode"):
            found = [self._decoded(record) for record in records]
        with self._metrics.stage("read"):
            contacts = [one.event for one in found if isinstance(one, Decoded)]
            readings = iter(self._readings(contacts, areas))
        with self._metrics.stage("decide"):
            return [
                one if isinstance(one, Buried) else self._decided(record, one, *next(readings))
                for record, one in zip(records, found, strict=True)
            ]

    def _readings(self, contacts: Sequence[ContactReceived], areas: Areas | None) -> list[tuple[Reading, Placed]]:
        texts = [_text(contact) for contact in contacts]
        readings = self._reader.read(texts) if texts else []
        if areas is None:
            return [(reading, NOWHERE) for reading in readings]
        taxonomy = Versioned(name=areas.name, version=areas.version)
        return [(reading, Placed(taxonomy, own)) for reading, own in zip(readings, areas.of(texts, readings), strict=True)]

    def _decoded(self, record: ConsumerRecord) -> Decoded[ContactReceived] | Buried:
        try:
            return decode(record, ContactReceived)
        except Rejected as error:
            return bury(record, code=error.code, reason=str(error), at=self._clock())

    def _decided(self, record: ConsumerRecord, said: Decoded[ContactReceived], reading: Reading, placed: Placed) -> Outcome:
        try:
            triaged = decide(said.event, reading, self._known, placed, at=self._clock())
            return Triaged(
                record,
                _says(said, triaged, publishes_routes=self._known.publishes_routes),
                triaged.disposition,
                triaged.route.queue,
            )
        except Rejected as error:
            return bury(record, code=error.code, reason=str(error), at=self._clock(), contact_id=said.event.contact_id)

    def _preview(self, contact: ContactReceived, areas: Areas | None) -> ContactTriaged:
        [(reading, placed)] = self._readings([contact], areas)
        return decide(contact, reading, self._known, placed, at=self._clock())


def _text(contact: ContactReceived) -> Text:
    return Text(contact.subject, contact.text, _satisfaction(contact.rating))


def _satisfaction(rating: Rating | None) -> float | None:
    return None if rating is None else min(1.0, rating.score / rating.scale)


def _says(said: Decoded[ContactReceived], triaged: ContactTriaged, *, publishes_routes: bool) -> tuple[Encoded, ...]:
    """The triage, and the route unless this is a re-read. A redelivery says both again under the same id."""
    event_id = derived_id(said.id, triaged.reading)
    told = encode(triaged, TRIAGED, event_id=event_id, source=SOURCE, traceparent=said.traceparent)
    if not is_sendable(told):
        raise TooBig("what was read in it is larger than a broker takes")
    if not publishes_routes or triaged.route.queue is Queue.NONE:
        return (told,)
    return (told, replace(told, topic=ROUTES[triaged.route.queue].name))
