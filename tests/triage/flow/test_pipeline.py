"""From contacts.received to contacts.triaged and routes.<queue>, on a real broker."""

from uuid import uuid4

import pytest

from services.triage.burial import TooManyBurials
from services.triage.group import committed, partitions_of
from services.triage.notes import Note
from services.triage.outcome import SOURCE
from services.triage.remedies import RemedyBook
from shared.events import DEAD, RECEIVED, ROUTES, TRIAGED, ContactTriaged, Kind, Queue, decode, derived_id
from shared.kafka import KafkaSettings, Publisher
from tests.triage.flow.conftest import Ears, new_group, triaging
from tests.triage.flow.saying import TRACE, broken, contact, received
from tests.triage.flow.test_remedies import changed

pytestmark = pytest.mark.broker


async def test_a_contact_is_read_decided_and_said_to_insights_and_to_who_should_act(
    kafka: KafkaSettings, group: str, tenant: str, ears: Ears, publisher: Publisher
) -> None:
    event_id, sent = uuid4(), contact("I was charged twice: charge it back", tenant=tenant, customer="c" * 16)

    async with triaging(kafka, group):
        await publisher.publish([received(sent, event_id=event_id)])
        [triaged] = await ears.triaged(1)
        [routed] = await ears.hear(ROUTES[Queue.BILLING], 1)

    assert triaged.event.contact == sent
    assert triaged.id == derived_id(event_id, 1)
    assert (triaged.source, triaged.traceparent) == (SOURCE, TRACE)
    assert [friction.kind for friction in triaged.event.frictions] == [Kind.CHARGE]
    assert (triaged.event.route.queue, triaged.event.route.rule) == (Queue.BILLING, "charge")
    assert (triaged.event.model.name, triaged.event.reading) == ("keywords", 1)
    assert decode(routed, ContactTriaged) == triaged


async def test_one_customers_contacts_stay_in_order(
    kafka: KafkaSettings, group: str, tenant: str, ears: Ears, publisher: Publisher
) -> None:
    texts = {customer: [f"{customer} {number}" for number in range(60)] for customer in ("a" * 16, "b" * 16, "c" * 16)}

    async with triaging(kafka, group, batch=7):
        for number in range(60):
            await publisher.publish([received(contact(said[number], tenant=tenant, customer=who)) for who, said in texts.items()])
        triaged = [one.event.contact for one in await ears.triaged(180)]

    for customer, said in texts.items():
        assert [one.text for one in triaged if one.customer == customer] == said


async def test_a_redelivery_says_the_same_again_under_the_same_ids(
    kafka: KafkaSettings, tenant: str, ears: Ears, publisher: Publisher
) -> None:
    first, second = await new_group(kafka), await new_group(kafka)
    await publisher.publish([received(contact(f"Number {number}", tenant=tenant)) for number in range(20)])

    for group in (first, second):
        async with triaging(kafka, group):
            await ears.triaged(20 if group == first else 40)

    ids = [one.id for one in await ears.triaged(40)]
    assert len(set(ids)) == 20
    assert sorted(ids[:20]) == sorted(ids[20:])


async def test_a_reading_again_fires_no_routes(
    kafka: KafkaSettings, group: str, tenant: str, ears: Ears, publisher: Publisher
) -> None:
    async with triaging(kafka, group, reading=2, publishes_routes=False):
        await publisher.publish([received(contact(tenant=tenant))])
        [triaged] = await ears.triaged(1)
        await ears.listen(0.5)

    assert triaged.event.reading == 2
    assert {record.topic for record in ears.records} == {TRIAGED.name}


async def test_a_new_contact_is_routed_also_by_a_promoted_model(
    kafka: KafkaSettings, group: str, tenant: str, ears: Ears, publisher: Publisher
) -> None:
    async with triaging(kafka, group, reading=2):
        await publisher.publish([received(contact(tenant=tenant))])
        [triaged] = await ears.triaged(1)
        await ears.listen(0.5)

    assert {record.topic for record in ears.records} == {TRIAGED.name, f"routes.{triaged.event.route.queue}"}


async def test_a_known_friction_leaves_with_its_remedy(
    kafka: KafkaSettings, group: str, tenant: str, ears: Ears, publisher: Publisher
) -> None:
    book = RemedyBook()
    book.learn(known := changed(tenant, kinds=(Kind.ACCESS,)))

    async with triaging(kafka, group, remedies=book):
        await publisher.publish([received(contact("no access", tenant=tenant)), received(contact("thanks", tenant=tenant))])
        triaged = {one.event.contact.text: one.event.remedy for one in await ears.triaged(2)}

    assert triaged == {"no access": known.remedy, "thanks": None}


async def test_what_cannot_be_read_is_buried_byte_for_byte_and_stops_nobody(
    kafka: KafkaSettings, group: str, tenant: str, ears: Ears, publisher: Publisher
) -> None:
    bad = broken(tenant, key=f"{tenant}/\xff".encode("latin-1"))

    async with triaging(kafka, group) as running:
        await publisher.publish([received(contact("before", tenant=tenant)), bad, received(contact("after", tenant=tenant))])
        [dead] = await ears.buried(1)
        assert sorted(await ears.texts(2)) == ["after", "before"]

    assert (dead.record_key, dead.record_value) == (bad.key, bad.value)
    assert [(header.name, header.value) for header in dead.record_headers] == list(bad.headers)
    assert (dead.code, dead.tenant, dead.position.topic, dead.buried_by) == ("undecodable", tenant, "contacts.received", "triage")
    assert "secret" not in dead.reason
    assert (running.counted("triaged"), running.counted("buried"), running.counted("left")) == (2, 1, 0)


async def test_the_process_stops_before_it_buries_a_whole_topic(
    kafka: KafkaSettings, group: str, tenant: str, ears: Ears, publisher: Publisher
) -> None:
    await publisher.publish([broken(tenant, key=f"{tenant}/{number}".encode()) for number in range(50)])

    async with triaging(kafka, group, burials=20, batch=8) as running:
        with pytest.raises(TooManyBurials):
            await running.ended()
        await ears.listen(0.5)

    assert len(ears.heard(DEAD)) < 20
    # It is a fault of the deploy, so no record answers for it.
    places = await committed(kafka, group, await partitions_of(kafka, RECEIVED.name))
    assert [Note.read(place.metadata) for place in places] == [Note()] * len(places)
