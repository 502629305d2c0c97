"""What is learned from a taxonomy tells areas apart, and knows what fits none."""

from pathlib import Path

import numpy as np
import pytest

from services.triage.areas import Areas
from services.triage.areas.areas import NOTHING
from services.triage.areas.artefact import load, save
from services.triage.areas.training.examples import fits_nothing
from services.triage.areas.training.fitting import Fitted
from services.triage.areas.training.report import printed
from services.triage.areas.training.validation import Validation
from services.triage.reading import Friction, Text, Vector
from services.triage.reading.encoder import Encoder
from shared.events import Kind
from tests.triage.areas.parcels import fitted, friction, reading, told, without


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
