"""Takes deliveries: who signed, what it says, the brokers have it; counts each once, and remembers what came last."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog
from fastapi import Request
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

from services.intake.api.door import Caller, Door
from services.intake.api.receipt import Receipt, take
from services.intake.api.refusals import malformed_json
from services.intake.pipeline import Pipeline
from services.intake.said import Ignored, Said
from services.intake.webhooks.delivery import Delivery
from services.intake.webhooks.endpoints import Endpoint, Endpoints
from services.intake.webhooks.payload import Payload, Unmappable
from services.intake.webhooks.seen import Seen, Sights
from services.intake.webhooks.senders import ADAPTERS, UNSIGNED_TESTS
from services.intake.webhooks.signatures import Algorithm, Forged, Scheme, read_claim, verify
from shared.web import InvalidParam, Problem, request_id, traceparent

log = structlog.get_logger(__name__)

DELIVERY_BYTES: Final = 1024 * 1024


class EndpointStatus(BaseModel):
    """One endpoint since this process started."""

    model_config = ConfigDict(frozen=True)

    endpoint: str
    counts: dict[str, int]
    last_accepted: Seen | None
    last_ignored: Seen | None
    last_refused: Seen | None


class SenderStatus(BaseModel):
    """A sender's endpoints, as this process saw them since `since`; another replica has seen others."""

    model_config = ConfigDict(frozen=True)

    sender: str
    since: datetime
    endpoints: list[EndpointStatus]


@dataclass(slots=True)
class Desk:
    """Takes deliveries, counts each once and remembers the last."""

    pipeline: Pipeline
    door: Door
    endpoints: Endpoints
    since: datetime
    sights: Sights = field(default_factory=Sights)

    async def take(self, request: Request, sender: str, name: str) -> Receipt:
        """One delivery from its first header to the brokers' acknowledgement. Raises Problem for whatever went wrong."""
        outcome = "failed"
        endpoint = self.endpoints.find(sender, name)
        try:
            if endpoint is None:
                raise unknown()
            receipt = await self._take(request, endpoint)
            outcome = receipt.status
            self.sights.note(endpoint, Seen(at=self.door.clock(), why=receipt.why), receipt.status)
        except Problem as problem:
            outcome = problem.code
            if endpoint is not None:
                seen = Seen(at=self.door.clock(), code=problem.code, why=problem.detail, invalid_params=problem.invalid_params)
                self.sights.note(endpoint, seen, "refused")
                log.info("delivery.refused", request_id=request_id(request), sender=sender, endpoint=name, code=problem.code)
            raise
        finally:
            self.door.metrics.deliveries.labels("unknown" if endpoint is None else endpoint.sender, outcome).inc()
        return receipt

    async def _take(self, request: Request, endpoint: Endpoint) -> Receipt:
        now, headers, schemes = self.door.clock(), dict(request.headers), endpoint.schemes
        caller = self.door.sender(request, endpoint)
        try:
            if endpoint.sender in UNSIGNED_TESTS and schemes[0].header not in headers:
                return await self._answer_test(request, endpoint, caller)
            claim = read_claim(schemes, headers, now=now)
            with self.door.holding(caller) as hold:
                body = await hold.body(request, limit=DELIVERY_BYTES)
                verify(schemes, claim, body, endpoint.secrets_at(now))
                caller.meter.charge(requests=1, size=len(body))
                said = _read(Delivery(endpoint, headers, _payload(body), now), self.door)
                return await take(said, endpoint.tenant, self.pipeline, trace=traceparent(request))
        except Forged as error:
            raise _forged(error, schemes[0]) from error

    async def _answer_test(self, request: Request, endpoint: Endpoint, caller: Caller) -> Receipt:
        test = UNSIGNED_TESTS[endpoint.sender]
        with self.door.holding(caller) as hold:
            body = await hold.body(request, limit=DELIVERY_BYTES)
            if body != test:
                raise Forged("signature_missing", f"The header {endpoint.schemes[0].header} is missing.")
        return Receipt(status="ignored", why="the sender tested the address, unsigned")

    def status(self, sender: str, tenant: str) -> SenderStatus:
        """The tenant's endpoints of a sender."""
        found = [(endpoint.endpoint, self.sights.of(endpoint)) for endpoint in self.endpoints.of(sender, tenant)]
        return SenderStatus(
            sender=sender,
            since=self.since,
            endpoints=[
                EndpointStatus(
                    endpoint=name,
                    counts=dict(sight.counts),
                    last_accepted=sight.last.get("accepted"),
                    last_ignored=sight.last.get("ignored"),
                    last_refused=sight.last.get("refused"),
                )
                for name, sight in found
            ],
        )


def unknown() -> Problem:
    """The answer to whoever asks for an endpoint that is not in the file."""
    return Problem(404, "endpoint_unknown", "There is no such endpoint.")


def _payload(body: bytes) -> Payload:
    try:
        return Payload(from_json(body))
    except ValueError:
        raise malformed_json() from None


def _read(delivery: Delivery, door: Door) -> Said | Ignored:
    try:
        return ADAPTERS[delivery.endpoint.sender](delivery)
    except Unmappable as error:
        wanted = InvalidParam(name=error.name, reason=error.reason)
        raise Problem(
            422, "unmappable", "The payload lacks what is needed; see invalid_params.", invalid_params=[wanted]
        ) from error
    except ValidationError as error:
        raise door.unfit(error) from error


def _forged(error: Forged, scheme: Scheme) -> Problem:
    is_basic = scheme.algorithm is Algorithm.BASIC
    challenge = 'Basic realm="failbetter"' if is_basic else f'Webhook-Signature header="{scheme.header}"'
    return Problem(401, error.code, str(error), headers={"WWW-Authenticate": challenge})
