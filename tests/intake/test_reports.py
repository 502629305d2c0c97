"""Outcomes and erasures over HTTP."""

from pathlib import Path
from typing import Any

import pytest

from services.intake.pseudonyms import Pseudonyms
from shared.credentials import Scope, read_keys
from shared.events import FORGOTTEN, OUTCOMES, CustomerForgotten, OutcomeReported, Resolution
from tests.intake.conftest import NOW, TENANT, Intake, Reading
from tests.intake.test_contacts import WHOLE

pytestmark = pytest.mark.broker
CONTACT_ID = "0a9c3b5e-0000-4000-8000-000000000001"


async def test_an_outcome_finds_its_contact_by_the_ids_the_app_knows(intake: Intake, published: Reading) -> None:
    contact = await intake.http.post("/v1/contacts", json=WHOLE)
    outcome = {
        "source": "zendesk-eu",
        "external_id": "35436-1",
        "resolution": "won",
        "csat": 5,
        "minutes_spent": 3,
        "remedy_taken": True,
    }

    async with published(OUTCOMES, OutcomeReported) as reported:
        answer = await intake.http.post("/v1/outcomes", json=outcome)
        [decoded] = await reported.next()

    assert answer.status_code == 202
    assert answer.json()["contact_id"] == contact.json()["contact_id"] == str(decoded.event.contact_id)
    event = decoded.event
    assert (event.tenant, event.resolution, event.csat, event.minutes_spent, event.remedy_taken) == (
        TENANT,
        Resolution.WON,
        5,
        3.0,
        True,
    )
    assert event.occurred_at == NOW


async def test_an_outcome_may_name_its_contact_by_our_id(intake: Intake) -> None:
    answer = await intake.http.post("/v1/outcomes", json={"contact_id": CONTACT_ID, "resolution": "lost"})

    assert (answer.status_code, answer.json()["contact_id"]) == (202, CONTACT_ID)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"resolution": "won"}, "body"),
        ({"resolution": "won", "contact_id": CONTACT_ID, "external_id": "1"}, "body"),
        ({"contact_id": CONTACT_ID}, "resolution"),
        ({"contact_id": CONTACT_ID, "resolution": "won", "csat": 6}, "csat"),
        ({"contact_id": CONTACT_ID, "resolution": "won", "minutes_spent": -1}, "minutes_spent"),
        ({"contact_id": "7", "resolution": "won"}, "contact_id"),
        ({"contact_id": CONTACT_ID, "resolution": "won", "occurred_at": "2026-11-21T00:00:00Z"}, "occurred_at"),
    ],
)
async def test_an_outcome_that_does_not_fit_is_refused_by_name(intake: Intake, body: dict[str, Any], name: str) -> None:
    answer = await intake.http.post("/v1/outcomes", json=body)

    assert answer.status_code == 422
    assert [param["name"] for param in answer.json()["invalid_params"]] == [name]


async def test_an_erasure_names_every_pseudonym_that_may_be_in_use(intake: Intake, published: Reading) -> None:
    object.__setattr__(intake.pipeline, "pseudonyms", Pseudonyms(b"2" * 32, b"1" * 32))

    async with published(FORGOTTEN, CustomerForgotten) as forgotten:
        answer = await intake.http.post("/v1/erasures", json={"customer_id": "c-1001"})
        [decoded] = await forgotten.next()

    assert answer.json() == {"erasure_id": str(decoded.event.erasure_id), "status": "accepted"}
    assert decoded.event.customers == (Pseudonyms(b"2" * 32).of(TENANT, "c-1001"), Pseudonyms(b"1" * 32).of(TENANT, "c-1001"))
    assert "c-1001" not in decoded.event.model_dump_json()


async def test_an_erasure_needs_a_scope_of_its_own(intake: Intake, tmp_path: Path) -> None:
    [credential] = read_keys(tmp_path / "keys.json").keys
    intake.door.credentials._keys = {
        credential.key_id: credential.model_copy(update={"scopes": frozenset({Scope.CONTACTS_WRITE})})
    }

    answer = await intake.http.post("/v1/erasures", json={"customer_id": "c-1001"})

    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


async def test_a_report_that_is_too_large_is_refused(intake: Intake) -> None:
    answer = await intake.http.post("/v1/outcomes", content=b" " * (16 * 1024 + 1))

    assert answer.status_code == 413
