"""What the images and deploy/compose.yaml promise, as far as it can be seen without an engine."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.settings import groups
from shared.settings import ServiceSettings

REPOSITORY = Path(__file__).parents[2]
DOCKERFILE = (REPOSITORY / "deploy" / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((REPOSITORY / "deploy" / "compose.yaml").read_text())
SERVICES = ("intake", "triage", "insights")


def stage(name: str) -> str:
    found = re.search(rf"^FROM \S+ AS {name}\n(.*?)(?=^FROM |\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL)
    assert found, f"deploy/Dockerfile has no stage {name}"
    return found[1]


def copies(name: str) -> list[str]:
    return re.findall(r"^COPY (.*)$", stage(name), re.MULTILINE)


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_holds_shared_and_one_service(service: str) -> None:
    assert copies(f"build-{service}") == [
        f"deploy/locks/{service}.lock /tmp/lock",
        "shared shared",
        "services/__init__.py services/",
        f"services/{service} services/{service}",
    ]
    assert copies(service) == [f"--from=build-{service} /venv /venv", f"--from=build-{service} /app /app"]


@pytest.mark.parametrize("service", SERVICES)
def test_signals_reach_the_service(service: str) -> None:
    assert f'ENTRYPOINT ["python", "-m", "services.{service}"]' in stage(service)


def test_nothing_runs_as_root() -> None:
    assert "USER 10001:10001" in stage("runtime")
    assert not [service for service in SERVICES if "USER" in stage(service)]


def test_the_model_s_runtime_tells_nobody() -> None:
    assert "ORT_DISABLE_TELEMETRY=1" in stage("triage")


def test_compose_sets_only_what_is_a_setting() -> None:
    known = {setting.name for group in groups() for setting in group.settings}
    for name in ("topics", "migrations", *SERVICES):
        assert set(COMPOSE["services"][name].get("environment", {})) <= known, name


@pytest.mark.parametrize("service", SERVICES)
def test_compose_gives_a_service_what_it_requires_and_no_other_s_secrets(service: str) -> None:
    given = set(COMPOSE["services"][service]["environment"])
    required = {
        setting.name
        for group in groups()
        for setting in group.settings
        if setting.is_required and setting.name.startswith((service.upper(), "KAFKA_"))
    }
    assert required <= given
    others = tuple(f"{other.upper()}_" for other in SERVICES if other != service)
    assert not [name for name in given if name.startswith(others)]
    assert ("DATABASE_URL" in given) == (service == "insights")


@pytest.mark.parametrize("service", SERVICES)
def test_compose_waits_longer_than_a_graceful_stop_takes(service: str) -> None:
    bound = ServiceSettings.model_fields["stop_within_seconds"].default
    drain = ServiceSettings.model_fields["drain_seconds"].default
    assert int(COMPOSE["services"][service]["stop_grace_period"].removesuffix("s")) > bound + drain


def test_compose_opens_ports_to_this_machine_only_unless_told_otherwise() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(re.fullmatch(r"\$\{[A-Z]+_ADDRESS:-127\.0\.0\.1:\d+\}:\d+", port) for port in ports)


def test_compose_bounds_memory() -> None:
    assert not [name for name, service in COMPOSE["services"].items() if "mem_limit" not in service]


def test_versions_agree() -> None:
    version = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["version"]
    assert f"ARG VERSION={version}\n" in DOCKERFILE
    assert {COMPOSE["services"][name]["image"] for name in SERVICES} == {
        f"failbetter/{name}:${{FAILBETTER_VERSION:-{version}}}" for name in SERVICES
    }
    kafka = re.search(r"<kafka.version>(.*)</kafka.version>", (REPOSITORY / "deploy" / "kafka" / "pom.xml").read_text())
    assert kafka
    assert f"apache/kafka:{kafka[1]}" in COMPOSE["services"]["kafka"]["image"]
