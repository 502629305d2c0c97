"""`make demo`: everything up, real complaints in, signals out; stays until Ctrl-C, or ends by itself with --exit."""

import argparse
import asyncio
import os
import shlex
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deploy.demo.contacts import complaints
from deploy.demo.findings import Insights, NotFound
from deploy.demo.replay import Refused, replay
from deploy.demo.screen import Screen
from deploy.local import LocalError, claimed, from_environment
from deploy.local.ports import free_or
from deploy.local.services import ROOT, Services, command, services

FOLDER = ROOT / ".demo"
COUNT_SECONDS = 300.0
FIND_SECONDS = 120.0
# Signals are founded on what waits together: a longer pause lets more of the replay wait.
DISCOVERY_SECONDS = 20
# Months go by in a minute: what a signal's trend is must be known again before the table is printed.
FOLLOWING_SECONDS = 5
PORTS = (8001, 8002, 8003)


async def demo(screen: Screen, *, stay: bool) -> None:
    """The main job, end to end."""
    screen.step("starting PostgreSQL and a Kafka broker on this machine (logs in .demo/)")
    async with from_environment(_emptied("infrastructure"), os.environ) as running:
        screen.step("starting intake, triage and insights")
        settings = {
            "INSIGHTS_DISCOVERY_SECONDS": str(DISCOVERY_SECONDS),
            "INSIGHTS_FOLLOWING_SECONDS": str(FOLLOWING_SECONDS),
        }
        async with services(running, _emptied("services"), ports=free_or(PORTS), settings=settings) as started:
            await _main_job(screen, started)
            with _environment_file(started):
                if stay:
                    screen.step("everything stays up until Ctrl-C")
                    await _until_told_to_stop()


def _emptied(name: str) -> Path:
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


async def _main_job(screen: Screen, started: Services) -> None:
    sample = complaints(datetime.now(UTC).date())
    screen.step(f"replaying {len(sample):,} real complaints to US banks (CFPB, 2019) as contacts of the last months")
    insights = Insights(started.insights.url, started.api_key)
    try:
        with screen.progress("sent   ", "counted", total=len(sample)) as (sent, counted):
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(replay(sample, intake_url=started.intake.url, api_key=started.api_key, sent=sent.more))
                async for count in insights.counted(
                    sample[0].occurred_at - timedelta(days=1), until_all=len(sample), within=COUNT_SECONDS
                ):
                    counted.at(count)
        screen.step("waiting until discovery finds nothing more that belongs together")
        screen.findings(await insights.findings(settled_after=1.25 * DISCOVERY_SECONDS, within=FIND_SECONDS))
    finally:
        await insights.close()
    link = await command(started.environment, "services.insights", "login-link", "--tenant", started.tenant, "--hours", "12")
    screen.addresses(started, link.strip())


@contextmanager
def _environment_file(started: Services) -> Iterator[None]:
    file = FOLDER / "env"
    values = {
        "INTAKE_URL": started.intake.url,
        "TRIAGE_URL": started.triage.url,
        "INSIGHTS_URL": started.insights.url,
        "API_KEY": started.api_key,
        "WEBHOOK_SECRET": started.webhook_secret,
    }
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items()))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


async def _until_told_to_stop() -> None:
    told = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, told.set)
    await told.wait()


def _main() -> int:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--exit", action="store_true", help="end when the signals are there: status 0, or 1 with the reason")
    stay = not parser.parse_args().exit
    screen = Screen()
    status = 0
    try:
        with claimed(FOLDER):
            asyncio.run(demo(screen, stay=stay))
    except* (LocalError, NotFound, Refused, OSError) as errors:
        status = 1
        for error in errors.exceptions:
            screen.failed(str(error))
    except* KeyboardInterrupt:
        status = 130
    return status


if __name__ == "__main__":
    sys.exit(_main())
