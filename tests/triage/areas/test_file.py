"""A taxonomy is a file that people write: a wrong one says where and why."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from services.triage.areas.taxonomy import Taxonomy, schema
from services.triage.settings import HERE
from shared.errors import Rejected
from tests.triage.areas.parcels import GOOD, PARCELS, written

SHIPPED = sorted((HERE / "taxonomies").glob("*.yaml"))


def test_a_good_file_is_read(tmp_path: Path) -> None:
    taxonomy = Taxonomy.load(written(GOOD, tmp_path))

    assert [area.name for area in taxonomy.areas] == ["delivery", "returns"]
    assert taxonomy.areas[0].examples == ("Where is my parcel?", "It is late.")


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("name: shop\n", "name: shop\nlanguage: en\n", ":2: language: there is no such field"),
        ("name: shop\n", "", ":1: name: is missing"),
        ("name: shop", "name: My shop!", ":1: name: may hold small letters"),
        ("    title: Delivery\n", "    titel: Delivery\n", ":3: area delivery: title: is missing"),
        ("    title: Delivery\n", "    titel: Delivery\n", ":4: area delivery: titel: there is no such field"),
        ("title: Returns", "title: '  '", ":10: area returns: title: is empty"),
        ("- It is late.", "- ''", ":8: area delivery: examples 2: is empty"),
        ("- It is late.", "-", ":8: area delivery: examples 2: must be words"),
        ("- It is late.", "- no", ":8: area delivery: examples 2: must be words"),
        ("      - It is late.\n", "", ":7: area delivery: examples: there must be at least 2; here are 1"),
        ("- It is late.", "- where is  MY parcel?", ":8: area delivery: examples 2: the example is there twice"),
        ("[I want to return this., ", "[It is late., ", ":12: area returns: examples 1: area delivery has this example, too"),
        ("- name: returns", "- name: delivery", ":9: area delivery: name: there is an area of this name already"),
        ("    title: Returns\n", "    title: Returns\n    title: Twice\n", ":11: title is said twice"),
        ("Sending things back", "x" * 2_001, ":11: area returns: description: is longer than 2,000 characters"),
        ("- It is late.", "- [It is late.", "areas.yaml:"),
        (
            "examples: [I want to return this., How do I send it back]",
            "examples: none",
            ":12: area returns: examples: must be a list",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_line_area_and_reason(before: str, after: str, complaint: str, tmp_path: Path) -> None:
    assert before in GOOD
    with pytest.raises(Rejected) as refused:
        Taxonomy.load(written(GOOD.replace(before, after), tmp_path))

    assert complaint in str(refused.value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "must be a mapping with a name and a list of areas"),
        ("- a\n- b", "must be a mapping with a name and a list of areas"),
        ("name: shop\nareas: []", "areas: there must be at least 2; here are 0"),
        ("name: shop\nareas: [delivery, returns]", "area number 1: must be a mapping of names to values"),
    ],
)
def test_what_is_no_taxonomy_at_all_is_refused(text: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(Rejected, match=complaint):
        Taxonomy.load(written(text, tmp_path))


def test_too_many_areas_and_examples_are_refused(tmp_path: Path) -> None:
    area = PARCELS.areas[0].model_dump(mode="json")
    many = {"name": "many", "areas": [{**area, "name": f"a{i}", "examples": [f"{i} one", f"{i} two"]} for i in range(301)]}
    with pytest.raises(Rejected, match="areas: there may be 300 at most"):
        Taxonomy.load(written(yaml.safe_dump(many), tmp_path))
    long = {"name": "many", "areas": [{**area, "examples": [f"example {i}" for i in range(2_001)]}, area]}
    with pytest.raises(Rejected, match="examples: there may be 2,000 at most"):
        Taxonomy.load(written(yaml.safe_dump(long), tmp_path))


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    wrong = GOOD.replace("title: Delivery", "titel: Delivery").replace("- It is late.", "- ''")
    with pytest.raises(Rejected) as refused:
        Taxonomy.load(written(wrong, tmp_path))

    assert len(str(refused.value).splitlines()) == 3


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match=r"nowhere\.yaml: cannot be read"):
        Taxonomy.load(tmp_path / "nowhere.yaml")


def test_the_committed_schema_is_that_of_the_code_and_knows_a_good_file() -> None:
    committed = (HERE / "areas" / "taxonomy.schema.json").read_text()

    assert committed == schema()
    jsonschema.validate(yaml.safe_load(GOOD), json.loads(committed))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"name": "shop", "areas": []}, json.loads(committed))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_taxonomies_are_good_and_say_where_they_are_from(path: Path) -> None:
    taxonomy = Taxonomy.load(path)

    assert taxonomy.name == path.stem
    assert taxonomy.attribution
    assert min(len(area.examples) for area in taxonomy.areas) >= 5


def test_three_taxonomies_ship() -> None:
    assert [path.stem for path in SHIPPED] == ["consumer_finance", "it_help_desk", "online_banking"]
