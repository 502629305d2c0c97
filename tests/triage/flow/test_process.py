"""Triage as a process: ready when it can work, honest in its metrics, and stopped by a wrong setting with the reason."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from shared.events import REMEDIES, Kind, encode
from shared.kafka import KafkaSettings, Publisher
from tests.triage.flow.conftest import Ears, process
from tests.triage.flow.saying import broken, contact, received
from tests.triage.flow.test_remedies import changed


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def ready(http: httpx.AsyncClient, *, within: float = 60.0) -> None:
    async with asyncio.timeout(within):
        while True:
            try:
                if (await http.get("/health/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)


@pytest.mark.broker
@pytest.mark.timeout(120)
async def test_it_is_ready_when_it_can_work_offers_known_remedies_and_counts_what_it_did(
    kafka: KafkaSettings, group: str, tenant: str, ears: Ears, publisher: Publisher
) -> None:
    known = changed(tenant, kinds=(Kind.ACCESS,))
    await publisher.publish(
        [encode(known, REMEDIES, event_id=uuid4(), source="/test"), broken(tenant), received(contact("access", tenant=tenant))]
    )
    port = free_port()

    async with (
        process(kafka, group, TRIAGE_PORT=str(port), TRIAGE_DRAIN_SECONDS="1") as triage,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http,
    ):
        await ready(http)
        [triaged] = await ears.triaged(1)
        await ears.buried(1)
        await asyncio.sleep(0.5)
        metrics = (await http.get("/metrics")).text
        triage.child.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.3)
        draining = await http.get("/health/ready")
        assert await triage.ended(within=20) == 0

    assert triaged.event.remedy == known.remedy
    assert 'triage_records_total{outcome="triaged"} 1.0' in metrics
    assert 'triage_records_total{outcome="buried"} 1.0' in metrics
    assert 'triage_dead_letters_total{code="undecodable"} 1.0' in metrics
    assert "triage_publisher_open 1.0" in metrics
    assert 'triage_lag_records{partition="' in metrics
    assert 'triage_lag_seconds{partition="' in metrics
    assert (draining.status_code, draining.json()["checks"]["service"]) == (503, "stopping")


@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        ({"TRIAGE_BATCH_RECORDS": "0"}, "TRIAGE_BATCH_RECORDS: "),
        ({"TRIAGE_RULES": "/nowhere.yaml"}, "TRIAGE_RULES: "),
        ({"TRIAGE_MODEL": "/nowhere"}, "/nowhere"),
        ({"KAFKA_BOOTSTRAP_SERVERS": ""}, "KAFKA_BOOTSTRAP_SERVERS: "),
    ],
)
async def test_a_wrong_setting_stops_the_start_with_the_reason(told: dict[str, str], complaint: str) -> None:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.triage"),
        env={**os.environ, "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", **told},
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await child.communicate()

    assert child.returncode == 78
    assert complaint in said.decode()


async def test_wrong_rules_stop_the_start_with_the_rule(tmp_path: Path) -> None:
    (tmp_path / "routes.yaml").write_text("rules: [{name: a, route: nobody}]")
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.triage"),
        env={**os.environ, "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "TRIAGE_RULES": str(tmp_path / "routes.yaml")},
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await child.communicate()

    assert child.returncode == 78
    assert "rule a: route: " in said.decode()
