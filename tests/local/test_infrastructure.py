import asyncio
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from deploy.local import Postgres, from_environment, infrastructure
from deploy.local.account import Account, reachable
from deploy.local.apache import Apache
from deploy.local.errors import LocalError, Missing, Occupied

REPOSITORY = Path(__file__).parents[2]


async def test_both_run_and_both_are_gone_afterwards(place: Path) -> None:
    async with infrastructure(place) as running:
        assert running.bootstrap_servers.startswith("127.0.0.1:")
        assert running.database_url.startswith("postgresql://failbetter:")
        assert isinstance(running.postgres, Postgres)

    assert not left_over(place)


async def test_what_runs_elsewhere_is_used_and_not_started(place: Path) -> None:
    async with infrastructure(place / "theirs") as theirs:
        environment = {"KAFKA_BOOTSTRAP_SERVERS": theirs.bootstrap_servers, "DATABASE_URL": theirs.database_url}

        async with from_environment(place / "ours", environment) as ours:
            assert (ours.bootstrap_servers, ours.database_url) == (theirs.bootstrap_servers, theirs.database_url)
            assert ours.broker is None
            assert ours.postgres is None


async def test_a_database_elsewhere_that_does_not_answer_is_reported_without_its_password(place: Path) -> None:
    with pytest.raises(LocalError, match="DATABASE_URL does not answer") as caught:
        async with infrastructure(place, bootstrap_servers="unused:1", database_url="postgresql://me:secret@127.0.0.1:9/x"):
            pass

    assert "secret" not in str(caught.value)


async def test_two_runs_do_not_share_a_folder(place: Path) -> None:
    async with infrastructure(place):
        with pytest.raises(Occupied, match="Another run is using"):
            async with infrastructure(place):
                pass


async def test_an_unknown_kafka_is_refused_by_name(place: Path) -> None:
    with pytest.raises(LocalError, match=r"KAFKA is 'redpanda'.*embedded.*apache"):
        from_environment(place, {"KAFKA": "redpanda"})


async def test_without_java_the_message_says_what_to_install(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(place))

    with pytest.raises(Missing, match=r"needs Java 17 or newer.*apt install openjdk-17-jre-headless maven"):
        await Apache(place).start()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_the_command_prints_addresses_stays_and_cleans_up(place: Path, how: signal.Signals) -> None:
    command = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy.local", "--folder", str(place), cwd=REPOSITORY, stdout=PIPE
    )
    assert command.stdout is not None
    async with asyncio.timeout(60):
        said = [(await command.stdout.readline()).decode() for _ in range(2)]
        command.send_signal(how)
        assert await command.wait() == 0

    assert [line.partition("=")[0] for line in said] == ["KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL"]
    assert not left_over(place)


def test_a_private_home_stays_closed_and_the_data_goes_elsewhere(place: Path) -> None:
    home = place / "home"
    home.mkdir(mode=0o700)
    someone = Account(uid=65534, gid=65534)

    elsewhere = reachable(home / "failbetter", by=someone)

    assert not elsewhere.is_relative_to(home)
    assert elsewhere == reachable(home / "failbetter", by=someone)
    assert home.stat().st_mode & 0o777 == 0o700
    elsewhere.rmdir()


def left_over(place: Path) -> list[Path]:
    return list(place.rglob("*.pid"))
