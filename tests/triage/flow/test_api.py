"""POST /v1/preview: the full triage of a text, nothing stored."""

import asyncio
import base64
import json
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry

from services.triage.api import create_app
from services.triage.decide import Known
from services.triage.desk import Desk, Reader
from services.triage.metrics import Metrics
from services.triage.previews import Previews
from services.triage.reading import Reading, Text
from services.triage.remedies import RemedyBook
from shared.clock import utc_now
from shared.credentials import Credentials, Scope, add_key, create_key
from shared.events import Kind, Versioned
from shared.tasks import Lifetime
from tests.triage.flow.conftest import SHIPPED
from tests.triage.flow.saying import NOW, Keywords
from tests.triage.flow.test_remedies import changed


@asynccontextmanager
async def triage(
    *, reader: Reader | None = None, remedies: RemedyBook | None = None, keys: Path | None = None, at_a_time: int = 2
) -> AsyncIterator[httpx.AsyncClient]:
    registry = CollectorRegistry()
    known = Known(SHIPPED, remedies or RemedyBook(), Versioned(name="keywords", version="1"), 1)
    with Desk(reader or Keywords(), known, clock=utc_now, metrics=Metrics.on(registry)) as desk:
        credentials = None if keys is None else Credentials(keys)
        previews = Previews(desk, clock=utc_now, at_a_time=at_a_time, credentials=credentials)
        app = create_app(previews=previews, lifetime=Lifetime(), registry=registry, checks={})
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://triage") as http:
            yield http


async def test_a_text_is_answered_with_its_full_triage() -> None:
    async with triage() as http:
        answer = await http.post(
            "/v1/preview", json={"text": "angry about the charge", "area": "cards", "rating": {"score": 1, "scale": 5}}
        )

    said = answer.json()
    assert answer.status_code == 200
    assert (said["disposition"], said["mood"]["feeling"], said["language"]) == ("friction", "angry", "en")
    assert [(friction["kind"], friction["area"]) for friction in said["frictions"]] == [("charge", "cards")]
    assert base64.b64decode(said["frictions"][0]["vector"]["values"]) == bytes([1, 2, 3, 4])
    assert said["route"] == {"queue": "billing", "rule": "charge"}
    assert (said["reading"], said["model"]) == (1, {"name": "keywords", "version": "1"})
    assert "contact" not in said


@pytest.mark.parametrize(
    ("body", "status", "code", "names"),
    [
        (b"{", 400, "malformed_json", ["body"]),
        (b"{}", 422, "invalid", ["text"]),
        (b'{"text": ""}', 422, "invalid", ["text"]),
        (json.dumps({"text": "x" * 20_001}).encode(), 422, "invalid", ["text"]),
        (b'{"text": "x", "txet": 1, "rating": {"score": 1, "scale": 0}}', 422, "invalid", ["rating.scale", "txet"]),
        (b'{"text": "' + b"x" * 300_000 + b'"}', 413, "too_large", []),
    ],
)
async def test_what_does_not_fit_is_refused_by_name(body: bytes, status: int, code: str, names: list[str]) -> None:
    async with triage() as http:
        answer = await http.post("/v1/preview", content=body)

    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert sorted(param["name"] for param in answer.json()["invalid_params"]) == names


@dataclass(frozen=True)
class Waiting:
    """Reads only once it is allowed to."""

    allowed: threading.Event = field(default_factory=threading.Event)
    name: str = "waiting"
    version: str = "1"

    def read(self, texts: Sequence[Text]) -> list[Reading]:
        assert self.allowed.wait(10)
        return Keywords().read(texts)


async def test_more_previews_than_allowed_at_a_time_are_told_to_come_back() -> None:
    reader = Waiting()
    async with triage(reader=reader, at_a_time=2) as http, asyncio.TaskGroup() as tasks:
        first = [tasks.create_task(http.post("/v1/preview", json={"text": "gap"})) for _ in range(2)]
        await asyncio.sleep(0.2)
        third = await http.post("/v1/preview", json={"text": "gap"})
        assert (await http.get("/health/live")).status_code == 200
        reader.allowed.set()

    assert (third.status_code, third.json()["code"], third.headers["retry-after"]) == (503, "busy", "1")
    assert [one.result().status_code for one in first] == [200, 200]


async def test_with_a_key_file_a_preview_needs_a_key_and_is_offered_its_tenants_remedies(tmp_path: Path) -> None:
    key, credential = create_key("acme", [Scope.INSIGHTS_READ], now=NOW)
    add_key(tmp_path / "keys.json", credential)
    book = RemedyBook()
    book.learn(known := changed("acme", kinds=(Kind.ACCESS,)))

    async with triage(remedies=book, keys=tmp_path / "keys.json") as http:
        stranger = await http.post("/v1/preview", json={"text": "no access"})
        acme = await http.post("/v1/preview", json={"text": "no access"}, headers={"Authorization": f"Bearer {key}"})
    async with triage(remedies=book) as http:
        anybody = await http.post("/v1/preview", json={"text": "no access"})

    assert (stranger.status_code, stranger.json()["code"]) == (401, "unauthorized")
    assert acme.json()["remedy"]["remedy_id"] == str(known.remedy.remedy_id)
    assert (anybody.status_code, anybody.json()["remedy"]) == (200, None)


async def test_the_openapi_document_shows_what_may_be_sent() -> None:
    async with triage() as http:
        document = (await http.get("/openapi.json")).json()
        content = document["paths"]["/v1/preview"]["post"]["requestBody"]["content"]["application/json"]
        for example in content["examples"].values():
            assert (await http.post("/v1/preview", json=example["value"])).status_code == 200

    assert {"PreviewRequest", "Preview"} <= document["components"]["schemas"].keys()
