"""What training promises: labels in our words, nothing held out is learned, the same data give the same model."""

import filecmp
import json
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from services.triage.reading.artefact import NGRAMS, WEIGHTS, Learned, load, save
from services.triage.reading.heads import Head, Linear, Scale
from services.triage.reading.ngrams import Row, Vocabulary
from services.triage.reading.spans import Judged, Spans
from services.triage.training.calibration import calibrated, cut_off, expected_calibration_error, finding
from services.triage.training.examples import CORPUS, Example, Weights, examples, written
from services.triage.training.fitting import MEANING_C, NAME, Seen, head, kinds, misfit, scale, vocabulary, voice
from shared.events.words import Disposition, Kind

FOLDER = Path(__file__).parents[2] / "services" / "triage" / "training"


NOTHING = Judged(
    Scale(np.zeros(1, np.float32), np.ones(1, np.float32)), Linear(np.zeros((1, 2), np.float32), np.zeros(2, np.float32))
)
SPANS = Spans(NOTHING, NOTHING, NOTHING, NOTHING, 0.2)


@pytest.fixture(scope="module")
def everything() -> list[Example]:
    return examples(FOLDER)


@pytest.fixture(scope="module")
def tiny(everything: list[Example]) -> Seen:
    """A few examples, with layers that stand in for the encoder's: training must not care where they come from."""
    own = [e for e in everything if e.source == CORPUS]
    chosen = [
        *own[:160],
        *[e for e in own if e.label == "critical"][::7],
        *[e for e in everything if e.source == "goemotions"][:40],
    ]
    known = vocabulary([e.text for e in chosen])
    layers = np.random.default_rng(3).normal(size=(len(chosen), 32)).astype(np.float32)
    return Seen(chosen, [known.row(e.text) for e in chosen], scale(layers).of(layers), MEANING_C)


def fit(tiny: Seen) -> Learned:
    known = vocabulary([e.text for e in tiny.examples])
    everyone = np.ones(len(tiny.examples), dtype=np.bool_)
    english = voice(tiny, known, to=scale(tiny.views), judges=everyone)
    return Learned(NAME, english, abroad=english, misfit=misfit(tiny, features=len(known.names)), spans=SPANS)


def test_every_mapping_and_every_example_uses_our_words(everything: list[Example]) -> None:
    assert len(everything) > 10_000
    assert {e.disposition for e in everything} - {None} <= set(Disposition)


def test_our_own_examples_are_varied_and_none_is_there_twice(everything: list[Example]) -> None:
    own = [e for e in everything if e.source == CORPUS]
    industries = Counter(e.group for e in own)
    assert len(own) >= 4_000
    assert len({(e.text, e.language) for e in own}) == len(own)
    assert sum(count >= 100 for count in industries.values()) >= 15
    assert {e.disposition for e in own} >= set(Disposition) - {Disposition.UNKNOWN}
    assert {kind for e in own for kind in e.kinds} == set(Kind) - {Kind.UNKNOWN}
    assert {e.language for e in own} >= {"en", "de", "es", "fr", "it", "pt"}


def test_what_our_own_are_tested_on_is_not_among_them(everything: list[Example]) -> None:
    lines = [
        json.loads(line) for file in (FOLDER / "evaluation").glob("*.jsonl") for line in file.read_text("utf-8").splitlines()
    ]
    tested = {text for line in lines for text in (line["texts"].values() if "texts" in line else [line["text"]])}
    assert len(tested) > 1_000
    assert not tested & {e.text for e in everything}


def test_where_two_people_disagreed_nothing_is_learned(tmp_path: Path) -> None:
    said = {"text": "Meh.", "disposition": "praise", "frictions": [], "mood": "neutral", "urgency": "low", "industry": "bank"}
    (tmp_path / "a.jsonl").write_text(json.dumps({**said, "doubtful": ["mood"]}), encoding="utf-8")
    (example,) = written(tmp_path / "a.jsonl", Weights(1.0, 1.0, 1.0))
    assert (example.disposition, example.mood) == (Disposition.PRAISE, None)


def test_what_is_evaluated_on_is_not_trained_on(everything: list[Example]) -> None:
    for source in ("banking77", "clinc150", "cfpb"):
        held_out = {e.text for e in everything if e.source == source and e.held_out}
        trained = {e.text for e in everything if e.source == source and not e.held_out}
        assert held_out
        # The published splits share a few sentences; no more than those.
        assert len(held_out & trained) <= 0.01 * len(held_out)


@pytest.mark.timeout(600)
def test_the_same_examples_give_the_same_bytes(tiny: Seen, model_folder: Path, tmp_path: Path) -> None:
    for name in ("first", "second"):
        shutil.copytree(model_folder / "encoder", tmp_path / name / "encoder")
    versions = [save(fit(tiny), tmp_path / name, max_tokens=96) for name in ("first", "second")]
    assert versions[0] == versions[1]
    written = [*NGRAMS.values(), WEIGHTS, "model.json"]
    match, mismatch, errors = filecmp.cmpfiles(tmp_path / "first", tmp_path / "second", written, shallow=False)
    assert (len(match), mismatch, errors) == (4, [], [])


@pytest.mark.timeout(300)
def test_what_was_saved_is_what_is_loaded(tiny: Seen, model_folder: Path, tmp_path: Path) -> None:
    fitted = fit(tiny)
    shutil.copytree(model_folder / "encoder", tmp_path / "encoder")
    version = save(fitted, tmp_path, max_tokens=96)
    loaded = load(tmp_path)
    assert loaded.version == version
    for name in ("english", "abroad"):
        before = getattr(fitted, name).kind.log_probabilities(tiny.rows, tiny.views)
        after = getattr(loaded.learned, name).kind.log_probabilities(tiny.rows, tiny.views)
        assert np.abs(before - after).max() < 0.01


def test_a_head_learns_what_it_is_shown(tiny: Seen) -> None:
    answers, features = kinds(tiny.examples), max(int(row.indices.max(initial=0)) for row in tiny.rows) + 1
    judges = np.array([e.source == CORPUS for e in tiny.examples])
    found = head(tiny, answers, features=features, judges=judges, least=lambda *_: 0.5)
    rows = [tiny.rows[place] for place in answers.places.tolist()]
    chosen = found.by_words(rows).argmax(axis=1)
    assert (chosen == answers.truth).mean() > 0.8


def test_calibration_trusts_the_view_that_knows() -> None:
    truth = np.array([0, 1] * 50)
    knows = np.log(np.where(np.eye(2)[truth] == 1, 0.9, 0.1)).astype(np.float32)
    guesses = np.log(np.full((100, 2), 0.5)).astype(np.float32)
    assert calibrated(knows, guesses, truth, np.ones(100)).share > 0.5
    assert calibrated(guesses, knows, truth, np.ones(100)).share < 0.5


def test_alarms_are_raised_from_where_enough_are_found() -> None:
    grave = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4], dtype=np.float32)
    truth = np.array([1, 1, 0, 1, 1, 0])
    probabilities = np.column_stack([1 - grave, grave])

    assert finding(probabilities, truth, recall=0.7) == pytest.approx(0.6)
    assert finding(probabilities, truth, recall=1.0) == pytest.approx(0.5)


def test_the_cut_off_is_the_lowest_that_is_accurate_enough() -> None:
    probabilities = np.array([[0.9, 0.1]] * 8 + [[0.4, 0.6]] * 4, dtype=np.float32)
    truth = np.array([0] * 8 + [0] * 4)
    assert cut_off(probabilities, truth, accuracy=0.75) == pytest.approx(0.61, abs=0.01)


def test_a_reader_that_is_as_sure_as_it_is_right_has_no_calibration_error() -> None:
    probabilities = np.array([[0.75, 0.25]] * 40, dtype=np.float32)
    truth = np.array([0, 0, 0, 1] * 10)
    assert expected_calibration_error(probabilities, truth) == pytest.approx(0.0, abs=0.01)


def test_words_alone_can_be_asked_for_an_opinion() -> None:
    known = Vocabulary(words={"late": 0}, pieces={}, names=["late"], rarity=np.ones(1, dtype=np.float32))
    linear = Linear(np.array([[2.0, -2.0]], dtype=np.float32), np.zeros(2, dtype=np.float32))
    opinion = Head(("delay", "charge"), linear, linear, 1.0, 1.0, 0.5).by_words(
        [known.row("so late"), Row(np.zeros(0, np.int32), np.zeros(0, np.float32))]
    )
    assert np.exp(opinion[0]) == pytest.approx([0.982, 0.018], abs=0.001)
    assert np.exp(opinion[1]) == pytest.approx([0.5, 0.5])
