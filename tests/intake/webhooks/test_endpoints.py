"""The file of endpoints: what is wrong is named without the secrets, and a change is taken up while intake runs."""

import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from structlog.testing import capture_logs

from services.intake.webhooks.endpoints import Endpoints, Sender, read_endpoints
from services.intake.webhooks.signatures import SCHEMES, Scheme
from shared.errors import Rejected
from tests.intake.webhooks.gallery import ENDPOINTS, NOW

ZENDESK = {"sender": "zendesk", "endpoint": "acme", "tenant": "acme", "secrets": ["correct-horse"]}
FIELDS = {"id": "id", "contact": {"fields": {"text": "message", "channel": {"value": "chat"}}}}


def file_of(folder: Path, *endpoints: Mapping[str, object]) -> Path:
    file = folder / "webhooks.yaml"
    file.write_text(yaml.safe_dump({"endpoints": [dict(each) for each in endpoints]}))
    return file


def test_an_endpoint_has_its_tenant_its_source_and_its_senders_scheme(tmp_path: Path) -> None:
    found = Endpoints(file_of(tmp_path, ZENDESK)).find("zendesk", "acme")

    assert found is not None
    assert (found.tenant, found.scope, found.schemes) == ("acme", "zendesk/acme", SCHEMES["zendesk"])


def test_there_are_none_without_a_file() -> None:
    assert Endpoints(None).find("zendesk", "acme") is None


def test_a_scheme_may_be_spelt_out_and_its_tolerance_changed(tmp_path: Path) -> None:
    scheme = {"header": "x-signature", "algorithm": "hmac-sha256", "encoding": "base64"}
    spelt = {**ZENDESK, "sender": "generic", "signature": scheme, "fields": FIELDS}
    file = file_of(tmp_path, spelt, {**ZENDESK, "tolerance_seconds": 900})
    endpoints = Endpoints(file)

    [own, other] = endpoints.find("generic", "acme"), endpoints.find("zendesk", "acme")
    assert own is not None
    assert other is not None
    assert own.schemes == (Scheme.model_validate(scheme),)
    assert [row.tolerance_seconds for row in other.schemes] == [900]


def test_zendesks_order_is_the_documented_one_unless_the_endpoint_says_otherwise() -> None:
    endpoints = Endpoints(ENDPOINTS)

    signed = {
        name: found.schemes[0].signed for name in ("acme", "older") if (found := endpoints.find("zendesk", name)) is not None
    }
    assert signed == {"acme": ("timestamp", "body"), "older": ("body", "timestamp")}


def test_a_secret_that_expires_counts_until_then(tmp_path: Path) -> None:
    old = {"secret": "old-secret", "expires_at": NOW.isoformat()}
    found = Endpoints(file_of(tmp_path, {**ZENDESK, "secrets": ["new-secret", old]})).find("zendesk", "acme")

    assert found is not None
    assert found.secrets_at(NOW - timedelta(seconds=1)) == ["new-secret", "old-secret"]
    assert found.secrets_at(NOW) == ["new-secret"]


GENERIC = {"sender": "generic", "signature": "github"}


def mapped(contact: Mapping[str, object] | None = None, **more: object) -> dict[str, object]:
    """A change that makes a generic endpoint of it, with these fields of a contact on top of what each needs."""
    fields = {"external_id": "id", "text": "message", "channel": {"value": "chat"}, **(contact or {})}
    return {**GENERIC, "fields": {"contact": {"fields": fields}, **more}}


def ending(**fields: object) -> dict[str, object]:
    return {**GENERIC, "fields": {"outcome": {"fields": fields}}}


UNSAFE_OR_VAIN = [
    ({**mapped(), "signature": {"header": "a", "algorithm": "hmac-sha256", "signed": []}}, "signature.scheme.signed"),
    (
        {
            **mapped(),
            "signature": {"header": "a", "algorithm": "hmac-sha256", "signed": ["timestamp"], "timestamp_header": "t"},
        },
        "signed: body has to be in it",
    ),
    ({"sender": "standard", "signature": "github"}, "standard has to be signed with an id"),
    (mapped(outcome={"when": ["closed"], "fields": {"external_id": "id", "resolution": {"value": "won"}}}), "when needs event"),
    ({**GENERIC, "fields": {"contact": {"fields": {"external_id": "id", "text": "t"}}}}, "a contact needs text and channel"),
    (
        {**GENERIC, "fields": {"contact": {"fields": {"external_id": "id", "channel": {"value": "chat"}}}}},
        "a contact needs text and channel",
    ),
    (ending(external_id="id"), "an outcome needs resolution"),
    (ending(resolution={"value": "won"}), "either external_id or contact_id"),
    (ending(external_id="id", contact_id="id", resolution={"value": "won"}), "either external_id or contact_id"),
    ({**GENERIC, "fields": {"event": "type"}}, "neither contact nor outcome"),
    (mapped({"channel": {"at": "from", "words": {"app": "in-app"}}}), "channel: one of email, chat"),
    (mapped({"channel": {"value": "fax"}}), "channel: one of email, chat"),
    (ending(external_id="id", resolution={"at": "state", "words": {"good": "fine"}}), "resolution: one of"),
    (mapped({"rating.score": "stars"}), "rating.score needs rating.scale"),
]

WRONG = [
    *UNSAFE_OR_VAIN,
    ({"sender": "fax"}, "endpoints.0.sender"),
    ({"endpoint": "Acme EU"}, "endpoints.0.endpoint"),
    ({"endpoint": "status"}, "address of the status"),
    ({"tenant": "preview"}, "means something else"),
    ({"secrets": []}, "endpoints.0.secrets"),
    ({"secrets": ["short"]}, "endpoints.0.secrets.0"),
    ({"colour": "red"}, "endpoints.0.colour"),
    ({"signature": "morse"}, "signature: one of zendesk"),
    ({"fields": FIELDS}, "only generic"),
    ({"questions": {"text": ["q"]}}, "only surveys"),
    ({"sender": "generic"}, "needs a signature and fields"),
    ({"sender": "generic", "signature": "github", "fields": {"contact": {"fields": {"name": "n"}}}}, "contact.fields.name"),
    (
        {
            "sender": "generic",
            "signature": "github",
            "fields": {"contact": {"fields": {"text": "t", "channel": {"value": "chat"}}}},
        },
        "a contact needs external_id",
    ),
    (
        {"sender": "generic", "fields": FIELDS, "signature": {"header": "X-A", "algorithm": "hmac-sha256"}},
        "signature.scheme.header",
    ),
    (
        {
            "sender": "generic",
            "fields": FIELDS,
            "signature": {"header": "a", "algorithm": "hmac-sha256", "signed": ["timestamp"]},
        },
        "needs timestamp_header",
    ),
    ({"sender": "generic", "fields": FIELDS, "signature": {"header": "a", "algorithm": "ed25519"}}, "needs key: whpk"),
    (
        {"sender": "generic", "signature": "github", "fields": {"contact": {"fields": {"text": {"at": "t", "word": {}}}}}},
        "contact.fields.text.taken.word",
    ),
    ({"sender": "formbricks"}, "questions.text"),
    ({"sender": "typeform", "questions": {"rating": "stars"}}, "rating needs its scale"),
    ({"sender": "standard"}, "whsec_"),
]


@pytest.mark.parametrize(("change", "said"), WRONG, ids=[said for _, said in WRONG])
def test_what_is_wrong_is_named_and_no_secret_is_told(tmp_path: Path, change: dict[str, object], said: str) -> None:
    with pytest.raises(Rejected) as refused:
        read_endpoints(file_of(tmp_path, {**ZENDESK, **change}))

    assert said in str(refused.value)
    assert "correct-horse" not in str(refused.value)


def test_an_address_is_there_once(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="twice"):
        read_endpoints(file_of(tmp_path, ZENDESK, {**ZENDESK, "tenant": "other"}))


def test_a_file_that_is_no_yaml_is_refused_by_its_line_alone(tmp_path: Path) -> None:
    file = tmp_path / "webhooks.yaml"
    file.write_text("endpoints:\n  - secrets: [correct-horse\n  - : }")

    with pytest.raises(Rejected, match="not valid YAML, line 3") as refused:
        read_endpoints(file)

    assert "correct-horse" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_date_that_no_calendar_has_is_refused_like_any_other_fault(tmp_path: Path) -> None:
    file = tmp_path / "webhooks.yaml"
    file.write_text("endpoints:\n  - secrets: [{secret: correct-horse, expires_at: 2026-11-31T00:00:00Z}]")

    with pytest.raises(Rejected, match="a date or a number") as refused:
        read_endpoints(file)

    assert "correct-horse" not in str(refused.value)


def test_a_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="No such file"):
        Endpoints(tmp_path / "webhooks.yaml")


def test_a_changed_file_is_taken_up_and_a_broken_one_is_not(tmp_path: Path) -> None:
    file = file_of(tmp_path, ZENDESK)
    endpoints = Endpoints(file)

    file_of(tmp_path, ZENDESK, {**ZENDESK, "sender": "typeform"})
    time.sleep(1.1)
    assert endpoints.find("typeform", "acme") is not None

    file.write_text("{")
    time.sleep(1.1)
    assert endpoints.find("typeform", "acme") is not None

    file_of(tmp_path)
    time.sleep(1.1)
    assert endpoints.find("typeform", "acme") is None


@pytest.mark.parametrize(
    "broken",
    ["", "origins: [events.example.com]\n", "endpoints: [{secrets: [{secret: s, expires_at: 2026-11-31T00:00:00Z}]}]"],
    ids=["empty", "without the endpoints", "a date that no calendar has"],
)
def test_a_file_that_lost_its_endpoints_is_reported_and_the_last_good_one_kept(tmp_path: Path, broken: str) -> None:
    file = file_of(tmp_path, ZENDESK)
    endpoints = Endpoints(file)

    file.write_text(broken)
    time.sleep(1.1)
    with capture_logs() as logs:
        assert endpoints.find("zendesk", "acme") is not None

    assert [log["event"] for log in logs] == ["endpoints.broken"]


def test_at_the_start_a_file_may_be_without_endpoints(tmp_path: Path) -> None:
    file = tmp_path / "webhooks.yaml"
    file.write_text("origins: [events.example.com]\n")

    assert Endpoints(file).grants("events.example.com")


def test_every_sender_has_a_scheme_of_its_own_but_the_generic_one() -> None:
    assert {sender.value for sender in Sender} - set(SCHEMES) == {"generic"}
