"""Intake as operators meet it: a process with signals, health and settings."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from deploy.local.process import Child
from tests.intake.conftest import SECRET

pytestmark = pytest.mark.broker


async def test_on_sigterm_readiness_goes_off_first_and_what_is_in_flight_is_finished(
    process: tuple[Child, httpx.AsyncClient],
) -> None:
    child, http = process

    os.kill(child.pid, signal.SIGTERM)
    await asyncio.sleep(0.3)
    ready, live = await http.get("/health/ready"), await http.get("/health/live")
    await asyncio.sleep(0.4)
    answer = await http.post("/v1/contacts", json={"text": "In flight.", "channel": "chat"})

    assert (ready.status_code, ready.json()["checks"]["service"]) == (503, "stopping")
    assert live.status_code == 200
    assert answer.status_code == 202
    await child.finish(within=10)


async def test_metrics_say_what_became_of_every_item(process: tuple[Child, httpx.AsyncClient]) -> None:
    _, http = process

    await http.post("/v1/contacts", json={"text": "One.", "channel": "chat"})
    metrics = (await http.get("/metrics")).text

    assert 'intake_items_total{item="contact",outcome="accepted"} 1.0' in metrics
    assert 'http_requests_total{method="POST",route="/v1/contacts",status="202"} 1.0' in metrics
    assert "intake_broker_open 1.0" in metrics


def test_it_does_not_start_with_a_wrong_setting_and_says_which() -> None:
    environment = {"PATH": os.environ["PATH"], "INTAKE_PORT": "many"}
    started = time.monotonic()

    done = subprocess.run(
        [sys.executable, "-m", "services.intake"], env=environment, capture_output=True, text=True, check=False, timeout=30
    )

    assert done.returncode == 78
    assert "INTAKE_PORT: " in done.stderr
    assert "INTAKE_PSEUDONYM_KEY: not set" in done.stderr
    assert "KAFKA_BOOTSTRAP_SERVERS: not set" in done.stderr
    assert time.monotonic() - started < 20


def test_it_does_not_start_on_a_broken_credentials_file_and_names_it(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text("{")
    environment = {
        "PATH": os.environ["PATH"],
        "INTAKE_CREDENTIALS_FILE": str(file),
        "INTAKE_PSEUDONYM_KEY": SECRET,
        "INTAKE_FINGERPRINT_KEY": SECRET,
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
    }

    done = subprocess.run(
        [sys.executable, "-m", "services.intake"], env=environment, capture_output=True, text=True, check=False, timeout=30
    )

    assert done.returncode == 1
    assert str(file) in done.stdout
