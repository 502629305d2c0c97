"""What came back after a fix, and what only looks like it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.insights.rules.recurrence import Fix, Message, Recurrence, recurrences
from services.insights.rules.versions import is_older
from tests.insights.saying import contact_id

FIXED = datetime(2025, 11, 3, 12, tzinfo=UTC)
FIX = Fix(FIXED, None, "2.10.0", timedelta(days=7))


def message(
    name: str, *, days: float, version: str | None = "2.10.0", thread: str | None = None, product: str | None = None
) -> Message:
    return Message(contact_id(name), name, thread, FIXED + timedelta(days=days), product, version)


def names(found: list[Recurrence], *said: Message) -> list[Message]:
    return [each for one in found for each in said if each.contact_id == one.contact_id]


def test_who_has_the_fix_and_meets_it_again_is_a_recurrence() -> None:
    again = message("again", days=1)

    assert recurrences([again], FIX) == [Recurrence(again.contact_id, "again", again.occurred_at, 1)]


def test_a_newer_version_has_the_fix_too() -> None:
    assert len(recurrences([message("newer", days=1, version="2.11")], FIX)) == 1


def test_a_contact_that_arrives_late_occurred_before_the_fix() -> None:
    assert recurrences([message("late", days=-1)], FIX) == []


def test_an_old_version_never_has_the_fix() -> None:
    assert recurrences([message("old", days=90, version="2.9.4")], FIX) == []


@pytest.mark.parametrize("version", [None, "nightly"])
def test_an_unknown_version_counts_once_the_rollout_is_over(version: str | None) -> None:
    early, late = message("early", days=6.9, version=version), message("late", days=7, version=version)

    assert names(recurrences([early, late], FIX), early, late) == [late]


def test_where_the_fix_has_no_version_everybody_has_it_after_the_rollout() -> None:
    early, late = message("early", days=1), message("late", days=8, version="1.0")
    fix = Fix(FIXED, None, None, FIX.rollout)

    assert names(recurrences([early, late], fix), early, late) == [late]


def test_another_product_does_not_have_the_fix() -> None:
    fix = Fix(FIXED, "App", "2.10.0", FIX.rollout)
    app, web = message("app", days=1, product="App"), message("web", days=30, product="Web", version="7.0")

    assert names(recurrences([app, web], fix), app, web) == [app]


def test_a_version_of_who_knows_which_product_has_the_fix_once_the_rollout_is_over() -> None:
    fix = Fix(FIXED, "App", "2.10.0", FIX.rollout)
    early, late, old = message("early", days=1), message("late", days=8), message("old", days=9, version="1.0")

    assert names(recurrences([early, late, old], fix), early, late, old) == [late]


def test_the_messages_of_a_thread_are_one_meeting() -> None:
    said = [message(f"message {day}", days=day, thread="ticket 7") for day in (3, 1, 2)]

    assert recurrences(said, FIX) == [Recurrence(said[1].contact_id, "message 1", said[1].occurred_at, 3)]


def test_an_old_thread_that_goes_on_is_no_recurrence() -> None:
    said = [message("before", days=-2, thread="ticket 7"), message("after", days=2, thread="ticket 7")]

    assert recurrences(said, FIX) == []


def test_a_thread_has_the_version_that_one_of_its_messages_tells() -> None:
    said = [message("first", days=1, version=None, thread="t"), message("second", days=2, thread="t")]
    old = [message("first", days=8, version=None, thread="t"), message("second", days=9, version="2.9", thread="t")]

    assert len(recurrences(said, FIX)) == 1
    assert recurrences(old, FIX) == []


MESSAGES = st.lists(
    st.builds(
        lambda name, days, version, thread: message(name, days=days, version=version, thread=thread),
        st.text(min_size=1, max_size=3),
        st.integers(-10, 20),
        st.sampled_from([None, "2.9", "2.10.0", "3.0"]),
        st.sampled_from([None, "a", "b"]),
    ),
    unique_by=lambda said: said.contact_id,
)


@given(MESSAGES, st.randoms(use_true_random=False))
def test_the_order_of_arrival_says_nothing(said: list[Message], random: object) -> None:
    shuffled = sorted(said, key=lambda _: random.random())  # type: ignore[attr-defined]

    assert recurrences(shuffled, FIX) == recurrences(said, FIX)


@pytest.mark.parametrize(
    ("version", "fixed", "older"),
    [
        ("2.9", "2.10", True),
        ("2.10", "2.9", False),
        ("2.10", "2.10.0", False),
        ("v2.10.0", "2.10.1", True),
        ("2.10.0-rc.1", "2.10.0", True),
        ("2.10.0-rc.2", "2.10.0-rc.10", True),
        ("2.10.0", "2.10.0-rc.1", False),
        ("2.10.0+build7", "2.10.0", False),
        ("f3a9c1", "2.10.0", None),
        ("2.10.0", "nightly", None),
    ],
)
def test_versions_are_older_as_semantic_versioning_says(version: str, fixed: str, *, older: bool | None) -> None:
    assert is_older(version, fixed) is older
