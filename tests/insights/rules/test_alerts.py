"""When others are told that a signal got worse."""

from datetime import timedelta

import pytest

from services.insights.rules.alerts import Snooze, is_new_episode, is_worse
from shared.events import Trend
from tests.insights.saying import NOW

CALM = [trend for trend in Trend if trend is not Trend.ESCALATING]


@pytest.mark.parametrize("before", CALM)
def test_an_episode_begins_when_a_signal_turns_to_escalating(before: Trend) -> None:
    assert is_new_episode(before=before, calm_since=None, trend=Trend.ESCALATING, now=NOW)


def test_an_episode_that_goes_on_does_not_begin() -> None:
    assert not is_new_episode(before=Trend.ESCALATING, calm_since=None, trend=Trend.ESCALATING, now=NOW)


@pytest.mark.parametrize(("hours", "is_new"), [(0.01, False), (23, False), (24, True), (500, True)])
def test_what_wavers_within_a_day_is_one_episode(hours: float, is_new: bool) -> None:  # noqa: FBT001 - a case
    calm_since = NOW - timedelta(hours=hours)
    assert is_new_episode(before=Trend.STEADY, calm_since=calm_since, trend=Trend.ESCALATING, now=NOW) == is_new


@pytest.mark.parametrize("trend", CALM)
def test_what_does_not_escalate_is_neither_an_episode_nor_worse(trend: Trend) -> None:
    assert not is_new_episode(before=Trend.STEADY, calm_since=None, trend=trend, now=NOW)
    assert not is_worse(Snooze(Trend.STEADY, 1), trend=trend, contacts=1000)


@pytest.mark.parametrize("before", CALM)
def test_a_signal_snoozed_while_calm_is_worse_as_soon_as_it_escalates(before: Trend) -> None:
    assert is_worse(Snooze(before, 100), trend=Trend.ESCALATING, contacts=1)


@pytest.mark.parametrize(("then", "now", "is_so"), [(40, 79, False), (40, 80, True), (0, 9, False), (0, 10, True), (3, 10, True)])
def test_a_signal_snoozed_while_escalating_is_worse_at_twice_the_contacts_a_day(then: int, now: int, is_so: bool) -> None:  # noqa: FBT001 - a case
    assert is_worse(Snooze(Trend.ESCALATING, then), trend=Trend.ESCALATING, contacts=now) == is_so
