"""Where a signal is going. How soon and how rarely wrongly is measured by `python -m bench.trend`."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from services.insights.rules.baseline import WEEK, Baseline, Straying, baseline_of, rhythm_of, usual_straying, weeks_of
from services.insights.rules.surprise import surprise
from services.insights.rules.trend import WINDOWS, Windows, compared, uncompared
from shared.events import Trend

NOW = datetime(2025, 11, 24, 9, 30, tzinfo=UTC)
CALM = Straying(0.0, 0.0)
FLAT = np.ones(WEEK)


def trend(*observed: float, expected: float = 1.0, variance: float = 0.001) -> Trend:
    """Of what came in a quarter of an hour, 1, 3, 8, 24 and 168 hours, where so much is expected an hour."""
    rows = (np.array([observed], dtype=np.float64), expected * WINDOWS[None], np.full((1, len(WINDOWS)), variance))
    return compared(Windows(*rows))[0]


def busy_by_day(random: np.random.Generator, *, weeks: int, hourly: float) -> NDArray[np.float64]:
    """Twelve hours with three times as many contacts as the other twelve."""
    return random.poisson(hourly * np.tile(np.repeat([0.5, 1.5], 12), 7), (weeks, WEEK)).astype(np.float64)


def test_what_comes_as_it_used_to_is_steady() -> None:
    assert trend(4, 17, 45, 130, 380, 2700, expected=16) is Trend.STEADY


def test_three_times_as_many_within_an_hour_escalate() -> None:
    assert trend(12, 48, 80, 160, 420, 2720, expected=16) is Trend.ESCALATING


def test_a_few_too_many_do_not() -> None:
    assert trend(5, 24, 60, 150, 400, 2720, expected=16) is Trend.STEADY


def test_many_more_in_a_week_escalate_even_where_an_hour_holds_none() -> None:
    assert trend(0, 0, 0, 2, 4, 20, expected=5 / WEEK, variance=0.05) is Trend.ESCALATING


def test_what_is_not_known_well_escalates_later() -> None:
    assert trend(0, 0, 0, 2, 4, 20, expected=5 / WEEK, variance=1.0) is Trend.STEADY


def test_a_surge_that_is_over_does_not_escalate_any_more() -> None:
    assert trend(4, 16, 48, 240, 900, 3300, expected=16) is Trend.STEADY


def test_far_fewer_in_a_day_ease() -> None:
    assert trend(0, 3, 10, 30, 90, 2000, expected=16) is Trend.EASING


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(None, None, Trend.QUIET), (90, 29, Trend.QUIET), (13, 0, Trend.NEW), (14, 0, None), (90, 27, None)],
)
def test_a_young_signal_and_a_silent_one_are_compared_with_nothing(
    first: int | None, last: int | None, expected: Trend | None
) -> None:
    moments = [None if days is None else NOW - timedelta(days=days) for days in (first, last)]
    assert uncompared(first=moments[0], last=moments[1], now=NOW) is expected


def test_a_busy_signal_has_a_rhythm_of_its_own() -> None:
    baseline = baseline_of(busy_by_day(np.random.default_rng(1), weeks=6, hourly=10), rhythm=FLAT, usual=CALM)
    night, day = baseline.rates.reshape(7, 24)[:, 3].mean(), baseline.rates.reshape(7, 24)[:, 15].mean()

    assert (night, day) == (pytest.approx(5, rel=0.15), pytest.approx(15, rel=0.1))


def test_a_sparse_signal_keeps_the_rhythm_of_its_tenant() -> None:
    random = np.random.default_rng(1)
    shared = rhythm_of(busy_by_day(random, weeks=6, hourly=100).sum(0))
    sparse = baseline_of(busy_by_day(random, weeks=6, hourly=0.02), rhythm=shared, usual=CALM)

    assert np.corrcoef(sparse.rates, shared)[0, 1] > 0.8


def test_the_level_is_that_of_the_latest_weeks() -> None:
    counts = np.concatenate([np.full((4, WEEK), 9.0), np.full((4, WEEK), 3.0)])
    assert baseline_of(counts, rhythm=FLAT, usual=CALM).rates == pytest.approx(3.0, rel=0.01)


def test_a_silent_signal_expects_a_little_and_knows_little() -> None:
    baseline = baseline_of(np.zeros((2, WEEK)), rhythm=FLAT, usual=CALM)

    assert 0 < baseline.rates.sum() < 1
    assert baseline.level == pytest.approx(2.0)


def test_straying_is_told_from_chance() -> None:
    random = np.random.default_rng(1)
    calm = [random.poisson(20, (6, WEEK)).astype(np.float64) for _ in range(9)]
    wild = [random.poisson(20 * random.gamma(20, 0.05, (6, WEEK))).astype(np.float64) for _ in range(9)]

    assert usual_straying(calm, FLAT).hourly < 0.005
    assert usual_straying(wild, FLAT).hourly == pytest.approx(0.05, rel=0.3)
    assert usual_straying([], FLAT).hourly > 0


def test_expected_contacts_are_those_of_the_hours_between() -> None:
    baseline = Baseline(np.arange(WEEK, dtype=np.float64), level=0.0, rhythm=0.0, straying=CALM)

    assert baseline.expected(np.array([1.5, 167.0]), np.array([3.0, 169.0])).tolist() == [0.5 + 2, 167 + 0]


def test_hours_are_folded_into_weeks_that_begin_on_monday() -> None:
    hourly = np.arange(400, dtype=np.float64)
    folded = weeks_of(hourly, 400)

    assert folded.shape == (2, WEEK)
    assert sorted(folded.ravel()) == list(range(64, 400))
    assert all(hour % WEEK == column for week in folded for column, hour in enumerate(week))


def test_surprise_is_in_standard_deviations_and_less_where_the_rate_strays() -> None:
    calm, wild = surprise(np.array([130.0, 130.0]), np.array([100.0, 100.0]), np.array([0.0, 0.1]))

    assert calm == pytest.approx(3.0, abs=0.2)
    assert 0.7 < wild < 1.0
    assert surprise(np.array([0.0]), np.array([8.0]), np.array([0.0]))[0] == pytest.approx(-4.0)
