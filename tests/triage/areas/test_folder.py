"""What was trained is a folder: a broken one is refused by name."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from services.triage.areas.areas import NOTHING
from services.triage.areas.artefact import DESCRIPTION, load, save
from services.triage.areas.training.fitting import Fitted
from services.triage.reading.encoder import Encoder
from shared.errors import Rejected
from tests.triage.areas.parcels import fitted, without


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
