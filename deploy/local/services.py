"""The three services as child processes, wired to the infrastructure of this machine."""

import asyncio
import base64
import os
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from deploy.local.errors import Unhealthy
from deploy.local.infrastructure import Running
from deploy.local.ports import free_ports
from deploy.local.process import Child

ROOT = Path(__file__).parents[2]
SCOPES = ("contacts:write", "customers:erase", "insights:read", "insights:write")
WEBHOOKS = Path(__file__).with_name("webhooks.yaml")
READY_SECONDS = 60.0


@dataclass(frozen=True)
class Service:
    """One service: its process and its address, which stay the same when it is started again."""

    child: Child
    url: str

    async def start(self, *, within: float = READY_SECONDS) -> None:
        """Run it and wait until it says it is ready."""
        await self.child.start()
        await self.ready(within=within)

    async def ready(self, *, within: float = READY_SECONDS) -> None:
        """Wait for readiness. Raises Exited with the log's last lines where it died, Unhealthy where it takes too long."""
        try:
            async with asyncio.timeout(within), httpx.AsyncClient() as http:
                while not await self._says_ready(http):
                    if not self.child.is_running:
                        raise self.child.exited()
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise Unhealthy(f"{self.child.name} was not ready after {within:g} s. {self.child.last_words()}") from None

    async def _says_ready(self, http: httpx.AsyncClient) -> bool:
        try:
            return (await http.get(f"{self.url}/health/ready", timeout=5)).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False


@dataclass(frozen=True)
class Services:
    """The product on this machine, a key of `tenant` that may do everything, and the secret of its webhooks."""

    intake: Service
    triage: Service
    insights: Service
    api_key: str
    webhook_secret: str
    tenant: str
    environment: Mapping[str, str]

    def all(self) -> tuple[Service, Service, Service]:
        return self.intake, self.triage, self.insights


@asynccontextmanager
async def services(
    running: Running,
    folder: Path,
    *,
    tenant: str = "demo",
    ports: tuple[int, ...] | None = None,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Services]:
    """Topics made, a key made, three services started and ready; stopped at the end, in the order of the flow."""
    folder.mkdir(parents=True, exist_ok=True)
    where = ports or free_ports(3)
    keys = folder / "credentials.json"
    keys.unlink(missing_ok=True)
    webhook_secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    environment = {
        **_inherited(),
        "KAFKA_BOOTSTRAP_SERVERS": running.bootstrap_servers,
        "INTAKE_PORT": str(where[0]),
        "INTAKE_CREDENTIALS_FILE": str(keys),
        "INTAKE_WEBHOOKS_FILE": str(_endpoints(folder / "webhooks.yaml", tenant, webhook_secret)),
        "INTAKE_PSEUDONYM_KEY": secrets.token_urlsafe(32),
        "INTAKE_FINGERPRINT_KEY": secrets.token_urlsafe(32),
        # Whoever loads this machine is alone on it.
        "INTAKE_REQUESTS_PER_SECOND": "1e6",
        "INTAKE_BYTES_PER_SECOND": "1e9",
        "INTAKE_CONCURRENCY": "1000",
        "TRIAGE_PORT": str(where[1]),
        # The embedded broker never lets go of a member that died, unless it comes back under its own name.
        "TRIAGE_INSTANCE": "triage-0",
        "INSIGHTS_INSTANCE": "insights-0",
        "INSIGHTS_PORT": str(where[2]),
        "DATABASE_URL": running.database_url,
        "INSIGHTS_CREDENTIALS_FILE": str(keys),
        "INSIGHTS_SESSION_SECRET": secrets.token_urlsafe(32),
        "INSIGHTS_PUBLIC_URL": f"http://127.0.0.1:{where[2]}",
        "INSIGHTS_INTAKE_URL": f"http://127.0.0.1:{where[0]}",
        **(settings or {}),
    }
    scopes = [part for scope in SCOPES for part in ("--scope", scope)]
    key = await command(environment, "shared.credentials", "create", str(keys), "--tenant", tenant, *scopes)
    await command(environment, "shared.topics")
    names = ("intake", "triage", "insights")
    intake, triage, insights = (
        Service(
            Child([sys.executable, "-m", f"services.{name}"], name=name, folder=folder, environment=environment, directory=ROOT),
            f"http://127.0.0.1:{port}",
        )
        for name, port in zip(names, where, strict=True)
    )
    started = Services(intake, triage, insights, key.strip(), webhook_secret, tenant, environment)
    try:
        async with asyncio.TaskGroup() as tasks:
            for service in started.all():
                tasks.create_task(service.start())
        yield started
    finally:
        for service in started.all():
            await service.child.stop(within=30.0)


async def command(environment: Mapping[str, str], module: str, *arguments: str, within: float = 120.0) -> str:
    """What `python -m module …` prints. Raises Unhealthy with its own words when it fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(within):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise Unhealthy(f"python -m {module} was not done after {within:g} s") from None
    if process.returncode != 0:
        raise Unhealthy(f"python -m {module} failed:\n{said.decode()}")
    return said.decode()


def _endpoints(file: Path, tenant: str, secret: str) -> Path:
    file.touch(mode=0o600)
    file.write_text(WEBHOOKS.read_text().replace("TENANT", tenant).replace("[SECRET]", f"[{secret}]"))
    return file


def _inherited() -> dict[str, str]:
    # Settings of the person's own shell must not reach into a demo or a test.
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("INTAKE_", "TRIAGE_", "INSIGHTS_", "KAFKA_", "TOPICS_")) and name != "DATABASE_URL"
    }
