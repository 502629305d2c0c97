"""History is read again: every contact counts once, by its highest reading, whatever arrives when; and no route fires again."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from deploy.local.services import command
from services.triage.group import partitions_of
from shared.events import ROUTES, TRIAGED, ContactTriaged, Encoded, decode
from shared.kafka import KafkaSettings, Publisher, client_options
from tests.end_to_end.conftest import Product, contacts

pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]
COUNT = 240


async def test_a_reread_replaces_every_reading_and_counts_nothing_twice_though_the_old_one_comes_after_it(
    own_product: Product,
) -> None:
    product, since = own_product, datetime.now(UTC)
    kafka = KafkaSettings(bootstrap_servers=product.running.bootstrap_servers)
    early, late = contacts(COUNT, source="early"), contacts(COUNT // 4, source="late")

    accepted = await product.replay(early)
    await product.until_counted(accepted, within=120)
    before = await product.summary()
    # Triage stands still: what is received now is read by the re-read first and by triage afterwards.
    await product.services.triage.child.stop(within=30)
    accepted |= await product.replay(late)
    said = await _reread(product, since)
    await product.until_counted(accepted, within=120)
    readings = await _readings(product)
    await product.services.triage.start()
    await _until_said(kafka, 2 * len(accepted))
    # And once more everything that was said under the old reading, as a broker may deliver it again.
    old = [record for record in await _everything(kafka, [TRIAGED.name]) if decode(record, ContactTriaged).event.reading == 1]
    async with Publisher(kafka, client_id="test", deadline=10) as publisher:
        await publisher.opened(within=10)
        await publisher.publish([_as_it_was(record) for record in old])
    # What is posted behind them is counted after them.
    behind = await product.replay(contacts(60, source="behind"))
    await product.until_counted(accepted | behind, within=120)

    assert f"{len(accepted)} contacts were read again under reading 2" in said
    assert readings == dict.fromkeys(accepted, 2)
    assert await _readings(product) == dict.fromkeys(accepted, 2) | dict.fromkeys(behind, 1)
    assert await product.counted() == accepted | behind
    after = await product.summary()
    assert (before["contacts"], after["contacts"]) == (len(early), len(accepted | behind))
    await product.recount()

    routed = [decode(record, ContactTriaged) for record in await _everything(kafka, [topic.name for topic in ROUTES.values()])]
    assert {one.event.reading for one in routed} == {1}
    ids = [one.event.contact.contact_id for one in routed]
    assert len(ids) == len(set(ids))


async def _reread(product: Product, since: datetime) -> str:
    return await command(product.services.environment, "services.triage", "reread", "--since", since.isoformat())


async def _readings(product: Product) -> dict[str, int]:
    """The reading by which each contact counts."""
    rows = await product.rows("SELECT contact_id::text || ' ' || reading FROM contacts")
    return {str(UUID(contact_id)): int(reading) for contact_id, reading in (row.split() for row in rows)}


async def _until_said(kafka: KafkaSettings, count: int) -> None:
    while len(await _everything(kafka, [TRIAGED.name])) < count:
        pass


async def _everything(kafka: KafkaSettings, topics: list[str]) -> list[ConsumerRecord]:
    """All there is on these topics by now."""
    consumer = AIOKafkaConsumer(**client_options(kafka), auto_offset_reset="earliest")
    await consumer.start()
    try:
        partitions = [partition for topic in topics for partition in await partitions_of(kafka, topic)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        records: list[ConsumerRecord] = []
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for some in (await consumer.getmany(timeout_ms=200)).values():
                records += some
        return records
    finally:
        await consumer.stop()


def _as_it_was(record: ConsumerRecord) -> Encoded:
    return Encoded(record.topic, record.key, record.value, tuple(record.headers))
