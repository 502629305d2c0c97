"""What insights decides, without a database."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.insights.rules.admission import admit, admit_bytes
from services.insights.rules.grouping import Grain, groups
from services.insights.rules.nearest import nearest
from services.insights.rules.priority import Weights, Worth, priority_of
from services.insights.rules.retelling import Telling, Verdict, judge
from services.insights.rules.suspicion import Attempt, suspect
from services.insights.rules.titles import Said, background, title
from shared.errors import Rejected
from shared.events import Trend
from tests.insights.saying import NOW, contact, contact_id, friction

TELLINGS = st.builds(Telling, st.integers(1, 4), st.integers(1, 4), st.just("f"))


@given(st.lists(TELLINGS, min_size=1), st.randoms(use_true_random=False))
def test_the_same_telling_wins_in_every_order(tellings: list[Telling], random: object) -> None:
    def winner(said: list[Telling]) -> Telling | None:
        known = None
        for telling in said:
            if judge(telling, known) in (Verdict.NEW, Verdict.REPLACES):
                known = telling
        return known

    assert winner(tellings) == winner(tellings[::-1]) == max(tellings, key=lambda one: (one.revision, one.reading))


def test_what_was_erased_stays_erased() -> None:
    assert judge(Telling(9, 9, "f"), Telling(1, 1, "", is_erased=True)) is Verdict.REPEATS


def test_priority_is_the_product_of_factors_that_are_told() -> None:
    priority = priority_of(customers=10, intensity=0.5, trend=Trend.ESCALATING, worth=Worth(100_000, 4))
    assert [(factor.name, round(factor.value, 3)) for factor in priority.factors] == [
        ("people", 10.0),
        ("intensity", 1.0),
        ("trend", 2.0),
        ("value", 1.2),
    ]
    assert priority.score == pytest.approx(24.0)


def test_weights_can_be_set() -> None:
    weights = Weights(escalating=5.0)
    assert priority_of(customers=2, intensity=0.5, trend=Trend.ESCALATING, weights=weights).score == pytest.approx(10.0)


def test_death_in_a_batch_accuses_no_record() -> None:
    suspicion = suspect(Attempt(10, 20))
    assert suspicion is not None
    assert [suspicion.deaths_at(offset) for offset in (10, 19)] == [0, 0]
    assert suspicion.until == 20


def test_the_third_death_at_the_same_record_is_fatal() -> None:
    deaths = 0
    for _ in range(3):
        suspicion = suspect(Attempt(7, 8, deaths))
        assert suspicion is not None
        deaths = suspicion.deaths_at(7)
        assert suspicion.deaths_at(8) == 0
        is_fatal = suspicion.is_fatal(7)
    assert deaths == 3
    assert is_fatal


def test_who_was_idle_did_not_die_of_anything() -> None:
    assert suspect(None) is None


def test_a_contact_from_before_2000_or_from_the_future_is_rejected() -> None:
    with pytest.raises(Rejected, match="before the year 2000"):
        admit(contact("a", occurred_at=NOW.replace(year=1999)))
    with pytest.raises(Rejected, match="later than its receipt"):
        admit(contact("a", occurred_at=NOW, received_at=NOW - timedelta(days=2)))


def test_a_vector_that_is_not_what_it_says_is_rejected() -> None:
    good = friction()
    short = good.model_copy(update={"vector": good.vector.model_copy(update={"dims": 7})})
    zero = good.model_copy(update={"vector": good.vector.model_copy(update={"values": bytes(32)})})
    for bad in (short, zero):
        with pytest.raises(Rejected, match=r"frictions\.0\.vector"):
            admit(contact("a", bad))


@pytest.mark.parametrize(
    ("said", "is_refused"), [(rb"a\u0000b", True), (rb"a\\u0000b", False), (rb"a\\\u0000b", True), (b"a", False)]
)
def test_the_nul_character_cannot_be_stored(said: bytes, *, is_refused: bool) -> None:
    if is_refused:
        with pytest.raises(Rejected):
            admit_bytes(said)
    else:
        admit_bytes(said)


def test_the_nearest_signal_takes_it_if_it_is_near_enough() -> None:
    signals = (contact_id("one"), contact_id("two"))
    centroids = np.eye(2, dtype=np.float32)
    found = nearest(np.array([[1, 0], [0.6, 0.8], [0.7, 0.7]], dtype=np.float32), centroids, signals, threshold=0.75)
    assert [one and one.signal_id for one in found] == [signals[0], signals[1], None]


GRAIN = Grain(threshold=0.6, people=3)


def test_groups_need_different_people_and_leave_strangers_out() -> None:
    random = np.random.default_rng(1)
    rows = [np.eye(8)[topic] + random.normal(0, 0.05, 8) for topic in [0] * 5 + [1] * 5 + [2, 3, 4]]
    vectors = np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32)
    persons = [*"abcde", *"xyxyx", *"pqr"]
    assert [group.rows for group in groups(vectors, persons, GRAIN)] == [(0, 1, 2, 3, 4)]


@pytest.mark.parametrize("count", [3, 5, 40, 400])
def test_what_is_all_alike_is_one_group_however_much_there_is(count: int) -> None:
    random = np.random.default_rng(1)
    rows = np.eye(1, 64, dtype=np.float32) + random.normal(0, 0.08, (count, 64))
    vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    [group] = groups(vectors, [f"person {number}" for number in range(count)], GRAIN)
    assert len(group.rows) == count


def test_groups_of_few_or_none_are_none() -> None:
    assert groups(np.zeros((0, 8), np.float32), [], GRAIN) == []
    assert groups(np.eye(3, dtype=np.float32), ["a", "b", "c"], GRAIN) == []


def said(*words: str) -> list[Said]:
    return [Said(f"person {number}", one) for number, one in enumerate(words)]


ELSEWHERE = said(*[f"The parcel number {number} never arrived and nobody answers the phone" for number in range(20)])


def test_a_title_is_what_several_people_say_and_others_do_not() -> None:
    members = said(
        "They charged a late fee twice",
        "There was a late fee again!",
        "Why is there a late fee?",
        "my dog Rex ate the late fee letter",
    )
    found = title(members, background([*members, *ELSEWHERE]), otherwise="-")
    assert found == "Late fee"


def test_a_title_that_another_signal_has_is_not_given_again() -> None:
    members = said("a late fee on my card", "the late fee, my card again", "late fee and my card")
    common = background([*members, *ELSEWHERE])
    first = title(members, common, otherwise="-")
    assert title(members, common, otherwise="-", taken={first}) not in {first, "-"}


def test_two_words_say_more_than_a_topic() -> None:
    found = title(said("account. locked", "locked. account", "account; locked"), background(ELSEWHERE), otherwise="-")
    assert found in {"Account · locked", "Locked · account"}


def test_a_title_never_quotes_one_or_two_people_nor_a_mask() -> None:
    members = said("XXXX XXXX from [email] John Smith", "John Smith XXXX 12/03 {$100.00}", "XXXX something else [name]")
    assert title(members, background([*members, *ELSEWHERE]), otherwise="Charge, not yet named") == "Charge, not yet named"


def test_a_title_keeps_the_names_of_things_and_shouts_nothing() -> None:
    members = said("I LOST MY CARD", "my PayPal card failed", "the PayPal card is lost", "a PayPal card")
    assert "PayPal card" in title(members, background([*members, *ELSEWHERE]), otherwise="-")
