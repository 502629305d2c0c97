"""
What a text can hold at all, told without a regular expression: the hot path of intake, since most contacts hold nothing.

A regular expression that looks at every character costs 5 to 40 µs for 400 of them, and there would be a dozen; all that
stands here costs less than one of them (python -m bench redaction).
"""

from itertools import pairwise
from typing import Final, NamedTuple

from services.intake.redaction.keys import HEX_KEY, KEY_PREFIXES
from services.intake.redaction.secrets import SECRET_WORDS
from services.intake.redaction.spoken import AND_WORDS, AT_IN_BRACKETS, DIGIT_WORDS, DOT_WORDS, FEWEST_WORDS

_SPACED: Final = bytes(byte if chr(byte).isalnum() or byte > 0x7F else 0x20 for byte in range(256))
_ASCII: Final = _SPACED[:0x80] + b" " * 0x80
_COMMON: Final = b"abcdefghijklmnopqrstuvwxyz .,'!\t\r\n" + bytes(range(0x80, 0x100))
_NO_CAPITALS: Final = bytes(range(256)).translate(None, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_LINK_WORDS: Final = frozenset({b"www"})
_AT_WORDS: Final = frozenset({b"at", "ät".encode()})
_WORDS: Final = SECRET_WORDS | KEY_PREFIXES | DIGIT_WORDS | DOT_WORDS | _LINK_WORDS | _AT_WORDS


class Hints(NamedTuple):
    """Each says whether looking for such things can find any; yes may be wrong, no never is."""

    address: bool
    spoken_address: bool
    link: bool
    ipv6: bool
    digits: int
    """How many there are."""
    spoken: bool
    key: bool
    secret: frozenset[bytes]
    """The words, in lower case, that a secret may stand beside."""


def hints(text: str) -> Hints:
    """What is worth looking for in `text`, as it reads (disguise)."""
    low = _with_ascii_signs(text.lower()).encode("utf-8", "surrogatepass")
    rare = low.translate(None, _COMMON)  # its digits and signs: a few characters, in which looking for something is free
    signs = rare.translate(None, b"0123456789")
    words = low.translate(_SPACED).split()
    hits = _WORDS.intersection(words)
    digits = len(rare) - len(signs)
    return Hints(
        address=b"@" in signs,
        spoken_address=not hits.isdisjoint(DOT_WORDS) or (signs != b"" and _has_loose_at(text, signs, hits)),
        link=not hits.isdisjoint(_LINK_WORDS)
        or (signs != b"" and (b"://" in signs or ((b"=" in signs or digits > 0) and _has_domain(low, signs)))),
        ipv6=digits > 0 and b":" in signs and (b"::" in low or signs.count(b":") > 5),
        digits=digits,
        spoken=not hits.isdisjoint(DIGIT_WORDS) and _has_four_numbers(words, digits, hits & DIGIT_WORDS),
        key=b"----" in signs or _has_key(text, low, words, hits, digits),
        secret=hits & SECRET_WORDS,
    )


def _with_ascii_signs(low: str) -> str:
    """Spaces for all other signs: words end where the expressions say that they do, at what is no letter and no digit."""
    if not low.isascii():
        for char in set(low):
            if char > "\x7f" and not char.isalnum():
                low = low.replace(char, " ")
    return low


def _has_loose_at(text: str, signs: bytes, hits: frozenset[bytes]) -> bool:
    """Whether an @ is in brackets or apart from a name beside it: an address of those is one in words even if its dots are dots."""
    if b"@" in signs and any(not (before[-1:].isalnum() and after[:1].isalnum()) for before, after in pairwise(text.split("@"))):
        return True
    has_bracket = b"(" in signs or b"[" in signs or b"{" in signs or b"<" in signs
    return has_bracket and not hits.isdisjoint(_AT_WORDS) and AT_IN_BRACKETS.search(text) is not None


def _has_domain(low: bytes, signs: bytes) -> bool:
    """Whether a slash or a question mark follows a dot and letters."""
    if b"/" not in signs and b"?" not in signs:
        return False
    tails = (part[-13:].rpartition(b".") for part in low.replace(b"?", b"/").split(b"/")[:-1])
    return any(dot and top.isalpha() for _, dot, top in tails)


def _has_four_numbers(words: list[bytes], digits: int, spelt: frozenset[bytes]) -> bool:
    """Whether four in a row are numbers, enough of them words: fewer are no number that is looked for."""
    places = sorted(place for word in spelt for place in _places(words, word))
    if len(places) + digits < 4 or not any(_is_row(words[before + 1 : after]) for before, after in pairwise(places)):
        return False
    in_row = in_words = 0
    for word in words:
        if word in DIGIT_WORDS:
            in_row, in_words = in_row + 1, in_words + 1
        elif word.isdigit():
            in_row += 1
        elif word not in AND_WORDS:
            in_row = in_words = 0
        if in_row > 3 and in_words >= FEWEST_WORDS:
            return True
    return False


def _places(words: list[bytes], word: bytes) -> list[int]:
    places = [words.index(word)]
    for _ in range(words.count(word) - 1):
        places.append(words.index(word, places[-1] + 1))
    return places


def _is_row(between: list[bytes]) -> bool:
    """Whether two numbers in words, with these words between them, stand in a row of numbers."""
    return not between or (
        (between[0].isdigit() or between[0] in AND_WORDS) and (between[-1].isdigit() or between[-1] in AND_WORDS)
    )


def _has_key(text: str, low: bytes, words: list[bytes], hits: frozenset[bytes], digits: int) -> bool:
    """Whether it has the first letters of a key, as they are written."""
    capitals = text.encode("utf-8", "surrogatepass").translate(None, _NO_CAPITALS)
    if (b"J" in capitals and "eyJ" in text) or (b"AI" in capitals and "AIza" in text):
        return True
    if b"AKIA" in capitals or b"ASIA" in capitals or b"ABIA" in capitals or b"ACCA" in capitals:
        return True
    if digits > 0 and ("sq0" in text or (b"AA" in capitals and ":AA" in text)):
        return True
    if not low.isascii():  # what is known by its shape may follow any other letter
        words = low.translate(_ASCII).split()
        hits = KEY_PREFIXES.intersection(words)
    return not hits.isdisjoint(KEY_PREFIXES) or (
        digits > 0 and (b"AC" in capitals or b"SK" in capitals) and HEX_KEY in map(len, words)
    )
