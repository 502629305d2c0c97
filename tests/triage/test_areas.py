"""A company's own areas: a wrong file says where and why; what is trained is told again; what is broken is refused."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import jsonschema
import numpy as np
import pytest
import yaml

from services.triage.areas import Areas
from services.triage.areas.areas import NOTHING
from services.triage.areas.artefact import DESCRIPTION, load, save
from services.triage.areas.taxonomy import Taxonomy, schema
from services.triage.areas.training.examples import fits_nothing, material
from services.triage.areas.training.fitting import Fitted
from services.triage.areas.training.report import printed
from services.triage.areas.training.train import Wanted, train
from services.triage.areas.training.validation import Validation
from services.triage.reading import Candidate, Friction, Mood, Reading, Text, Vector
from services.triage.reading.encoder import SPACE, Encoder
from services.triage.reading.vectors import quantised
from services.triage.settings import HERE
from shared.errors import Rejected
from shared.events import CorrectionRecorded, Disposition, Feeling, Kind, Span, Urgency
from tests.triage.areas import PARCELS, encoder, fitted, without

SHIPPED = sorted((HERE / "taxonomies").glob("*.yaml"))

GOOD = """\
name: shop
areas:
  - name: delivery
    title: Delivery
    description: Late and lost parcels
    examples:
      - Where is my parcel?
      - It is late.
  - name: returns
    title: Returns
    description: Sending things back
    examples: [I want to return this., How do I send it back]
"""


@pytest.fixture(scope="module")
def reads() -> Encoder:
    return encoder()


@pytest.fixture(scope="module")
def parcels(reads: Encoder) -> Fitted:
    return fitted(using=reads)


def written(text: str, folder: Path) -> Path:
    path = folder / "areas.yaml"
    path.write_text(text)
    return path


# The file ---------------------------------------------------------------------------------------------------------------


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


# Learning ---------------------------------------------------------------------------------------------------------------


def test_areas_are_told_by_what_was_learned(parcels: Fitted, reads: Encoder, tmp_path: Path) -> None:
    save(parcels.learned, tmp_path)
    areas = load(tmp_path)

    said = ["my package still has not been delivered", "it came broken, the box torn", "the price on my bill is wrong"]
    assert [area for each in said for area in told(areas, reads, each)] == ["late", "damaged", "invoice"]


def test_what_fits_no_area_gets_none(reads: Encoder, parcels: Fitted, tmp_path: Path) -> None:
    save(parcels.learned, tmp_path)

    asked = ["what is the meaning of life", "play some jazz", "how tall is mount everest", "who wrote hamlet"]
    assert [told(load(tmp_path), reads, each) for each in asked].count((None,)) >= 3


def test_one_friction_is_told_by_the_whole_contact_and_several_by_their_passages(
    parcels: Fitted, reads: Encoder, tmp_path: Path
) -> None:
    save(parcels.learned, tmp_path)
    areas = load(tmp_path)
    late, bill = "My parcel is a week late.", "And the invoice shows the wrong price."
    body = f"{late} {bill}"
    both = reading(friction(reads, late, 0, len(late)), friction(reads, bill, len(late) + 1, len(body)))

    assert areas.of([Text(None, body)], [both]) == [("late", "invoice")]
    assert areas.of([Text(None, body), Text(None, bill)], [reading(), reading(friction(reads, bill, 0, 3))]) == [(), ("invoice",)]


def test_a_vector_of_another_space_is_not_asked(parcels: Fitted) -> None:
    foreign = Friction(0, 4, Kind.DELAY, 0.9, (), 0.5, (), Vector("another", 4, 0.01, bytes(4)))

    assert Areas("1", parcels.learned).of([Text(None, "late")], [reading(foreign)]) == [(None,)]


def test_the_same_file_gives_the_same_bytes_and_version_whatever_the_order_of_its_examples(
    parcels: Fitted, reads: Encoder, tmp_path: Path
) -> None:
    versions = [save(each.learned, tmp_path / name) for name, each in (("a", parcels), ("b", fitted(using=reads)))]

    assert versions[0] == versions[1]
    assert {f.name: f.read_bytes() for f in (tmp_path / "a").iterdir()} == {
        f.name: f.read_bytes() for f in (tmp_path / "b").iterdir()
    }
    assert save(fitted(without("invoice"), using=reads).learned, tmp_path / "c") != versions[0]


def test_figures_are_of_examples_that_were_not_learned(parcels: Fitted) -> None:
    found = parcels.validation

    assert len(found.truth) == 18  # descriptions are learned, not measured
    assert found.accuracy >= 0.75
    assert found.error_after < found.error_before
    assert found.nothing_recognised >= 0.8


def test_confusions_are_pairs_with_examples() -> None:
    truth = np.array([0] * 5 + [1] * 5 + [2] * 5)
    chosen = np.array([1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2])
    probabilities = np.full((15, 3), 0.1, dtype=np.float32)
    probabilities[np.arange(15), chosen] = 0.8
    texts = tuple(f"text {number}" for number in range(15))
    found = Validation(("a", "b", "c"), texts, truth, probabilities, probabilities, probabilities[:2], 0.3, 0.5, 0.4)

    [confusion] = found.confusions()
    assert (confusion.areas, confusion.times, confusion.examples) == (("a", "b"), 3, 10)
    assert confusion.shown == (("text 0", "a"), ("text 1", "a"))
    assert [(each.area, each.precision, each.recall) for each in found.of_areas()] == [
        ("a", 0.75, 0.6),
        ("b", pytest.approx(4 / 6), 0.8),
        ("c", 1.0, 1.0),
    ]
    assert 'a and b: 3 of 10 examples\n      "text 0" belongs to a' in printed(found)


def test_two_areas_with_two_examples_are_enough(reads: Encoder) -> None:
    few = without("invoice")
    few = few.model_copy(update={"areas": tuple(area.model_copy(update={"examples": area.examples[:2]}) for area in few.areas)})

    assert fitted(few, using=reads).learned.head.labels == ("late", "damaged", NOTHING)


def test_the_texts_that_fit_nothing_are_not_those_that_are_tested_on() -> None:
    assert len(fits_nothing()) == 200


# The folder -------------------------------------------------------------------------------------------------------------


def emptied(folder: Path) -> None:
    next(folder.glob("weights.*")).unlink()


def changed(folder: Path) -> None:
    file = next(folder.glob("ngrams.*"))
    file.write_bytes(file.read_bytes() + b"w\tmore\n")


def cut(folder: Path) -> None:
    file = folder / DESCRIPTION
    file.write_bytes(file.read_bytes()[:100])


def of_tomorrow(folder: Path) -> None:
    said = json.loads((folder / DESCRIPTION).read_text())
    (folder / DESCRIPTION).write_text(json.dumps({**said, "format": 2}))


def of_another_space(folder: Path) -> None:
    said = json.loads((folder / DESCRIPTION).read_text())
    (folder / DESCRIPTION).write_text(json.dumps({**said, "space": "elsewhere"}))


def outside(folder: Path) -> None:
    said = json.loads((folder / DESCRIPTION).read_text())
    (folder / DESCRIPTION).write_text(json.dumps({**said, "weights": {**said["weights"], "file": "../weights.npz"}}))


def fewer_areas(folder: Path) -> None:
    said = json.loads((folder / DESCRIPTION).read_text())
    (folder / DESCRIPTION).write_text(json.dumps({**said, "areas": said["areas"][:2]}))


@pytest.mark.parametrize(
    ("breaks", "complaint"),
    [
        (emptied, "the file is missing"),
        (changed, "its content is not what taxonomy.json describes"),
        (cut, "not a description of a taxonomy"),
        (of_tomorrow, "format 2"),
        (of_another_space, "in space elsewhere"),
        (outside, "weights.file"),
        (fewer_areas, "the weights do not fit"),
        (shutil.rmtree, "No such file"),
    ],
)
def test_a_broken_folder_is_refused_by_name(
    breaks: Callable[[Path], None], complaint: str, parcels: Fitted, tmp_path: Path
) -> None:
    save(parcels.learned, tmp_path / "parcels")
    breaks(tmp_path / "parcels")
    with pytest.raises(Rejected, match=complaint) as refused:
        load(tmp_path / "parcels")

    assert str(tmp_path) in str(refused.value)


def test_a_training_leaves_what_it_replaced_for_whoever_is_reading_it_and_nothing_older(
    parcels: Fitted, reads: Encoder, tmp_path: Path
) -> None:
    for each in (parcels, fitted(without("invoice"), using=reads), fitted(without("late"), using=reads)):
        save(each.learned, tmp_path)

    assert len(list(tmp_path.iterdir())) == 5
    assert load(tmp_path).learned.head.labels == ("damaged", "invoice", NOTHING)


# Corrections and the command --------------------------------------------------------------------------------------------


def correction(
    text: str, area: str | None, *, minutes: int = 0, contact: UUID | None = None, **said: object
) -> CorrectionRecorded:
    return CorrectionRecorded.model_validate(
        {
            "tenant": "acme",
            "correction_id": uuid4(),
            "contact_id": contact or uuid4(),
            "text": text,
            "area": area,
            "actor": "ada",
            "corrected_at": datetime(2026, 11, 20, tzinfo=UTC) + timedelta(minutes=minutes),
            **said,
        }
    )


def trained_with(tmp_path: Path, *found: CorrectionRecorded, tenant: str | None = None) -> str:
    """What is said when training with these corrections."""
    taxonomy = tmp_path / "parcels.yaml"
    taxonomy.write_text(yaml.safe_dump(PARCELS.model_dump(mode="json", exclude_none=True)))
    file = tmp_path / "corrections.jsonl"
    file.write_text("".join(f"{each.model_dump_json()}\n" for each in found))
    said: list[str] = []
    train(Wanted(taxonomy, HERE / "model", tmp_path / "out", file, tenant), said.append)
    return "\n".join(said)


def test_what_people_corrected_is_learned(reads: Encoder, tmp_path: Path) -> None:
    lost = "The drone dropped it into the neighbour's pond"
    contact = uuid4()
    said = trained_with(
        tmp_path,
        correction(lost, "late", minutes=2, contact=contact),
        correction(lost, "damaged", minutes=1, contact=contact),
        correction(f"Hello. {lost}. Bye.", "late", span=Span(start=7, end=7 + len(lost))),
        correction("whatever", "pigeons"),
        correction("no area in it", None, kind=Kind.DELAY),
    )

    assert (
        "Corrections: 2 used, 1 replaced by later ones, 1 say no area, 1 name areas that are not in the taxonomy: pigeons (1)"
        in said
    )
    assert "parcels: 3 areas, 19 examples and 3 descriptions" in said
    assert told(load(tmp_path / "out"), reads, lost) == ("late",)


def test_a_correction_counts_more_than_the_file() -> None:
    text = PARCELS.areas[0].examples[0]
    found = material(PARCELS, [("invoice", text)])

    assert [each.place for each in found.examples if each.text == text] == [2]


def test_corrections_of_several_companies_are_never_mixed(tmp_path: Path) -> None:
    mixed = (correction("a", "late"), correction("b", "late", tenant="zeta"))
    with pytest.raises(Rejected, match="acme, zeta"):
        trained_with(tmp_path, *mixed)

    assert "Corrections: 1 used" in trained_with(tmp_path, *mixed, tenant="zeta")


def test_a_line_that_is_no_correction_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "areas.yaml").write_text(GOOD)
    (tmp_path / "corrections.jsonl").write_text('\n{"text": "secret"}\n')
    with pytest.raises(Rejected, match=r"corrections\.jsonl:2: not a correction") as refused:
        train(Wanted(tmp_path / "areas.yaml", HERE / "model", tmp_path / "out", tmp_path / "corrections.jsonl"), print)

    assert "secret" not in str(refused.value)
    assert not (tmp_path / "out").exists()


def told(areas: Areas, reads: Encoder, body: str) -> tuple[str | None, ...]:
    [found] = areas.of([Text(None, body)], [reading(friction(reads, body, 0, len(body)))])
    return found


def friction(reads: Encoder, said: str, start: int, end: int) -> Friction:
    [vector] = reads.encode([said])
    return Friction(start, end, Kind.DELAY, 0.9, (Candidate(Kind.DELAY, 0.9),), 0.5, (), quantised(vector, space=SPACE))


def reading(*frictions: Friction) -> Reading:
    mood = Mood(Feeling.NEUTRAL, 0.9, "")
    return Reading(Disposition.FRICTION, 0.9, None, frictions, mood, Urgency.NORMAL, None, "en")
