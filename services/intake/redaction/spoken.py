"""Numbers and e-mail addresses that are said in words: "four one one one", "jane dot doe at example dot com"."""

import re
from collections.abc import Iterator
from typing import Final

from services.intake.redaction.cues import cue
from services.intake.redaction.marks import Find, Mark
from services.intake.redaction.numbers import spoken_number
from services.intake.redaction.words import DIGITS, DOTS, NO_MAILBOX, TIMES

_DIGIT: Final = {word: digit for digit, words in DIGITS.items() for word in words.split()}
_PART: Final = "|".join(sorted([*_DIGIT, *TIMES], key=len, reverse=True)) + r"|\d{1,8}"
_AND: Final = "and|und|y|et|e"
SPOKEN: Final = re.compile(rf"(?<!\w)(?:{_PART})(?:[\s,.\-–]{{1,3}}(?:(?:{_AND})\s)?(?:{_PART})){{3,30}}(?!\w)", re.IGNORECASE)
_TOKEN: Final = re.compile(r"[^\W\d_]+|\d+")

_WORD: Final = re.compile("|".join(sorted([*_DIGIT, *TIMES], key=len, reverse=True)), re.IGNORECASE)
FEWEST_WORDS: Final = 2
"""Of a number in words; its other digits may be written as such."""

DIGIT_WORDS: Final = frozenset(word.encode() for word in (*_DIGIT, *TIMES))
AND_WORDS: Final = frozenset(_AND.encode().split(b"|"))
DOT_WORDS: Final = frozenset(word.encode() for word in DOTS)

_DOT: Final = r"(?:\s?[(\[{<]\s?(?:dot|punkt|punto|ponto)\s?[)\]}>]\s?|\s(?:dot|punkt|punto|ponto|point)\s)"
_AT: Final = r"[(\[{<]\s?(?:at|ät|@)\s?[)\]}>]"
_LABEL: Final = r"[^\W_]{1,40}(?:-[^\W_]{1,40}){0,3}"
_SEPARATOR: Final = r"(?:\s(?:dot|punkt|punto|ponto|underscore|dash|hyphen|minus|plus|point|tiret)\s|[._+-])"
EMAIL: Final = re.compile(
    rf"(?<![\w.+-])(?P<local>[^\W_]{{1,40}}(?:{_SEPARATOR}[^\W_]{{1,40}}){{0,4}})"
    rf"(?:(?:\s?{_AT}\s?|\s?@\s?|\s(?:arroba|chiocciola|arobase)\s){_LABEL}(?:(?:{_DOT}|\.){_LABEL}){{0,3}}(?:{_DOT}|\.)"
    rf"|\s(?P<word>at|ät)\s{_LABEL}(?:(?:{_DOT}|\.){_LABEL}){{0,2}}{_DOT})[^\W\d_]{{2,24}}(?!\w)",
    re.IGNORECASE,
)

AT_IN_BRACKETS: Final = re.compile(_AT, re.IGNORECASE)


def spoken_numbers(text: str) -> Iterator[Find]:
    """Every card, national id and phone number in `text` with some of its digits spelt out."""
    for run in SPOKEN.finditer(text):
        if len(_WORD.findall(run[0])) < FEWEST_WORDS:
            continue  # "on 31.12.2023 um 12", "415 555 0132 three times"
        digits = _digits(run[0].lower())
        mark = spoken_number(digits, cue(text, run.start(), run.end()))
        if mark is not None:
            yield Find(run.start(), run.end(), mark)


def spoken_emails(text: str) -> Iterator[Find]:
    """Every e-mail address in `text` with its @ or its dots in words."""
    for match in EMAIL.finditer(text):
        if match["word"] is None or match["local"].lower() not in NO_MAILBOX:
            yield Find(match.start(), match.end(), Mark.EMAIL)


def _digits(said: str) -> str:
    digits, times = "", 1
    for token in _TOKEN.findall(said):
        if token in TIMES:
            times = TIMES[token]
        elif token in _DIGIT or token.isdigit():
            digits += _DIGIT.get(token, token) * times
            times = 1
    return digits
