"""What is written in digits: one pass over the groups of digits in a text, and what begins with each."""

import re
from collections.abc import Iterator
from typing import Final

from services.intake.redaction.addresses import ipv4_at
from services.intake.redaction.cards import is_card
from services.intake.redaction.cues import Cue, cue
from services.intake.redaction.iban import iban_at
from services.intake.redaction.marks import Find, Mark
from services.intake.redaction.national import is_national_id, lettered_id_at
from services.intake.redaction.phones import end_of_extension, is_phone

RUN: Final = re.compile(r"(?:(?:[ \-/()]{0,3}|\.)\d|\n(?=\d{4}\b)(?<=\d{4}\n)\d){6,40}+(?!(?!(?i:x|ext))[^\W\d_])")
"""What follows the first digit: more of them, at most three separators between two, or the end of a line between two groups of four."""

MISSES: Final = 6
"""Groups of a run with which nothing begins, until it is given up: a text of ones and spaces would take a second otherwise."""
LONGEST: Final = 48
"""Characters of a number with everything between its digits."""
FEWEST_DIGITS: Final = 4
"""Of anything that is found by its digits: 1.1.1.1."""

_GROUP: Final = re.compile(r"[0-9]+")
_DATE: Final = re.compile(
    r"(?:(?:19|20)\d\d([-./ ])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])([-./ ])(?:0?[1-9]|[12]\d|3[01])\2(?:19|20)\d\d)(?!\d)"
)
_LOOSE: Final = (" ", "-")
_CORSICA: Final = re.compile(r"[\d .]{5,9}2[AB]", re.IGNORECASE)
"""Where a French number has a letter."""
_LETTERS_BEFORE: Final = (1, 2, 6)
"""That national ids and IBANs begin with."""


def numbers(text: str) -> Iterator[Find]:
    """Everything in `text` that has digits in it and is found by them, in one pass over the groups of digits."""
    done = 0
    for group in _GROUP.finditer(text):
        start, end = group.span()
        if start < done:
            continue
        if find := _beside_letters(text, start, end) or (text[end : end + 1] == "." and ipv4_at(text, start)) or None:
            yield find
            done = find.end
        elif run := RUN.match(text, start + 1):
            done = run.end()
            yield from _in_run(text, start, done)


def _beside_letters(text: str, start: int, end: int) -> Find | None:
    """An IBAN or a national id whose first digits are here."""
    word = start - 1 if text[start - 1 : start] in _LOOSE else start
    begin = word
    while begin > 0 and word - begin < 7 and text[begin - 1].isalpha():
        begin -= 1
    if word - begin in _LETTERS_BEFORE and (find := lettered_id_at(text, begin) or iban_at(text, begin)):
        return find
    after = text[end : end + 3]
    if (
        after[:1].isalpha()
        or (after[:1] in _LOOSE and after[1:2].isalpha())
        or (after[:1] == "." and end - start == 2)
        or (text[start] in "12" and _CORSICA.match(text, start))
    ):
        return lettered_id_at(text, start)
    return None


def spoken_number(digits: str, said: Cue) -> Mark | None:
    """What digits are that somebody spelt out, one by one."""
    if said is Cue.REFERENCE:
        return None
    if is_card(digits, digits, said):
        return Mark.CARD
    if is_national_id(digits, digits, is_said=said is Cue.NATIONAL):
        return Mark.NATIONAL_ID
    return Mark.PHONE if 7 <= len(digits) <= 15 else None


def _in_run(text: str, start: int, end: int) -> Iterator[Find]:
    groups = [group.span() for group in _GROUP.finditer(text, start, end)]
    at = misses = 0
    while at < len(groups) and misses < MISSES:
        if date := _DATE.match(text, groups[at][0], end):
            at, misses = _first_after(groups, at, date.end()), 0
        elif find := _longest(text, groups, at, is_first=misses == 0 or _is_apart(text, groups[at][0])):
            yield find
            at, misses = _first_after(groups, at, find.end), 0
        else:
            at, misses = at + 1, misses + 1


def _first_after(groups: list[tuple[int, int]], at: int, end: int) -> int:
    while at < len(groups) and groups[at][0] < end:
        at += 1
    return at


def _is_apart(text: str, first: int) -> bool:
    """Whether what begins at `first` is further from what is before it than digits of one number are."""
    before = text[first - 2 : first]
    return before[1] == "\n" or not before[0].isdigit()


def _longest(text: str, groups: list[tuple[int, int]], at: int, *, is_first: bool) -> Find | None:
    """The longest thing that begins with the group `at`. Only what has more digits than a phone number begins within a run."""
    first = groups[at][0]
    begin = _opening(text, first)
    fewest = 7 if is_first or begin < first else 16
    said = None
    for last in range(len(groups) - 1, at - 1, -1):
        end = groups[last][1]
        if not fewest <= end - first <= LONGEST:
            continue
        digits = "".join([text[start:stop] for start, stop in groups[at : last + 1]])
        if not fewest <= len(digits) <= 19:
            continue
        said = said or cue(text, begin, end)
        if mark := _mark(text[begin:end], digits, said, is_whole=last == len(groups) - 1):
            return Find(begin, end_of_extension(text, end) if mark is Mark.PHONE else end, mark)
    return None


def _opening(text: str, first: int) -> int:
    """Where a number begins whose first digit is at `first`: its +, its parenthesis or both belong to it."""
    before = text[max(0, first - 2) : first]
    if before == "(+":
        return first - 2
    return first - 1 if before[-1:] in {"+", "("} else first


def _mark(written: str, digits: str, said: Cue, *, is_whole: bool) -> Mark | None:
    """What the number is; `is_whole` when it reaches to the end of its run."""
    if is_card(written, digits, said):
        return Mark.CARD
    if said is not Cue.REFERENCE and is_national_id(written, digits, is_said=is_whole and said is Cue.NATIONAL):
        return Mark.NATIONAL_ID
    return Mark.PHONE if is_phone(written, digits, said) else None
