"""What people corrected is learned, and counts more than the file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import yaml

from services.triage.areas.artefact import load
from services.triage.areas.training.examples import material
from services.triage.areas.training.train import Wanted, train
from services.triage.reading.encoder import Encoder
from services.triage.settings import HERE
from shared.errors import Rejected
from shared.events import CorrectionRecorded, Kind, Span
from tests.triage.areas.parcels import GOOD, PARCELS, told


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
