"""The lock files: everything that pyproject.toml asks for, pinned by hash, without a word of where it comes from."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[2]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
SERVICES = ("intake", "triage", "insights")
WHOLE = REPOSITORY / "requirements.lock"
LOCKS = (WHOLE, *(REPOSITORY / "deploy" / "locks" / f"{service}.lock" for service in SERVICES))


@dataclass(frozen=True)
class Pin:
    """One version of one package; a package may have several, for different Pythons or systems."""

    name: str
    version: str
    hashes: int


def pins(lock: Path) -> list[Pin]:
    entries = re.split(r"\n(?=\S)", lock.read_text().strip())
    return [_pin(entry) for entry in entries if not entry.startswith("#")]


def _pin(entry: str) -> Pin:
    said = re.match(r"([A-Za-z0-9._-]+)==([^\s;\\]+)", entry)
    assert said, f"not a pin: {entry.splitlines()[0]}"
    return Pin(canonicalize_name(said[1]), said[2], len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", entry)))


def wanted(lock: Path) -> list[Requirement]:
    """What pyproject.toml asks for directly, for that lock."""
    extras: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
    said = list(PROJECT["project"]["dependencies"])
    if lock == WHOLE:
        said += [line for extra in extras.values() for line in extra] + list(_group("dev"))
    else:
        said += extras[lock.stem]
    return [Requirement(line) for line in said]


def _group(name: str) -> Iterator[str]:
    entries: list[Any] = PROJECT["dependency-groups"][name]
    for entry in entries:
        if isinstance(entry, str):
            yield entry
        else:
            yield from _group(entry["include-group"])


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_holds_what_pyproject_asks_for(lock: Path) -> None:
    found = pins(lock)
    for requirement in wanted(lock):
        versions = [pin.version for pin in found if pin.name == canonicalize_name(requirement.name)]
        assert versions, f"{requirement} is not in {lock.name}: run `make lock`"
        assert all(requirement.specifier.contains(version) for version in versions), f"{requirement} is {versions} in {lock.name}"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_pin_has_hashes(lock: Path) -> None:
    assert not [pin.name for pin in pins(lock) if not pin.hashes]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_names_no_address(lock: Path) -> None:
    said = lock.read_text()
    assert "://" not in said
    assert not re.search(r"\b[a-z0-9-]+\.(?:com|dev|io|net|org)\b", said)
    assert not re.search(r"^\s*(?:-i|--index-url|--extra-index-url|--find-links|--trusted-host)\b", said, re.MULTILINE)


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_gets_the_versions_that_were_tested(service: str) -> None:
    tested = {(pin.name, pin.version) for pin in pins(WHOLE)}
    shipped = {(pin.name, pin.version) for pin in pins(REPOSITORY / "deploy" / "locks" / f"{service}.lock")}
    assert shipped <= tested, "run `make lock`"


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_gets_nothing_that_only_others_ask_for(service: str) -> None:
    lock = REPOSITORY / "deploy" / "locks" / f"{service}.lock"
    own = {canonicalize_name(requirement.name) for requirement in wanted(lock)}
    others = {canonicalize_name(requirement.name) for requirement in wanted(WHOLE)} - own
    assert not others & {pin.name for pin in pins(lock)}
