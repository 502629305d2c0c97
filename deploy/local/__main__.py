"""
`python -m deploy.local` starts PostgreSQL and Kafka, prints where they are, and stays until Ctrl-C.
`python -m deploy.local fetch-kafka` only fetches what KAFKA=apache needs.
"""

import argparse
import asyncio
import os
import shlex
import signal
import sys
from contextlib import suppress
from pathlib import Path

from deploy.local.errors import LocalError
from deploy.local.infrastructure import Running, from_environment
from deploy.local.jars import CACHE, REPOSITORY, jars


def main() -> int:
    arguments = _arguments()
    try:
        if arguments.command == "fetch-kafka":
            print(asyncio.run(jars(CACHE)))
        else:
            asyncio.run(_stay(arguments.folder.resolve(), arguments.brokers))
    except LocalError as error:
        print(f"deploy.local: {error}", file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description="PostgreSQL and Kafka here, until Ctrl-C.")
    parser.add_argument("command", nargs="?", choices=["up", "fetch-kafka"], default="up")
    parser.add_argument("--folder", type=Path, default=REPOSITORY / ".local" / "infrastructure", help="where the data lives")
    parser.add_argument("--brokers", type=int, choices=[1, 3], default=1, help="3 needs KAFKA=apache")
    return parser.parse_args()


async def _stay(folder: Path, brokers: int) -> None:
    this = asyncio.current_task()
    assert this is not None
    for reason in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(reason, this.cancel)
    with suppress(asyncio.CancelledError):
        async with from_environment(folder, os.environ, brokers=brokers) as running:
            _print(running, folder)
            await asyncio.Event().wait()


def _print(running: Running, folder: Path) -> None:
    if running.postgres and not running.postgres.folder.is_relative_to(folder):
        print(f"# PostgreSQL must not be root and cannot reach {folder}: its data is in {running.postgres.folder}")
    print(f"KAFKA_BOOTSTRAP_SERVERS={shlex.quote(running.bootstrap_servers)}")
    print(f"DATABASE_URL={shlex.quote(running.database_url)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
