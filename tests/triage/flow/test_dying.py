"""A process that dies over a record: the record is found and buried, its neighbours are triaged, and nobody else is blamed."""

import asyncio
import signal
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.triage.group import committed, partitions_of
from services.triage.notes import Note
from shared.events import RECEIVED
from shared.kafka import KafkaSettings, Publisher
from tests.triage.flow.conftest import Ears, process, triaging
from tests.triage.flow.saying import contact, received

LIMIT = 3


def deaths_until_buried(poisonous: set[int], *, batch: int, length: int, limit: int = LIMIT) -> tuple[Counter[int], list[int]]:
    """Play processes that die over poisonous records, by the rules of notes: deaths by record, and what was buried."""
    note, offset = Note(), 0
    deaths: Counter[int] = Counter()
    buried: list[int] = []
    while offset < length:
        end = offset + 1 if offset < note.until else min(offset + batch, length)
        is_alone = end == offset + 1
        if is_alone and note.deaths >= limit:
            buried.append(offset)
        elif fatal := sorted(poisonous & set(range(offset, end))):
            deaths[fatal[0]] += 1
            note = Note.read(note.at_work("somebody", is_alone=is_alone, end=end).written()).after_death()
            continue
        note, offset = Note.read(note.written()).done(end), end
    return deaths, buried


@given(st.sets(st.integers(0, 39)), st.integers(1, 12))
def test_exactly_the_records_that_kill_are_buried_each_after_three_deaths_of_its_own(poisonous: set[int], batch: int) -> None:
    deaths, buried = deaths_until_buried(poisonous, batch=batch, length=40)

    assert buried == sorted(poisonous)
    assert all(count in (LIMIT, LIMIT + 1) for count in deaths.values())


def test_a_single_poison_kills_exactly_three_times() -> None:
    deaths, buried = deaths_until_buried({17}, batch=10, length=40)

    assert (deaths[17], buried) == (LIMIT, [17])


def test_deaths_that_no_record_is_to_blame_for_bury_nobody() -> None:
    note = Note()
    for _ in range(10):
        note = note.at_work("somebody", is_alone=False, end=100).after_death().done(100)

    assert note == Note()


def test_a_note_that_is_put_down_unfinished_suspects_only_where_somebody_died() -> None:
    begun = Note().at_work("somebody", is_alone=False, end=100)

    assert begun.at_rest() == Note()
    assert begun.after_death().at_rest() == Note(deaths=1, in_company=1, until=100)


def test_a_note_that_somebody_else_wrote_means_that_nobody_is_at_work() -> None:
    assert Note.read("") == Note.read("moved by hand") == Note.read('{"deaths": -1}') == Note()


async def notes(kafka: KafkaSettings, group: str) -> list[Note]:
    return [Note.read(one.metadata) for one in await committed(kafka, group, await partitions_of(kafka, RECEIVED.name))]


@pytest.mark.broker
@pytest.mark.timeout(300)
async def test_a_record_that_kills_the_process_three_times_is_buried_and_its_neighbours_are_triaged(
    kafka: KafkaSettings, group: str, tenant: str, ears: Ears, publisher: Publisher
) -> None:
    texts = [f"Number {number}" for number in range(20)]
    said = [*texts[:9], "This kills", *texts[9:]]
    # One customer, so one partition: the poison has neighbours on both sides.
    await publisher.publish([received(contact(text, tenant=tenant, customer="c" * 16)) for text in said])

    for _ in range(LIMIT):
        async with process(kafka, group) as triage:
            assert await triage.ended() == 137
    async with process(kafka, group) as triage:
        [dead] = await ears.buried(1, within=60)
        assert await ears.texts(20, within=60) == texts
        triage.child.send_signal(signal.SIGTERM)
        assert await triage.ended() == 0

    assert (dead.code, dead.deaths) == ("died", LIMIT)
    assert b"This kills" in (dead.record_value or b"")
    await ears.listen(0.5)
    assert await ears.buried(1) == [dead]


@pytest.mark.broker
async def test_a_bug_ends_the_process_and_counts_as_a_death(
    kafka: KafkaSettings, group: str, tenant: str, ears: Ears, publisher: Publisher
) -> None:
    await publisher.publish([received(contact("This raises", tenant=tenant))])

    for _ in range(LIMIT):
        async with triaging(kafka, group) as running:
            with pytest.raises(ZeroDivisionError):
                await running.ended()
    async with triaging(kafka, group):
        [dead] = await ears.buried(1)

    assert (dead.code, dead.deaths) == ("died", LIMIT)
    assert "raises" not in dead.reason


@pytest.mark.broker
@pytest.mark.timeout(300)
async def test_a_process_that_is_killed_while_idle_is_no_death(
    kafka: KafkaSettings, group: str, tenant: str, ears: Ears, publisher: Publisher
) -> None:
    await publisher.publish([received(contact(tenant=tenant))])
    async with process(kafka, group) as triage:
        await ears.triaged(1)
        async with asyncio.timeout(60):
            while set(await notes(kafka, group)) != {Note()}:
                await asyncio.sleep(0.1)
        triage.child.kill()
        await triage.ended()

    assert set(await notes(kafka, group)) == {Note()}


@pytest.mark.broker
@pytest.mark.timeout(300)
async def test_a_partition_that_moves_to_another_process_while_it_is_worked_on_is_no_death(
    kafka: KafkaSettings, group: str, tenant: str, ears: Ears, publisher: Publisher
) -> None:
    await publisher.publish([received(contact(f"This blocks 0.2 {number}", tenant=tenant)) for number in range(60)])

    async with triaging(kafka, group, batch=20) as one:
        await ears.texts(1)
        async with triaging(kafka, group, batch=20) as two:
            await ears.texts(60, within=90)

    assert one.counted("left") + two.counted("left") > 0
    assert one.counted("buried") + two.counted("buried") == 0
    # Whoever stops while the group divides the partitions anew may not get to say that it is through.
    assert {(note.deaths, note.in_company) for note in await notes(kafka, group)} == {(0, 0)}
