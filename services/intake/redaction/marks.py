"""What can be found in a text, and where it was found."""

from enum import StrEnum
from typing import NamedTuple


class Mark(StrEnum):
    """What stands in place of something personal: `[email]`, `[card]`."""

    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"
    IBAN = "iban"
    NATIONAL_ID = "national_id"
    IP = "ip"
    URL = "url"
    SECRET = "secret"  # noqa: S105 - a word
    NAME = "name"


class Find(NamedTuple):
    """Something personal: characters `start` to `end` (exclusive) of a text."""

    start: int
    end: int
    mark: Mark


def disjoint(finds: list[Find]) -> list[Find]:
    """In the order of the text; finds that overlap become one over both, marked as the longer of them."""
    apart: list[Find] = []
    for find in sorted(finds, key=lambda find: (find.start, -find.end)):
        if apart and find.start < apart[-1].end:
            before = apart[-1]
            longer = find if find.end - find.start > before.end - before.start else before
            apart[-1] = Find(before.start, max(before.end, find.end), longer.mark)
        else:
            apart.append(find)
    return apart
