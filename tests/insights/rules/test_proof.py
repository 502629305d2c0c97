"""Whether a fix works, as far as the contacts tell. How often a verdict is wrong is measured by `python -m bench.proof`."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.insights.rules.proof import Days, Verdict, calm, proof_of
from services.insights.rules.shrinkage import ratios

WEEK = [6.0, 5.0, 7.0, 5.0, 6.0, 4.0, 4.0]


def days(*contacts: float, exposure: float = 100.0) -> Days:
    return Days(np.array(contacts, dtype=np.float64), np.full(len(contacts), exposure), weekday=0)


BEFORE = days(*WEEK * 4)


def test_a_rate_that_fell_is_verified_with_an_interval_below_one() -> None:
    proof = proof_of(BEFORE, days(2, 2, 3, 2, 2, 1, 1))

    assert proof.verdict is Verdict.VERIFIED
    assert proof.ratio is not None
    assert proof.high is not None
    assert 0 < proof.low < proof.ratio < proof.high < 1
    assert proof.ratio == pytest.approx(13 / 37, abs=0.01)
    assert proof.needed is None


def test_a_rate_that_stayed_is_not_working_once_that_is_sure() -> None:
    proof = proof_of(days(*WEEK * 40), days(*WEEK * 20))

    assert proof.verdict is Verdict.NOT_WORKING
    assert proof.high is not None
    assert 0.8 < proof.low < 1 < proof.high


def test_too_little_is_told_with_what_it_needs() -> None:
    proof = proof_of(BEFORE, days(2))

    assert proof.verdict is Verdict.NOT_ENOUGH_DATA
    assert proof.needed is not None
    later = proof_of(BEFORE, days(*[2.0] * (1 + proof.needed.days)))
    assert later.verdict is Verdict.VERIFIED
    assert proof.needed.contacts == 2 * proof.needed.days


def test_before_the_first_day_is_over_half_the_rate_is_hoped_for() -> None:
    proof = proof_of(BEFORE, days())

    assert (proof.verdict, proof.ratio) == (Verdict.NOT_ENOUGH_DATA, None)
    assert proof.needed is not None
    assert 0 < proof.needed.days < 30


def test_without_contacts_before_nothing_can_be_proved() -> None:
    proof = proof_of(days(*[0.0] * 28), days(0, 0, 0))

    assert (proof.verdict, proof.ratio, proof.low, proof.high, proof.needed) == (Verdict.NOT_ENOUGH_DATA, None, 0.0, None, None)


def test_without_anybody_whom_it_could_have_happened_to_nothing_is_proved() -> None:
    for before, after in ((days(3, 4, exposure=0), days(1)), (BEFORE, days(1, exposure=0))):
        proof = proof_of(before, after)

        assert (proof.verdict, proof.ratio, proof.needed) == (Verdict.NOT_ENOUGH_DATA, None, None)


def test_more_days_never_take_a_verdict_back() -> None:
    sure = [2.0, 2, 3, 2, 2, 1, 1]
    unsure = proof_of(BEFORE, days(*sure, *[9.0] * 7))

    assert proof_of(BEFORE, days(*sure)).verdict is Verdict.VERIFIED
    assert unsure.verdict is Verdict.VERIFIED
    assert unsure.high is None or unsure.high > 1


def test_contacts_that_come_late_do() -> None:
    assert proof_of(BEFORE, days(2, 2, 3, 2, 2, 1, 1)).verdict is Verdict.VERIFIED
    assert proof_of(BEFORE, days(5, 5, 6, 5, 5, 4, 4)).verdict is Verdict.NOT_ENOUGH_DATA


def test_days_on_which_a_third_more_write_about_other_things_are_left_out() -> None:
    after = Days(np.full(7, 3.0), np.array([100.0, 134, 100, 400, 100, 133, 100]), weekday=0)

    kept, left = calm(BEFORE, after)

    assert kept.contacts.tolist() == BEFORE.contacts.tolist()
    assert left.exposure.tolist() == [100, 0, 100, 0, 100, 133, 100]
    assert left.contacts.tolist() == [3, 0, 3, 0, 3, 3, 3]


def test_what_is_usual_is_so_on_its_day_of_the_week() -> None:
    busy = np.array([200.0, 200, 200, 200, 200, 50, 50])
    before = Days(np.full(14, 3.0), np.tile(busy, 2), weekday=0)

    _, left = calm(before, Days(np.full(7, 3.0), np.full(7, 200.0), weekday=0))

    assert (left.exposure > 0).tolist() == [True] * 5 + [False] * 2


@pytest.mark.parametrize("number", range(8))
def test_few_days_before_are_compared_too(number: int) -> None:
    before, after = calm(days(*[3.0] * number), days(1, 1))

    assert proof_of(before, after).verdict is Verdict.NOT_ENOUGH_DATA


def test_more_exposure_is_no_worse_rate() -> None:
    proof = proof_of(BEFORE, days(*[2 * contacts for contacts in WEEK], exposure=200))

    assert proof.ratio == pytest.approx(1.0)
    assert proof.high is not None
    assert proof.low < 1 < proof.high


def test_a_weekend_after_is_compared_with_weekends_before() -> None:
    calm = [40.0, 40, 40, 40, 40, 10, 10]
    proof = proof_of(days(*calm * 4), Days(np.array([10.0, 10.0]), np.full(2, 100.0), weekday=5))

    assert proof.verdict is Verdict.NOT_ENOUGH_DATA
    assert proof.ratio == pytest.approx(1.0, abs=0.1)


def test_wild_days_make_the_interval_wider() -> None:
    wild = proof_of(days(*[0.0, 12.0] * 14), days(0, 6, 0, 6, 0, 6, 0))
    calm = proof_of(days(*[6.0] * 28), days(3, 2, 3, 2, 3, 2, 3))

    assert wild.high is not None
    assert calm.high is not None
    assert wild.high - wild.low > calm.high - calm.low


@given(st.lists(st.integers(0, 30), min_size=7, max_size=28), st.lists(st.integers(0, 30), max_size=28))
def test_the_interval_always_holds_the_ratio(before: list[int], after: list[int]) -> None:
    proof = proof_of(days(*before), days(*after))

    assert proof.ratio is None or proof.low <= proof.ratio <= (proof.high or proof.ratio)


def test_few_counts_move_a_ratio_less_than_many() -> None:
    few = ratios(np.array([9.0, 1.0]), np.array([5.0, 5.0]))
    many = ratios(np.array([900.0, 100.0]), np.array([500.0, 500.0]))

    assert 1 < few[0] < many[0] < 1.8
    assert ratios(np.array([5.0, 5.0]), np.array([5.0, 5.0])).tolist() == [1.0, 1.0]
