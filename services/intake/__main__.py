"""`python -m services.intake`: settings → publisher → HTTP. The only place where intake is wired."""

import asyncio
import gc

from prometheus_client import CollectorRegistry

from services.intake.api import create_app
from services.intake.api.door import Door
from services.intake.limits import Allowance, Meters
from services.intake.metrics import Metrics
from services.intake.pipeline import Pipeline
from services.intake.pseudonyms import Pseudonyms
from services.intake.redaction import Redactor
from services.intake.settings import IntakeSettings
from services.intake.shares import Shares
from services.intake.webhooks.endpoints import Endpoints
from shared.clock import utc_now
from shared.credentials import Credentials
from shared.kafka import KafkaSettings, Publisher
from shared.settings import load
from shared.tasks import Lifetime, end_on_signal, run
from shared.web import serve


async def main(settings: IntakeSettings, kafka: KafkaSettings) -> None:
    """Serve until told to stop; then finish what is in flight and flush it."""
    lifetime = Lifetime()
    registry = CollectorRegistry()
    metrics = Metrics.on(registry)
    credentials = Credentials(settings.credentials_file)
    endpoints = Endpoints(settings.webhooks_file)
    publisher = Publisher(kafka, client_id="intake", deadline=settings.deadline_seconds, linger_ms=settings.linger_ms)
    metrics.broker_open.set_function(lambda: publisher.is_open)
    redactor = Redactor(settings.name_recogniser)
    fingerprint_key = settings.fingerprint_key.get_secret_value().encode()
    pipeline = Pipeline(publisher, _pseudonyms(settings), redactor, fingerprint_key, metrics, utc_now)
    meters = Meters(Allowance(settings.requests_per_second, settings.bytes_per_second, settings.concurrency))
    door = Door(credentials, meters, Shares(settings.max_held_bytes), redactor, metrics, utc_now)

    async def broker() -> str | None:
        return None if publisher.is_open else "the brokers are away"

    app = create_app(
        pipeline=pipeline,
        door=door,
        endpoints=endpoints,
        lifetime=lifetime,
        registry=registry,
        checks={"broker": broker},
        at_once=settings.max_requests,
    )
    # What is here stays, and what a request makes is gone with it: to look for cycles less often saves 7 % of all CPU time.
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
    async with publisher, asyncio.TaskGroup() as tasks:
        tasks.create_task(end_on_signal(lifetime, settings))
        tasks.create_task(serve(app, settings, lifetime))


def _pseudonyms(settings: IntakeSettings) -> Pseudonyms:
    previous = settings.pseudonym_key_previous
    return Pseudonyms(
        key=settings.pseudonym_key.get_secret_value().encode(),
        previous_key=None if previous is None else previous.get_secret_value().encode(),
    )


if __name__ == "__main__":
    told, kafka = load(IntakeSettings, KafkaSettings)
    run("intake", told, main(told, kafka))
