"""Priority: what docs/priority.md says is what is computed."""

import re
from dataclasses import asdict
from math import log10
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.insights.rules.priority import Weights, Worth, priority_of
from shared.events import Trend

PAGE = (Path(__file__).parents[3] / "docs" / "priority.md").read_text()
WEIGHT = st.floats(0, 100)


def documented(**known: float) -> float:
    """The formula of the page, computed."""
    [formula] = re.findall(r"```\n(people .*)\n```", PAGE)
    return float(eval(formula, {"__builtins__": {}, "log10": log10, "max": max}, known))


@given(
    st.integers(0, 10**6),
    st.floats(0, 1),
    st.sampled_from(list(Trend)),
    st.integers(0, 10**15),
    st.builds(Weights, WEIGHT, WEIGHT, WEIGHT, WEIGHT, WEIGHT, WEIGHT, WEIGHT),
)
def test_the_formula_of_the_page_is_the_formula_of_the_code(
    people: int, intensity: float, trend: Trend, annual_value: int, weights: Weights
) -> None:
    found = priority_of(customers=people, intensity=intensity, trend=trend, worth=Worth(annual_value, people), weights=weights)
    wanted = documented(
        people=people,
        intensity=intensity,
        trend=weights.of(trend),
        annual_value=annual_value,
        least_intensity=weights.least_intensity,
        value_per_tenfold=weights.value_per_tenfold,
    )
    assert found.score == pytest.approx(wanted)
    assert found.weights == weights


def test_the_weights_of_the_page_are_those_that_count() -> None:
    table = dict(re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", PAGE, re.MULTILINE))
    assert {name: float(value) for name, value in table.items()} == asdict(Weights())


@pytest.mark.parametrize(("annual_value", "factor"), [(0, 1), (1000, 1), (10_000, 1.1), (1_000_000, 1.3)])
def test_value_works_by_tenfolds_as_the_page_says(annual_value: int, factor: float) -> None:
    priority = priority_of(customers=1, intensity=0.5, trend=Trend.STEADY, worth=Worth(annual_value, 1))
    assert priority.score == pytest.approx(factor)


def test_where_no_value_is_known_value_does_not_weigh() -> None:
    assert priority_of(customers=4, intensity=0.5, trend=Trend.STEADY).factors[-1].value == 1
