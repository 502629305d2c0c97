"""What a company is told of as a failure."""

from datetime import UTC, datetime, timedelta

from services.insights.rules.recurrence import Fix, Message, recurrences
from services.insights.rules.repeats import MOST_EVIDENCE, Repeat, came_back, met_again
from tests.insights.saying import contact_id

FIXED = datetime(2025, 11, 3, 12, tzinfo=UTC)
FIX = Fix(FIXED, None, None, timedelta(0))


def message(name: str, *, days: float, person: str = "ann", thread: str | None = None, product: str | None = None) -> Message:
    return Message(contact_id(name), person, thread, FIXED + timedelta(days=days), product, None)


def back(*messages: Message) -> Repeat:
    return came_back(recurrences(messages, FIX), messages, FIX)


def again(*messages: Message, answered: dict[str, float], told: tuple[str, ...] = ()) -> Repeat | None:
    answers = {contact_id(name): FIXED + timedelta(days=days) for name, days in answered.items()}
    return met_again(messages, answers, told=[contact_id(name) for name in told])


def test_what_came_back_tells_meetings_contacts_and_who_knew_it() -> None:
    repeat = back(
        message("before", days=-9),
        message("first", days=3, thread="t"),
        message("second", days=4, thread="t"),
        message("other", days=6, person="bob"),
    )

    assert (repeat.meetings, repeat.contacts, repeat.customers, repeat.customers_again) == (2, 3, 2, 1)
    assert (repeat.since, repeat.first_at, repeat.latest_at) == (FIXED, FIXED + timedelta(days=3), FIXED + timedelta(days=6))
    assert repeat.evidence == (contact_id("other"), contact_id("first"))


def test_evidence_is_bounded_and_the_latest() -> None:
    repeat = back(*(message(f"m{day}", days=day) for day in range(1, 31)))

    assert repeat.meetings == 30
    assert repeat.evidence == tuple(contact_id(f"m{day}") for day in range(30, 30 - MOST_EVIDENCE, -1))


def test_who_was_answered_and_met_it_again_is_a_failure() -> None:
    repeat = again(message("first", days=0), message("second", days=5), answered={"first": 1})

    assert repeat is not None
    assert (repeat.answered, repeat.since) == (contact_id("first"), FIXED + timedelta(days=1))
    assert (repeat.meetings, repeat.evidence) == (1, (contact_id("second"),))


def test_a_meeting_that_began_before_the_answer_is_none() -> None:
    assert again(message("first", days=0), message("second", days=5), answered={"first": 6}) is None


def test_an_answered_thread_that_goes_on_is_the_same_meeting() -> None:
    said = message("first", days=0, thread="t"), message("thanks", days=5, thread="t")

    assert again(*said, answered={"first": 1}) is None


def test_without_an_answer_meeting_it_twice_is_no_failure() -> None:
    assert again(message("first", days=0), message("second", days=5), answered={}) is None
    assert again(message("first", days=0), message("second", days=5), answered={"second": 6}) is None


def test_the_same_in_another_product_is_not_met_again() -> None:
    assert again(message("a", days=0, product="App"), message("b", days=5, product="Web"), answered={"a": 1}) is None
    assert again(message("a", days=0, product="App"), message("b", days=5), answered={"a": 1}) is not None


def test_what_is_told_under_a_fix_is_not_told_twice() -> None:
    said = message("first", days=0), message("second", days=5), message("third", days=9)

    assert again(*said, answered={"first": 1}, told=("second", "third")) is None
    left = again(*said, answered={"first": 1}, told=("third",))
    assert left is not None
    assert left.evidence == (contact_id("second"),)


def test_three_answers_are_one_failure_since_the_first() -> None:
    repeat = again(*(message(name, days=day) for day, name in enumerate("abcd")), answered={"a": 0.1, "b": 1.1, "c": 2.1})

    assert repeat is not None
    assert (repeat.answered, repeat.meetings) == (contact_id("a"), 3)
