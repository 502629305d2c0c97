"""
`python -m services.insights`: settings → database → sink, discovery, following, proving and HTTP. The only place where insights is wired.

`migrate` brings the schema up to date and ends, `recount` says whether the rollups are right, `login-link` prints a link that logs in.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import structlog
from prometheus_client import CollectorRegistry

from services.insights.apart import Apart
from services.insights.api import create_app
from services.insights.discovery import Discovery
from services.insights.following import Following
from services.insights.known import KnownSignals
from services.insights.login import Links, Sessions, TrustedProxy
from services.insights.metrics import Metrics
from services.insights.newsroom import Newsroom, Seats
from services.insights.pipeline import Ledger
from services.insights.proving import Proving
from services.insights.publishing import AT_ONCE, Publishing
from services.insights.settings import DatabaseSettings, InsightsSettings
from services.insights.sink import Limits, Sink
from services.insights.store.connection import Pool, open_pool, transaction
from services.insights.store.migrations import migrate
from services.insights.store.recount import recount
from shared.clock import utc_now
from shared.credentials import Credentials, Scope, read_keys
from shared.errors import FailbetterError, Unavailable
from shared.kafka import KafkaSettings, LagCollector, Publisher
from shared.settings import load
from shared.tasks import Lifetime, end_on_signal, run
from shared.web import RequestContext, health_routes, serve

log = structlog.get_logger(__name__)

RETRY_SECONDS = 1.0
WRITING = 12
"""Connections for the sink, discovery, following, proving and publishing; a job that leads, or has its turn with a tenant, holds one for as long as it does."""
WRITING_SECONDS = 600.0
"""Bound of one of their statements: forgetting somebody with very many contacts takes long."""
READING_SECONDS = 10.0


async def main(settings: InsightsSettings, kafka: KafkaSettings) -> None:
    """Count, discover and answer until told to stop; then finish what is in flight."""
    lifetime = Lifetime()
    registry = CollectorRegistry()
    metrics = Metrics.on(registry)
    lag = LagCollector("insights", utc_now)
    registry.register(lag)
    credentials = Credentials(settings.credentials_file)
    publisher = Publisher(kafka, client_id=settings.group, deadline=5.0)
    metrics.publisher_open.set_function(lambda: publisher.is_open)
    # What people ask for must not keep the sink from its connections, nor take as long as the sink may.
    async with _pool(settings) as pool, _callers_pool(settings) as reading:
        ledger = Ledger(pool, known_signals=KnownSignals(threshold=settings.grain.threshold), clock=utc_now, random_id=uuid4)
        limits = Limits(settings.batch_records, settings.burials_limit)
        sink = Sink(
            kafka,
            lifetime,
            group=settings.group,
            instance=settings.instance,
            pool=pool,
            ledger=ledger,
            publisher=publisher,
            limits=limits,
            metrics=metrics,
            lag=lag,
            clock=utc_now,
        )
        apart = Apart()
        discovery = Discovery(pool, grain=settings.grain, clock=utc_now, find=apart.groups)
        following = Following(pool, clock=utc_now)
        proving = Proving(pool, patience=settings.patience, clock=utc_now)
        publishing = Publishing(pool, publisher=publisher)
        newsroom = Newsroom(pool, lifetime, seats=Seats(settings.streams, settings.tenant_streams))
        metrics.streams_open.set_function(lambda: newsroom.taken)
        metrics.outbox_events.set_function(lambda: publishing.standing.depth)
        metrics.outbox_seconds.set_function(lambda: publishing.standing.age)

        async def broker() -> str | None:
            return None if publisher.is_open else "the brokers are away"

        async def database() -> str | None:
            try:
                async with asyncio.timeout(2), transaction(reading) as connection:
                    await connection.fetchval("SELECT 1")
            except (Unavailable, TimeoutError):
                return "PostgreSQL is away"
            return None if is_migrated.is_set() else "the schema is not up to date yet"

        is_migrated = asyncio.Event()
        app = create_app(
            pool=reading,
            credentials=credentials,
            sessions=_sessions(settings),
            links=_links(settings),
            clock=utc_now,
            newsroom=newsroom,
            proxy=_proxy(settings),
            is_https=settings.public_url.startswith("https:"),
            intake_url=settings.intake_url,
            operators=[health_routes(lifetime, registry, {"broker": broker, "database": database})],
        )

        async def work() -> None:
            await _migrated(settings, lifetime)
            if lifetime.stopping.is_set():
                return
            # Connections that were opened before the schema was there do not know its types.
            await pool.expire_connections()
            await reading.expire_connections()
            is_migrated.set()
            async with asyncio.TaskGroup() as working:
                working.create_task(sink.run())
                working.create_task(_discover(discovery, settings, lifetime, metrics))
                working.create_task(_stop(apart, lifetime))
                working.create_task(_follow(following, settings, lifetime, metrics))
                working.create_task(_prove(proving, settings, lifetime, metrics))
                working.create_task(_publish(publishing, settings, lifetime, metrics))

        async with publisher, asyncio.TaskGroup() as tasks:
            tasks.create_task(end_on_signal(lifetime, settings))
            tasks.create_task(serve(RequestContext(app, registry), settings, lifetime))
            tasks.create_task(newsroom.run())
            tasks.create_task(work())


@asynccontextmanager
async def _pool(settings: DatabaseSettings | InsightsSettings) -> AsyncIterator[Pool]:
    """For the log's own work."""
    url = settings.database_url.get_secret_value()
    async with open_pool(url, max_size=WRITING, statement_seconds=WRITING_SECONDS) as pool:
        yield pool


@asynccontextmanager
async def _callers_pool(settings: InsightsSettings) -> AsyncIterator[Pool]:
    url, size = (settings.callers_database_url or settings.database_url).get_secret_value(), settings.database_connections
    async with open_pool(url, max_size=size, statement_seconds=READING_SECONDS, is_for_callers=True) as pool:
        yield pool


async def _migrated(settings: InsightsSettings, lifetime: Lifetime) -> None:
    while not lifetime.stopping.is_set():
        try:
            await migrate(settings.database_url.get_secret_value())
        except Unavailable as error:
            log.warning("database.waiting", reason=str(error))
            await lifetime.pause(RETRY_SECONDS)
        else:
            return


async def _stop(apart: Apart, lifetime: Lifetime) -> None:
    await lifetime.stopping.wait()
    await apart.stop()


async def _discover(discovery: Discovery, settings: InsightsSettings, lifetime: Lifetime, metrics: Metrics) -> None:
    while not lifetime.stopping.is_set():
        try:
            with metrics.discovery_seconds.time():
                found = await discovery.run_once()
        except Unavailable as error:
            log.warning("discovery.waiting", reason=str(error))
        else:
            metrics.signals_opened.inc(found.opened if found else 0)
            metrics.frictions_assigned.inc(found.assigned if found else 0)
        await lifetime.pause(settings.discovery_seconds)


async def _follow(following: Following, settings: InsightsSettings, lifetime: Lifetime, metrics: Metrics) -> None:
    while not lifetime.stopping.is_set():
        try:
            with metrics.following_seconds.time():
                changed = await following.run_once()
        except Unavailable as error:
            log.warning("following.waiting", reason=str(error))
        else:
            metrics.trends_changed.inc(changed or 0)
        await lifetime.pause(settings.following_seconds)


async def _prove(proving: Proving, settings: InsightsSettings, lifetime: Lifetime, metrics: Metrics) -> None:
    while not lifetime.stopping.is_set():
        try:
            with metrics.proving_seconds.time():
                proved = await proving.run_once()
        except Unavailable as error:
            log.warning("proving.waiting", reason=str(error))
        else:
            metrics.repeats.set(proved.repeats if proved else 0)
            metrics.statuses_changed.inc(proved.statuses if proved else 0)
            metrics.loops.inc(proved.loops if proved else 0)
        await lifetime.pause(settings.proving_seconds)


async def _publish(publishing: Publishing, settings: InsightsSettings, lifetime: Lifetime, metrics: Metrics) -> None:
    while not lifetime.stopping.is_set():
        try:
            said = await publishing.run_once()
        except Unavailable as error:
            log.warning("publishing.waiting", reason=str(error))
        else:
            metrics.events_published.inc(said)
            if said == AT_ONCE:
                continue
        await lifetime.pause(settings.publishing_seconds)


def _secrets(settings: InsightsSettings) -> list[bytes]:
    # All are accepted; the last one signs.
    known = (settings.session_secret_previous, settings.session_secret)
    return [secret.get_secret_value().encode() for secret in known if secret is not None]


def _sessions(settings: InsightsSettings) -> Sessions:
    return Sessions(_secrets(settings), lifetime=timedelta(hours=settings.session_hours), clock=utc_now)


def _links(settings: InsightsSettings) -> Links:
    return Links(_secrets(settings), clock=utc_now)


def _proxy(settings: InsightsSettings) -> TrustedProxy | None:
    if settings.trusted_proxy_header is None:
        return None
    return TrustedProxy(settings.trusted_proxy_header, settings.trusted_proxy_networks, settings.trusted_proxy_tenants)


async def _recount(settings: DatabaseSettings) -> None:
    async with _pool(settings) as pool:
        differences = await recount(pool)
    for difference in differences:
        print(difference)
    if differences:
        raise SystemExit(f"The rollups differ from a recount in {len(differences):,} places.")
    print("The rollups equal a recount.")


def _login_link(settings: InsightsSettings, tenant: str, hours: float) -> None:
    now = utc_now()
    for key in read_keys(settings.credentials_file).keys:
        if key.tenant == tenant and Scope.INSIGHTS_READ in key.scopes and not key.has_expired(now):
            print(
                _links(settings).address(settings.public_url, tenant=tenant, key_id=key.key_id, lifetime=timedelta(hours=hours))
            )
            return
    raise SystemExit(f"{settings.credentials_file} has no key of tenant {tenant} with the scope {Scope.INSIGHTS_READ}.")


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m services.insights", description="Without a command: run the service.")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("migrate", help="bring the schema up to date, and end")
    commands.add_parser("recount", help="count everything again and compare; status 1 where the rollups are wrong")
    link = commands.add_parser("login-link", help="print a link that logs in to the pages")
    link.add_argument("--tenant", required=True)
    link.add_argument("--hours", type=float, default=0.25, help="how long it can be used; default: a quarter of an hour")
    said = parser.parse_args()
    try:
        match said.command:
            case "migrate":
                asyncio.run(migrate(load(DatabaseSettings).database_url.get_secret_value()))
            case "recount":
                asyncio.run(_recount(load(DatabaseSettings)))
            case "login-link":
                _login_link(load(InsightsSettings), said.tenant, said.hours)
            case _:
                told, kafka = load(InsightsSettings, KafkaSettings)
                run("insights", told, main(told, kafka))
    except FailbetterError as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    _main()
