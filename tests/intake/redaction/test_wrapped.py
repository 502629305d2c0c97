"""What stands beside a secret does not hide it: typographic quotes, bullets, an ellipsis, an emoji."""

from collections.abc import Iterator

import pytest

from bench.redaction import Case, cases, told
from services.intake.redaction import Redactor

SECRETS = [case for case in cases() if any(kind == "secret" for *_, kind in case.marks)]
WRAPS = ("“”", "••", "……", "🔑🔑")


@pytest.mark.parametrize("wrap", WRAPS)
def test_a_text_in_signs_hides_no_secret(wrap: str) -> None:
    assert [case.text for case in SECRETS if missed(Case(f"{wrap[0]}{case.text}{wrap[1]}", moved(case.marks, 1)))] == []


@pytest.mark.parametrize("wrap", WRAPS)
def test_a_secret_in_signs_is_a_secret(wrap: str) -> None:
    wrapped = [(case, each) for case in SECRETS for each in each_wrapped(case, wrap)]

    assert [(case.text, each.text) for case, each in wrapped if missed(each)] == []


@pytest.mark.parametrize("wrap", WRAPS)
def test_a_near_miss_in_signs_stays(wrap: str) -> None:
    found = [
        case.text
        for case in cases()
        if not case.marks and not Redactor().finds(case.text) and Redactor().finds(f"{wrap[0]}{case.text}{wrap[1]}")
    ]

    assert found == []


def each_wrapped(case: Case, wrap: str) -> Iterator[Case]:
    for start, end, kind in case.marks:
        if kind == "secret":
            dashes = 5 * case.text[start:].startswith("BEGIN ")
            whole = slice(start - dashes, end + dashes)
            text = f"{case.text[: whole.start]}{wrap[0]}{case.text[whole]}{wrap[1]}{case.text[whole.stop :]}"
            yield Case(text, frozenset({(start + 1, end + 1, kind)}))


def moved(marks: frozenset[tuple[int, int, str]], by: int) -> frozenset[tuple[int, int, str]]:
    return frozenset((start + by, end + by, kind) for start, end, kind in marks)


def missed(case: Case) -> set[tuple[int, int, str]]:
    """The secrets that are not found, exact to the letter."""
    wanted = {mark for mark in case.marks if mark[2] == "secret"}
    return wanted - {told(case.text, find) for find in Redactor().finds(case.text)}
