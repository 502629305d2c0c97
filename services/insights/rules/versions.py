"""Which of two product versions is the older one, where their names tell."""

import re
from itertools import zip_longest
from typing import Final

_VERSION: Final = re.compile(r"v?(\d+(?:\.\d+)*)(?:-([0-9a-z.-]+))?(?:\+.*)?", re.IGNORECASE)
_PART: Final = re.compile(r"\d+|[a-z]+", re.IGNORECASE)


def is_older(version: str, fixed: str) -> bool | None:
    """
    Whether `version` came before `fixed`, by the precedence of Semantic Versioning 2.0.0, with any number of numbers.

    None where one of them is no such version: the name of a build, for one, tells no order.
    """
    one, other = _VERSION.fullmatch(version.strip()), _VERSION.fullmatch(fixed.strip())
    if one is None or other is None:
        return None
    for mine, its in zip_longest(_numbers(one[1]), _numbers(other[1]), fillvalue=0):
        if mine != its:
            return mine < its
    return _stage(one[2]) < _stage(other[2])


def _numbers(dotted: str) -> list[int]:
    return [int(number) for number in dotted.split(".")]


def _stage(stage: str | None) -> tuple[bool, list[tuple[bool, int, str]]]:
    """What comes before a release is older than it; a number is older than a word."""
    parts = _PART.findall(stage or "")
    return (stage is None, [(not part.isdigit(), int(part) if part.isdigit() else 0, part.lower()) for part in parts])
