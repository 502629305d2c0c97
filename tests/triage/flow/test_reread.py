"""What was received, read again: said under the next reading, to insights only, from where it stopped."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from services.triage.group import committed, partitions_of
from services.triage.reread import Again
from shared.clock import utc_now
from shared.events import DEAD, FORGOTTEN, RECEIVED, TRIAGED, CustomerForgotten, derived_id, encode
from shared.kafka import KafkaSettings, Publisher
from tests.triage.flow.conftest import Ears, triaging
from tests.triage.flow.saying import NOW, broken, contact, received

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]
SHARED = 400


@dataclass(frozen=True)
class Ended:
    """How the command ended, and what it said."""

    status: int
    report: str
    progress: str


@dataclass(frozen=True)
class Rereading:
    """The command, as a process of its own."""

    child: asyncio.subprocess.Process

    async def ended(self, within: float = 120.0) -> Ended:
        async with asyncio.timeout(within):
            report, progress = await self.child.communicate()
        assert self.child.returncode is not None
        return Ended(self.child.returncode, report.decode(), progress.decode())


@asynccontextmanager
async def rereading(kafka: KafkaSettings, group: str, since: datetime, *said: str, **told: str) -> AsyncIterator[Rereading]:
    told = {"KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers, "TRIAGE_GROUP": group, **told}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.triage.flow.rereading", "--since", since.isoformat(), *said),
        env={**os.environ, **told},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield Rereading(child)
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def reread(kafka: KafkaSettings, group: str, since: datetime, *said: str, **told: str) -> Ended:
    """From the start to its end."""
    async with rereading(kafka, group, since, *said, **told) as command:
        return await command.ended()


async def a_moment_later() -> datetime:
    """A moment between what was published before and what is after it: brokers know milliseconds."""
    await asyncio.sleep(0.01)
    now = utc_now()
    await asyncio.sleep(0.01)
    return now


async def test_what_was_received_in_the_time_given_is_said_again_to_insights_only(
    kafka: KafkaSettings, group: str, tenant: str, ears: Ears, publisher: Publisher
) -> None:
    ids = {f"charge {number}": uuid4() for number in range(30)}
    await publisher.publish([received(contact("too early", tenant=tenant))])
    since = await a_moment_later()
    await publisher.publish([broken(tenant)])
    await publisher.publish([received(contact(text, tenant=tenant), event_id=ids[text]) for text in ids])
    until = await a_moment_later()
    await publisher.publish([received(contact("too late", tenant=tenant))])

    ended = await reread(kafka, group, since, "--until", until.isoformat())
    again = await ears.triaged(30)
    [dead] = await ears.buried(1)
    await ears.listen(0.5)

    assert (ended.status, dead.code) == (0, "undecodable"), ended
    assert {one.event.contact.text: one.id for one in again} == {text: derived_id(event, 2) for text, event in ids.items()}
    assert {one.event.reading for one in again} == {2}
    assert {record.topic for record in ears.records} == {TRIAGED.name, DEAD.name}
    assert len(ears.records) == 31
    assert "under reading 2 by keywords 1." in ended.progress
    assert "31 of 31 (100%)" in ended.progress
    assert "30  friction\nburied:             1  undecodable\n30 contacts were read again" in ended.report
    assert "Now set TRIAGE_READING=2" in ended.report


async def test_the_triage_that_runs_goes_on_undisturbed_where_it_stands(
    kafka: KafkaSettings, group: str, tenant: str, ears: Ears, publisher: Publisher
) -> None:
    since = await a_moment_later()
    async with triaging(kafka, group):
        await publisher.publish([received(contact(f"access {number}", tenant=tenant)) for number in range(5)])
        await ears.triaged(5)
        ended = await reread(kafka, group, since)
        await publisher.publish([received(contact("access 5", tenant=tenant))])
        readings = [one.event.reading for one in await ears.triaged(11)]

    assert ended.status == 0
    assert (readings.count(1), readings.count(2)) == (6, 5)


async def test_what_the_forgotten_said_is_not_said_again_but_what_they_say_afterwards_is(
    kafka: KafkaSettings, group: str, tenant: str, ears: Ears, publisher: Publisher
) -> None:
    someone, other = "a" * 16, "b" * 16
    since = await a_moment_later()
    await publisher.publish(
        [received(contact(f"before {who[0]}", tenant=tenant, customer=who)) for who in (someone, other, someone)]
    )
    forgotten = CustomerForgotten(
        tenant=tenant, erasure_id=uuid4(), customers=("c" * 16, someone), requested_at=await a_moment_later()
    )
    await publisher.publish([encode(forgotten, FORGOTTEN, event_id=uuid4(), source="/test")])
    await publisher.publish([received(contact("after", tenant=tenant, customer=someone))])

    ended = await reread(kafka, group, since)
    again = await ears.triaged(2)
    await ears.listen(0.5)

    assert ended.status == 0, ended
    assert {one.event.contact.text for one in again} == {"before b", "after"}
    assert len(ears.heard(TRIAGED)) == 2
    assert "left out:           2  of customers who were forgotten\n2 contacts were read again" in ended.report


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_it_finishes_what_it_has_in_hand_and_goes_on_from_there(
    kafka: KafkaSettings, tenant: str, ears: Ears, publisher: Publisher, kind: signal.Signals
) -> None:
    group, since = f"triage-{tenant}", await a_moment_later()
    texts = [f"blocks 0.05 {number}" for number in range(60)]
    await publisher.publish([received(contact(text, tenant=tenant)) for text in texts])

    async with rereading(kafka, group, since, "--reading", "7", TRIAGE_BATCH_RECORDS="5") as command:
        await ears.triaged(10)
        command.child.send_signal(kind)
        stopped = await command.ended()
    await ears.listen(0.5)
    before = len(ears.heard(TRIAGED))
    ended = await reread(kafka, group, since, "--reading", "7")
    said = await ears.triaged(60)
    await ears.listen(0.5)

    assert stopped.status == 1
    assert "Stopped before the end. The same again with --reading 7 goes on from here." in stopped.progress
    assert 10 <= before < 60
    assert (ended.status, f"Going on with {60 - before} records" in ended.progress) == (0, True), ended
    assert sorted(one.event.contact.text for one in said) == sorted(texts)
    assert len(ears.heard(TRIAGED)) == 60


async def test_killed_it_goes_on_and_nothing_is_left_out(
    kafka: KafkaSettings, group: str, tenant: str, ears: Ears, publisher: Publisher
) -> None:
    since = await a_moment_later()
    texts = {f"blocks 0.05 {number}" for number in range(40)}
    await publisher.publish([received(contact(text, tenant=tenant)) for text in texts])

    async with rereading(kafka, group, since, TRIAGE_BATCH_RECORDS="5", TRIAGE_INSTANCE="only") as command:
        await ears.triaged(10)
        command.child.kill()
        await command.child.wait()
    ended = await reread(kafka, group, since, TRIAGE_INSTANCE="only")

    assert ended.status == 0, ended
    assert set(await ears.texts(40)) == texts
    assert len({one.id for one in await ears.triaged(40)}) == 40


async def test_several_processes_share_the_work_and_end_together(
    kafka: KafkaSettings, group: str, tenant: str, ears: Ears, publisher: Publisher
) -> None:
    since = await a_moment_later()
    # Enough for the second to join while the first is at it, on a busy machine too.
    texts = [f"blocks 0.05 {number}" for number in range(SHARED)]
    await publisher.publish(
        [received(contact(text, tenant=tenant, customer=f"{number:016}")) for number, text in enumerate(texts)]
    )

    told = {"TRIAGE_BATCH_RECORDS": "5"}
    async with (
        rereading(kafka, group, since, TRIAGE_INSTANCE="one", **told) as one,
        rereading(kafka, group, since, TRIAGE_INSTANCE="two", **told) as two,
    ):
        ended = await asyncio.gather(one.ended(), two.ended())

    assert [each.status for each in ended] == [0, 0], ended
    assert set(await ears.texts(SHARED)) == set(texts)
    shares = [int(line.split(" ")[0]) for each in ended for line in each.report.splitlines() if "were read again" in line]
    assert min(shares) > 0
    assert sum(shares) >= SHARED


async def test_run_once_more_it_reads_what_came_in_between_also_when_the_reading_counts_by_then(
    kafka: KafkaSettings, group: str, tenant: str, ears: Ears, publisher: Publisher
) -> None:
    since = await a_moment_later()
    await publisher.publish([received(contact("before", tenant=tenant))])
    first = await reread(kafka, group, since)
    await publisher.publish([received(contact("in between", tenant=tenant))])

    more = await reread(kafka, group, since, "--reading", "2", TRIAGE_READING="2")
    nothing = await reread(kafka, group, since, "--reading", "2", TRIAGE_READING="2")

    assert [one.status for one in (first, more, nothing)] == [0, 0, 0], (first, more, nothing)
    assert "1 contacts were read again" in more.report
    assert "0 of 0 (100%)" in nothing.progress
    assert [one.event.contact.text for one in await ears.triaged(2)] == ["before", "in between"]


@pytest.mark.parametrize(
    ("said", "told", "complaint"),
    [
        (("--reading", "3"), {"TRIAGE_READING": "4"}, "Reading 3 would count for nothing: TRIAGE_READING is 4 already."),
        (("--reading", "4"), {"TRIAGE_READING": "4"}, "Reading 4 is TRIAGE_READING already"),
        ((), {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}, "the brokers do not answer"),
    ],
)
async def test_what_cannot_be_done_is_said_before_anything_is_read(
    kafka: KafkaSettings, group: str, said: tuple[str, ...], told: dict[str, str], complaint: str
) -> None:
    ended = await reread(kafka, group, utc_now() - timedelta(days=1), *said, **told)

    assert ended.status == 1
    assert complaint in ended.progress
    assert not ended.report


async def test_nothing_is_remembered_of_what_was_refused(kafka: KafkaSettings, group: str) -> None:
    since = utc_now()
    await reread(kafka, group, since, "--reading", "4", TRIAGE_READING="4")

    places = await committed(kafka, Again(since, None, 4).group(group), await partitions_of(kafka, RECEIVED.name))
    assert {place.offset for place in places} == {-1}


def test_another_moment_or_reading_is_another_work() -> None:
    groups = {Again(NOW + timedelta(milliseconds=more), None, reading).group("triage") for more in (0, 1) for reading in (2, 3)}

    assert len(groups) == 4
    assert "triage-reread-2-since-20261120T120000.000Z" in groups
