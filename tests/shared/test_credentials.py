"""API keys: hashed in a file, read again when it changes, never half believed."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared import credentials
from shared.credentials import Credentials, Scope, add_key, create_key, read_keys
from shared.errors import Rejected
from shared.web import Problem

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def key_in(file: Path, *, days: float | None = None, tenant: str = "acme") -> str:
    key, credential = create_key(tenant, [Scope.CONTACTS_WRITE], now=NOW, days=days)
    add_key(file, credential)
    return key


def test_the_file_holds_no_secret(file: Path) -> None:
    key = key_in(file)

    assert key.split("_", 2)[2] not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_key_says_whose_it_is(file: Path) -> None:
    key = key_in(file)

    credential = Credentials(file, lambda: NOW).verify(f"Bearer {key}", Scope.CONTACTS_WRITE)

    assert (credential.tenant, credential.scopes) == ("acme", frozenset({Scope.CONTACTS_WRITE}))


@pytest.mark.parametrize(("after", "status"), [(timedelta(days=1, seconds=-1), None), (timedelta(days=1), 401)])
def test_a_key_ends_when_it_expires(file: Path, after: timedelta, status: int | None) -> None:
    key = key_in(file, days=1)
    known = Credentials(file, lambda: NOW + after)

    if status is None:
        assert known.verify_key(key, Scope.CONTACTS_WRITE)
    else:
        with pytest.raises(Problem) as refused:
            known.verify_key(key, Scope.CONTACTS_WRITE)
        assert refused.value.status == status


def test_any_other_secret_of_a_known_key_is_refused(file: Path) -> None:
    key = key_in(file)
    known = Credentials(file, lambda: NOW)

    for wrong in (key[:-1], key + "x", key.upper(), key.replace("fb_", "fc_"), key[:12]):
        with pytest.raises(Problem) as refused:
            known.verify_key(wrong, Scope.CONTACTS_WRITE)
        assert refused.value.status == 401


def test_a_changed_file_counts_without_a_restart_and_a_broken_one_changes_nothing(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "RELOAD_SECONDS", 0.0)
    first = key_in(file)
    known = Credentials(file, lambda: NOW)

    second = key_in(file, tenant="other")
    assert known.verify_key(second, Scope.CONTACTS_WRITE).tenant == "other"

    file.write_text('{"keys": [{}]}')
    assert known.verify_key(first, Scope.CONTACTS_WRITE).tenant == "acme"

    file.write_text('{"keys": []}')
    with pytest.raises(Problem):
        known.verify_key(first, Scope.CONTACTS_WRITE)


@pytest.mark.parametrize(
    ("text", "reason"), [("", "Invalid JSON"), ('{"keys": [{"key_id": "abcd"}]}', "keys.0.tenant"), ('{"kyes": []}', "kyes")]
)
def test_a_service_does_not_start_on_a_broken_file(file: Path, text: str, reason: str) -> None:
    file.write_text(text)

    with pytest.raises(Rejected, match=reason):
        Credentials(file)


def test_a_missing_file_is_named(file: Path) -> None:
    with pytest.raises(Rejected, match="No such file"):
        read_keys(file)


def test_the_command_adds_a_key_and_prints_it_once(file: Path) -> None:
    command = [sys.executable, "-m", "shared.credentials", "create", str(file), "--tenant", "acme", "--scope", "insights:read"]

    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    subprocess.run(command, check=True, capture_output=True)

    assert Credentials(file).verify_key(printed, Scope.INSIGHTS_READ).tenant == "acme"
    assert len(read_keys(file).keys) == 2


def test_the_command_says_what_is_wrong(file: Path) -> None:
    command = [sys.executable, "-m", "shared.credentials", "create", str(file), "--tenant", "a b", "--scope", "insights:read"]

    done = subprocess.run(command, check=False, capture_output=True, text=True)

    assert done.returncode == 2
    assert "tenant" in done.stderr
    assert not file.exists()
