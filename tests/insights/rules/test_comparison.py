"""Which days a proof compares, and what the rate is per."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.insights.rules.comparison import BEFORE, DAY, Stretch, Told, customers_of, stretches
from services.insights.rules.proof import LONGEST

FIXED = datetime(2025, 11, 12, 15, 30, tzinfo=UTC)
DAYS = [date(2025, 11, 1), date(2025, 11, 2)]
LONG_AGO = date(2024, 1, 1)


def compared(now: datetime, *, met_since: date = LONG_AGO, fixed_before: date | None = None) -> tuple[Stretch, Stretch]:
    return stretches(FIXED, met_since=met_since, fixed_before=fixed_before, now=now)


def test_four_weeks_before_are_compared_with_every_whole_day_after() -> None:
    before, after = compared(datetime(2025, 11, 20, 13, tzinfo=UTC))

    assert before == Stretch(date(2025, 10, 15), date(2025, 11, 12))
    assert after == Stretch(date(2025, 11, 13), date(2025, 11, 20))


def test_a_day_counts_once_what_comes_late_is_mostly_there() -> None:
    _, early = compared(datetime(2025, 11, 20, 11, 59, tzinfo=UTC))
    _, late = compared(datetime(2025, 11, 20, 12, tzinfo=UTC))

    assert (early.until, late.until) == (date(2025, 11, 19), date(2025, 11, 20))


def test_before_begins_when_the_friction_was_first_met() -> None:
    assert compared(FIXED, met_since=date(2025, 11, 3))[0].since == date(2025, 11, 3)


def test_what_an_earlier_fix_did_is_not_the_later_ones() -> None:
    assert compared(FIXED, fixed_before=date(2025, 11, 3))[0].since == date(2025, 11, 4)


@given(st.integers(0, 400), st.integers(-5, 60), st.one_of(st.none(), st.integers(-5, 60)))
def test_stretches_never_end_before_they_begin(days: int, met: int, fixed: int | None) -> None:
    day = FIXED.date()
    before, after = compared(
        FIXED + timedelta(days=days), met_since=day - met * DAY, fixed_before=None if fixed is None else day - fixed * DAY
    )

    assert 0 <= len(before.days) <= BEFORE
    assert 0 <= len(after.days) <= LONGEST
    assert before.until == day < after.since


def test_the_customers_of_all_products_together_come_first() -> None:
    told = [Told(day, product, "", 10) for day in DAYS for product in ("", "App", "Web")]

    assert customers_of(told, "", DAYS) == [10, 10]


def test_where_no_total_is_told_its_parts_are_added_up() -> None:
    told = [Told(day, product, version, 10) for day in DAYS for product in ("App", "Web") for version in ("1", "2")]

    assert customers_of(told, "", DAYS) == [40, 40]
    assert customers_of(told, "App", DAYS) == [20, 20]


def test_a_total_and_its_parts_are_not_counted_twice() -> None:
    told = [Told(day, "App", version, 10) for day in DAYS for version in ("", "1", "2")]

    assert customers_of(told, "App", DAYS) == [10, 10]


def test_a_day_that_is_not_told_leaves_nothing_to_compare_by() -> None:
    assert customers_of([Told(DAYS[0], "", "", 10)], "", DAYS) is None
    assert customers_of([], "", DAYS) is None
    assert customers_of([Told(day, "Web", "", 10) for day in DAYS], "App", DAYS) is None


def test_parts_that_change_from_day_to_day_are_no_total() -> None:
    assert (
        customers_of([Told(DAYS[0], "App", "", 10), Told(DAYS[1], "App", "", 10), Told(DAYS[1], "Web", "", 10)], "", DAYS) is None
    )
