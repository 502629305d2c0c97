"""Routing rules: the first that fits decides, and a wrong file says which rule and which field."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from services.triage.reading import Reading, Text
from services.triage.rules import Routes, schema
from services.triage.settings import HERE
from shared.errors import Rejected
from shared.events import Queue
from tests.triage.flow.saying import Keywords, contact


def rules(text: str, folder: Path) -> Routes:
    path = folder / "routes.yaml"
    path.write_text(text)
    return Routes.load(path)


def read(text: str) -> Reading:
    [reading] = Keywords().read([Text(None, text)])
    return reading


@pytest.fixture
def shipped() -> Routes:
    return Routes.load(HERE / "routes.yaml")


@pytest.mark.parametrize(
    ("text", "queue", "rule"),
    [
        ("charge and trust", Queue.TRUST, "fraud-privacy-safety"),
        ("fire", Queue.CARE, "critical"),
        ("thanks", Queue.GROWTH, "praise"),
        ("charge", Queue.BILLING, "charge"),
        ("defect", Queue.ENGINEERING, "broken"),
        ("gap", Queue.PRODUCT, "missing-or-in-the-way"),
        ("confusion", Queue.KNOWLEDGE, "does-not-know-how"),
        ("delay", Queue.CARE, "everything-else"),
    ],
)
def test_the_shipped_rules_send_a_contact_to_who_can_help(shipped: Routes, text: str, queue: Queue, rule: str) -> None:
    route = shipped.route(contact(text), read(text))

    assert (route.queue, route.rule) == (queue, rule)


def test_the_first_rule_that_fits_decides(tmp_path: Path) -> None:
    routes = rules(
        """
        rules:
          - {name: big-and-angry, when: {mood: angry, annual_value_at_least: 1000, plan: [pro, team]}, route: care}
          - {name: unsure, when: {confidence_below: 0.5}, route: knowledge}
          - {name: strong, when: {intensity_at_least: 0.5, kind: [charge, defect], product: shop}, route: billing}
          - {name: rest, route: none}
        """,
        tmp_path,
    )

    assert routes.route(contact("angry", annual_value=1000.0, plan="pro"), read("angry")).rule == "big-and-angry"
    assert routes.route(contact("angry", annual_value=999.0, plan="pro", product="shop"), read("angry")).rule == "strong"
    assert routes.route(contact("angry", plan="pro"), read("angry")).rule == "rest"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "must be a mapping with a list named rules"),
        ("rules: []", "there must be at least one rule"),
        (
            "rules: [{name: a, route: care, when: {kind: bug}}, {name: z, route: care}]",
            "rule a: when.kind: Input should be 'defect'",
        ),
        (
            "rules: [{name: a, route: care, when: {moood: angry}}, {name: z, route: care}]",
            "rule a: when.moood: there is no such field",
        ),
        ("rules: [{name: a, route: nobody}]", "rule a: route: Input should be 'care'"),
        ("rules: [{when: {kind: gap}, route: care}, {name: z, route: care}]", "rule number 1: name: is missing"),
        ("rules: [{name: a, when: {kind: gap}, route: care}]", "the last rule, a, must do without `when`"),
        ("rules: [{name: a, route: care}, {name: z, route: care}]", "rule a has no `when`"),
        ("rules: [{name: a, when: {}, route: care}, {name: z, route: care}]", "rule a: when: says nothing"),
        ("rules: [{name: a, when: {kind: gap}, route: care}, {name: a, route: care}]", "two rules are named a"),
        ("rules: [{name: a, when: {language: no}, route: care}, {name: z, route: care}]", "rule a: when.language: a truth value"),
        ("rules: [{name: a, name: b, route: care}]", "name is said twice"),
        ("rules: [\t", "cannot be read"),
    ],
)
def test_a_wrong_file_is_refused_with_the_rule_and_the_field(text: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(Rejected) as refused:
        rules(text, tmp_path)

    assert complaint in str(refused.value)
    assert "routes.yaml" in str(refused.value)


def test_the_committed_schema_is_that_of_the_rules() -> None:
    assert (HERE / "routes.schema.json").read_text() == schema(), (
        "run `python -m services.triage.rules > services/triage/routes.schema.json`"
    )


def test_an_editor_that_knows_the_schema_agrees_with_the_shipped_rules() -> None:
    jsonschema.validate(yaml.safe_load((HERE / "routes.yaml").read_text()), json.loads(schema()))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"rules": [{"name": "a", "when": {"kind": "bug"}, "route": "care"}]}, json.loads(schema()))
