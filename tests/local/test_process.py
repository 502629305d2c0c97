import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from deploy.local.errors import Exited
from deploy.local.process import Child

REPOSITORY = Path(__file__).parents[2]
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [sys.executable, "-uc", "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf'); time.sleep(60)"]
PARENT = """
import asyncio, sys
from pathlib import Path
from deploy.local.process import Child

async def main():
    child = Child([sys.executable, "-c", "import time; time.sleep(60)"], name="sleeper", folder=Path(sys.argv[1]))
    await child.start()
    print(child.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_a_child_is_stopped_by_asking(place: Path) -> None:
    child = Child(SLEEP, name="sleeper", folder=place)
    await child.start()
    assert child.is_running

    await child.stop()

    assert not child.is_running
    assert not psutil.pid_exists(child.pid)


async def test_a_child_that_does_not_listen_is_killed_in_time(place: Path) -> None:
    child = Child(STUBBORN, name="stubborn", folder=place)
    await child.start()
    await until_logged(child, "deaf")

    async with asyncio.timeout(5):
        await child.stop(within=0.2)

    assert not child.is_running


async def test_a_child_that_ends_by_itself_says_where_and_what_it_logged(place: Path) -> None:
    child = Child([sys.executable, "-c", "print('port taken'); raise SystemExit(3)"], name="server", folder=place)
    await child.start()

    with pytest.raises(Exited) as caught:
        await child.finish(within=10)

    assert "server ended by itself with status 3" in str(caught.value)
    assert str(place / "server.log") in str(caught.value)
    assert "port taken" in str(caught.value)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_a_child_dies_with_its_parent_however_the_parent_dies(place: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(place)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))

        parent.send_signal(signal.SIGKILL)

        gone, _ = psutil.wait_procs([child], timeout=5)
    assert gone or child.status() == psutil.STATUS_ZOMBIE


async def test_one_left_over_in_the_folder_is_ended_before_the_next_starts(place: Path) -> None:
    forgotten = Child(SLEEP, name="sleeper", folder=place)
    await forgotten.start()

    again = Child(SLEEP, name="sleeper", folder=place)
    await again.start()

    assert not forgotten.is_running
    assert again.is_running
    await again.stop()


async def test_a_stranger_with_the_number_of_an_old_child_is_left_alone(place: Path) -> None:
    (place / "sleeper.pid").write_text(f"{os.getpid()} 1.0")
    child = Child(SLEEP, name="sleeper", folder=place)

    await child.start()

    assert child.is_running
    await child.stop()


async def until_logged(child: Child, word: str) -> None:
    async with asyncio.timeout(10):
        while word not in child.log.read_text():
            await asyncio.sleep(0.02)
