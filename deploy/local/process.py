import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from deploy.local.account import Account
from deploy.local.errors import Exited

LEASH = Path(__file__).with_name("leash.py")
TAIL_LINES = 15


class Child:
    """
    A program that runs beside us and never outlives us.

    It has a session of its own (Ctrl-C reaches us, not it), writes to `<folder>/<name>.log`, and can be started again after it has ended.
    `stop` asks with `farewell` and insists with SIGKILL. If our process crashes or is killed, Linux sends it `farewell`; on
    other systems it lives on until the next start in the same folder, which ends it first.

    Start it from a thread that lives as long as it should, normally the main one: for Linux the thread is the parent.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        name: str,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
        account: Account | None = None,
        farewell: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._command = [str(part) for part in command]
        self._pid_file = folder / f"{name}.pid"
        self._environment = environment
        self._directory = directory or folder
        self._account = account
        self._farewell = farewell
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Of the program itself: there is no process between it and us."""
        if self._process is None:
            raise Exited(f"{self.name} was never started")
        return self._process.pid

    async def start(self) -> None:
        """Run it, unless it runs already. One left over by a killed run in the same folder is ended first."""
        if self.is_running:
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        await self._end_leftover()
        self._process = self._run()
        self._pid_file.write_text(f"{self._process.pid} {psutil.Process(self._process.pid).create_time()}")

    async def stop(self, within: float = 10.0) -> None:
        """Ask it to end; after `within` seconds, end it. Returns when it and its own children are gone."""
        if self.is_running:
            await _end(psutil.Process(self.pid), self._farewell, within)
        self._forget()

    async def kill(self) -> None:
        """SIGKILL, to it and its own children, without a warning: what a power cut looks like to its data."""
        if self.is_running:
            _kill_all(_family(psutil.Process(self.pid)))
        self._forget()

    async def finish(self, within: float) -> None:
        """Wait until it has done its work. Raises Exited where it did not end well, or not in time; never leaves it running."""
        try:
            async with asyncio.timeout(within):
                while self.is_running:  # noqa: ASYNC110 -- polling needs no event loop that outlives the child
                    await asyncio.sleep(0.02)
        except TimeoutError as error:
            raise Exited(f"{self.name} was not done after {within:g} s. {self.last_words()}") from error
        finally:
            await self.stop()
        if self._process is not None and self._process.returncode != 0:
            raise self.exited()

    def exited(self) -> Exited:
        """The error that says how it ended."""
        code = None if self._process is None else self._process.poll()
        return Exited(f"{self.name} ended by itself with status {code}. {self.last_words()}")

    def last_words(self) -> str:
        """Where its log is, and what this run wrote there last."""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            lines = log.read().decode(errors="replace").splitlines()[-TAIL_LINES:]
        return "\n".join([f"Its log is {self.log}, which ends with:", *(f"    {line}" for line in lines or ["(nothing)"])])

    def _run(self) -> subprocess.Popen[bytes]:
        account = f"{self._account.uid}:{self._account.gid}" if self._account else "-"
        leash = [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), str(int(self._farewell)), account]
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            return subprocess.Popen(
                [*leash, *self._command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment,
                cwd=self._directory,
                start_new_session=True,
            )

    async def _end_leftover(self) -> None:
        # The time of creation tells our child from a stranger that has been given the same number since.
        with contextlib.suppress(OSError, ValueError, psutil.NoSuchProcess):
            pid, created = self._pid_file.read_text().split()
            leftover = psutil.Process(int(pid))
            if leftover.create_time() == float(created):
                await _end(leftover, self._farewell, within=10.0)

    def _forget(self) -> None:
        if self._process is not None:
            self._process.wait(timeout=5.0)
        self._pid_file.unlink(missing_ok=True)


async def _end(process: psutil.Process, farewell: signal.Signals, within: float) -> None:
    family = _family(process)
    deadline = time.monotonic() + within
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(farewell)
    while _is_alive(process) and time.monotonic() < deadline:  # noqa: ASYNC110 -- nothing announces the end of a stranger's child
        await asyncio.sleep(0.01)
    _kill_all(family)


def _family(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _kill_all(family: list[psutil.Process]) -> None:
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs([process for process in family if _is_alive(process)], timeout=5.0)


def _is_alive(process: psutil.Process) -> bool:
    # One that ended but was not waited for still has a number; it does nothing any more.
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
