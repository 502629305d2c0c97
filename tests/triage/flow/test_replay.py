"""Dead letters, sent again: each once, byte for byte, to where they came from."""

import asyncio
import os
import sys
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer
from hypothesis import given
from hypothesis import strategies as st

from services.triage.group import partitions_of
from services.triage.replay import Wanted, replay
from services.triage.replayed import Replayed
from shared.clock import utc_now
from shared.events import DEAD, RECEIVED, TRIAGED, ContactDead, Encoded, Header, Position, encode
from shared.kafka import KafkaSettings, Publisher, client_options
from tests.triage.flow.conftest import listening
from tests.triage.flow.saying import NOW

STRETCHES = st.lists(st.tuples(st.sampled_from(["*", "a", "b"]), st.integers(0, 30), st.integers(0, 30)), max_size=12)


@given(STRETCHES, st.integers(0, 35), st.sampled_from(["a", "b", "c"]))
def test_what_was_gone_through_is_remembered_and_nothing_else(runs: list[tuple[str, int, int]], offset: int, code: str) -> None:
    replayed = Replayed()
    for asked, first, end in runs:
        replayed = replayed.plus(asked, first, end)

    known = Replayed.read(replayed.written())
    assert known.holds(offset, code) == any(asked in ("*", code) and first <= offset < end for asked, first, end in runs)


def test_what_the_log_no_longer_holds_is_forgotten() -> None:
    replayed = Replayed().plus("a", 0, 5).plus("*", 0, 9)

    assert replayed.since(5) == Replayed().plus("*", 0, 9)
    assert (replayed.done_until(3), replayed.done_until(9)) == (9, 9)


def letter(tenant: str, *, code: str = "undecodable", topic: str = RECEIVED.name, value: bytes | None = b"\xff{") -> Encoded:
    dead = ContactDead(
        tenant=tenant,
        position=Position(topic=topic, partition=0, offset=0),
        code=code,
        reason="text: missing",
        buried_by="triage",
        buried_at=NOW,
        record_key=f"{tenant}/\xff".encode("latin-1"),
        record_value=value,
        record_headers=(Header(name="ce_type", value=b"\xfe"), Header(name="empty", value=None)),
    )
    return encode(dead, DEAD, event_id=uuid4(), source="/test")


@pytest.fixture
async def group(kafka: KafkaSettings) -> str:
    """A group that has replayed everything there is."""
    group = f"test-{uuid4().hex[:12]}-replay"
    partitions = await partitions_of(kafka, DEAD.name)
    consumer = AIOKafkaConsumer(**client_options(kafka), group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        await consumer.commit({at: (end, Replayed().plus("*", 0, end).written()) for at, end in ends.items()})
    finally:
        await consumer.stop()
    return group


@pytest.mark.broker
async def test_a_dead_letter_is_sent_as_it_was_to_where_it_came_from_and_only_once(
    kafka: KafkaSettings, group: str, tenant: str, publisher: Publisher
) -> None:
    await publisher.publish([letter(tenant), letter(tenant, topic=TRIAGED.name)])

    async with listening(kafka, tenant, (RECEIVED, TRIAGED)) as ears:
        first = await replay(kafka, Wanted(), group=group, deadline=10)
        second = await replay(kafka, Wanted(), group=group, deadline=10)
        [back] = await ears.hear(RECEIVED, 1)
        [triaged] = await ears.hear(TRIAGED, 1)
        await ears.listen(0.5)

    assert (first.sent.total(), second.sent.total(), len(ears.records)) == (2, 0, 2)
    assert (back.key, back.value) == (f"{tenant}/\xff".encode("latin-1"), b"\xff{")
    assert back.headers == triaged.headers == (("ce_type", b"\xfe"), ("empty", None))


@pytest.mark.broker
async def test_what_was_left_out_by_a_filter_is_still_there_for_the_next_run(
    kafka: KafkaSettings, group: str, tenant: str, publisher: Publisher
) -> None:
    await publisher.publish([letter(tenant, code=code) for code in ("died", "undecodable", "died", "undecodable")])

    runs = [
        await replay(kafka, wanted, group=group, deadline=10)
        for wanted in (
            Wanted(since=utc_now() + timedelta(hours=1)),
            Wanted(code="died", limit=1),
            Wanted(code="died"),
            Wanted(since=utc_now() - timedelta(hours=1)),
            Wanted(),
        )
    ]

    assert [dict(run.sent) for run in runs] == [{}, {"died": 1}, {"died": 1}, {"undecodable": 2}, {}]


@pytest.mark.broker
async def test_what_has_no_bytes_or_no_topic_of_ours_is_left_alone(
    kafka: KafkaSettings, group: str, tenant: str, publisher: Publisher
) -> None:
    await publisher.publish([letter(tenant, value=None), letter(tenant, topic="somewhere"), replace(letter(tenant), value=b"{")])

    report = await replay(kafka, Wanted(), group=group, deadline=10)

    assert (report.sent.total(), dict(report.unsendable)) == (0, {"undecodable": 3})


@pytest.mark.broker
async def test_the_command_prints_what_it_sent(kafka: KafkaSettings, group: str, tenant: str, publisher: Publisher) -> None:
    await publisher.publish([letter(tenant, code="died")])

    async def replayed() -> str:
        command = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.triage", "replay", "--code", "died"),
            env={
                **os.environ,
                "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
                "TRIAGE_GROUP": group.removesuffix("-replay"),
            },
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await command.communicate()
        assert command.returncode == 0
        return said.decode()

    assert "1  died\n1 dead letters were sent again." in await replayed()
    assert await replayed() == "0 dead letters were sent again.\n"
