"""A running triage and its taxonomy: contacts carry it, a new version is taken up without a restart, a broken one is not."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from services.triage.areas.artefact import DESCRIPTION
from services.triage.areas.current import Current
from services.triage.corrections import recorded
from services.triage.decide import Known
from services.triage.desk import Desk
from services.triage.metrics import Metrics
from services.triage.reading import Reading, Text
from services.triage.reading.encoder import SPACE, Encoder
from services.triage.reading.vectors import quantised
from services.triage.remedies import RemedyBook
from shared.clock import utc_now
from shared.errors import Rejected
from shared.events import CORRECTIONS, TRIAGED, CorrectionRecorded, Versioned, encode
from shared.kafka import KafkaSettings, Publisher
from shared.tasks import Lifetime
from tests.triage.areas.parcels import encoder, trained, without
from tests.triage.flow.conftest import SHIPPED, Ears, triaging
from tests.triage.flow.saying import Keywords, contact, received

LATE, BILL = "Where is my parcel? It should have been here on Monday.", "The invoice shows the wrong price."


@dataclass(frozen=True)
class Meaning(Keywords):
    """Understands a handful of words, and has the encoder's vectors."""

    encoder: Encoder = field(default_factory=encoder)

    def read(self, texts: Sequence[Text]) -> list[Reading]:
        vectors = [quantised(vector, space=SPACE) for vector in self.encoder.encode([text.body for text in texts])]
        readings = zip(super().read(texts), vectors, strict=True)
        return [replace(each, frictions=tuple(replace(f, vector=vector) for f in each.frictions)) for each, vector in readings]


@pytest.fixture(scope="module")
def reads() -> Meaning:
    return Meaning()


@asynccontextmanager
async def keeping(current: Current, metrics: Metrics) -> AsyncIterator[None]:
    """Looked at all the time, instead of every few seconds."""
    lifetime = Lifetime()
    task = asyncio.create_task(current.keep(lifetime, metrics, every=0.05))
    try:
        yield
    finally:
        lifetime.stopping.set()
        await task


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():
            await asyncio.sleep(0.02)


@pytest.mark.broker
async def test_a_running_triage_takes_a_new_version_up_and_refuses_a_broken_one(  # noqa: PLR0917 - fixtures
    kafka: KafkaSettings, tenant: str, ears: Ears, group: str, publisher: Publisher, reads: Meaning, tmp_path: Path
) -> None:
    first = trained(tmp_path, without("invoice"), using=reads.encoder)
    current = Current.load(tmp_path)

    async def said(*texts: str) -> list[tuple[str, str, list[str | None]]]:
        """What is said of contacts sent now: version of the taxonomy, text, areas."""
        before = len(ears.heard(TRIAGED))
        await publisher.publish([received(contact(text, tenant=tenant)) for text in texts])
        found = [each.event for each in await ears.triaged(before + len(texts))][before:]
        return [
            (each.taxonomy.version if each.taxonomy else "", each.contact.text, [f.area for f in each.frictions])
            for each in sorted(found, key=lambda each: texts.index(each.contact.text))
        ]

    async with triaging(kafka, group, reader=reads, taxonomy=current) as running, keeping(current, running.pipeline.metrics):
        assert await said(LATE) == [(first, LATE, ["late"])]

        second = trained(tmp_path, using=reads.encoder)
        assert second != first
        await until(lambda: current.areas is not None and current.areas.version == second)
        assert await said(LATE, BILL) == [(second, LATE, ["late"]), (second, BILL, ["invoice"])]

        with capture_logs() as logs:
            (tmp_path / "broken").write_text("{}")
            (tmp_path / "broken").replace(tmp_path / DESCRIPTION)
            refused = ("triage_taxonomy_changes_total", {"outcome": "refused"})
            await until(lambda: running.registry.get_sample_value(*refused) == 1)
        [told] = [each for each in logs if each["event"] == "triage.taxonomy_refused"]
        assert str(tmp_path / DESCRIPTION) in told["reason"]
        assert told["kept"] == second
        assert await said(BILL) == [(second, BILL, ["invoice"])]

        # Mended, it is taken up again; it was refused once, not at every look.
        trained(tmp_path, without("late"), using=reads.encoder)
        await until(lambda: current.areas is not None and current.areas.version not in (first, second))
        assert running.registry.get_sample_value(*refused) == 1


async def test_a_batch_is_finished_with_the_taxonomy_it_was_begun_with(reads: Meaning, tmp_path: Path) -> None:
    first = trained(tmp_path, using=reads.encoder)
    current = Current.load(tmp_path)
    old = current.areas
    metrics = Metrics.on(CollectorRegistry())
    known = Known(SHIPPED, RemedyBook(), Versioned(name="keywords", version="1"), 1)
    with Desk(reads, known, clock=utc_now, metrics=metrics, taxonomy=current) as desk:
        begun = asyncio.create_task(desk.preview(contact(f"blocks 0.3 {BILL}")))
        await asyncio.sleep(0.1)
        trained(tmp_path, without("invoice"), using=reads.encoder)
        async with keeping(current, metrics):
            await until(lambda: current.areas is not old)
        found = await begun

    assert found.taxonomy == Versioned(name="parcels", version=first)


async def test_a_preview_shows_the_area_and_the_senders_own_comes_first(reads: Meaning, tmp_path: Path) -> None:
    version = trained(tmp_path, using=reads.encoder)
    known = Known(SHIPPED, RemedyBook(), Versioned(name="keywords", version="1"), 1)
    with Desk(reads, known, clock=utc_now, metrics=Metrics.on(CollectorRegistry()), taxonomy=Current.load(tmp_path)) as desk:
        told = await desk.preview(contact(BILL))
        given = await desk.preview(contact(BILL, area="from-the-sender"))

    assert ([f.area for f in told.frictions], told.taxonomy) == (["invoice"], Versioned(name="parcels", version=version))
    assert [f.area for f in given.frictions] == ["from-the-sender"]


async def test_without_a_taxonomy_there_is_none_in_what_is_said() -> None:
    known = Known(SHIPPED, RemedyBook(), Versioned(name="keywords", version="1"), 1)
    with Desk(Keywords(), known, clock=utc_now, metrics=Metrics.on(CollectorRegistry())) as desk:
        told = await desk.preview(contact("defect"))

    assert (told.taxonomy, [f.area for f in told.frictions]) == (None, [None])


async def test_a_folder_that_is_written_in_the_wrong_order_is_taken_up_once_it_is_whole(reads: Meaning, tmp_path: Path) -> None:
    trained(tmp_path / "now", without("late"), using=reads.encoder)
    version = trained(tmp_path / "new", using=reads.encoder)
    current, metrics = Current.load(tmp_path / "now"), Metrics.on(CollectorRegistry())
    async with keeping(current, metrics):
        (tmp_path / "now" / DESCRIPTION).write_bytes((tmp_path / "new" / DESCRIPTION).read_bytes())
        await asyncio.sleep(0.2)
        assert current.areas is not None
        assert current.areas.version != version
        for file in (tmp_path / "new").iterdir():
            (tmp_path / "now" / file.name).write_bytes(file.read_bytes())
        await until(lambda: current.areas is not None and current.areas.version == version)


def test_a_broken_taxonomy_is_no_start(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match=DESCRIPTION):
        Current.load(tmp_path)


async def test_a_broken_taxonomy_stops_the_start_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / DESCRIPTION).write_text("[]")
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.triage"),
        env={**os.environ, "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "TRIAGE_TAXONOMY": str(tmp_path)},
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await child.communicate()

    assert child.returncode == 78
    assert f"the taxonomy cannot be loaded: {tmp_path / DESCRIPTION}" in said.decode()


@pytest.mark.broker
async def test_corrections_are_read_from_the_beginning_to_the_end_of_one_tenant_or_of_all(
    kafka: KafkaSettings, tenant: str, publisher: Publisher
) -> None:
    made = [
        CorrectionRecorded(
            tenant=name,
            correction_id=uuid4(),
            contact_id=uuid4(),
            text=f"text {number}",
            area="late",
            actor="ada",
            corrected_at=datetime(2026, 11, 20, 12, number, tzinfo=UTC),
        )
        for number, name in enumerate([tenant, tenant, f"{tenant}-other"])
    ]
    records = [encode(each, CORRECTIONS, event_id=uuid4(), source="/failbetter/insights") for each in made]
    broken = replace(records[0], value=json.dumps({"text": "secret"}).encode())
    await publisher.publish([*records, broken])

    left_out: list[str] = []
    own = [each async for each in recorded(kafka, tenant=tenant, undecodable=left_out.append)]
    everybody = [each async for each in recorded(kafka, tenant=None, undecodable=lambda _: None)]

    assert sorted(each.text for each in own) == ["text 0", "text 1"]
    assert {each.correction_id for each in made} <= {each.correction_id for each in everybody}
    assert left_out
    assert "secret" not in "".join(left_out)
