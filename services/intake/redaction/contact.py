"""Which words of a contact are redacted, and how: free text gets marks, an id that is personal a pseudonym."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, count
from typing import Final, NamedTuple

from services.intake.redaction.marks import Mark
from services.intake.redaction.redactor import Redactor, counted, marked
from services.intake.requests import ContactRequest

MAX_TEXT: Final = 20_000
"""Characters of a text in the contract: a mark may be longer than what it stands for."""

_GIVEN: Final = re.compile(r"[\w-]{1,14}|[\d-]{1,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Ids that a machine gave: no address, IBAN or key is as short or as plain, and plain digits stay in an id."""
_BETWEEN: Final = "\n\nnext\n\n"
"""Between fields that are looked at together: a word that says nothing of a number after it."""
_ID: Final = "reference"
"""What an id is called, so that one made of digits is no phone and no card."""


class Left(NamedTuple):
    """A contact with marks and pseudonyms in its words, the customer's id as it was; and how many of each mark there are."""

    contact: ContactRequest
    redactions: Mapping[str, int]


def redacted(sent: ContactRequest, redactor: Redactor, pseudonym: Callable[[str], str]) -> Left:
    """What of `sent` is left. An id stays an id: in place of one that is personal stands its `pseudonym`."""
    if not redactor.finds(_BETWEEN.join(_words(sent))):
        return Left(sent, {})
    counts: Counter[Mark] = Counter()

    def free(value: str | None, label: str = "") -> str | None:
        return value and _marked(value, redactor, counts, label)

    def id_of(value: str | None) -> str | None:
        if value is None or _GIVEN.fullmatch(value) or _marked(value, redactor, counts, _ID) == value:
            return value
        return pseudonym(value)

    left = sent.model_copy(
        update={
            "text": _within(_marked(sent.text, redactor, counts), MAX_TEXT),
            "subject": free(sent.subject),
            "source": id_of(sent.source),
            "external_id": id_of(sent.external_id),
            "thread_id": id_of(sent.thread_id),
            "customer": sent.customer and sent.customer.model_copy(update={"plan": free(sent.customer.plan)}),
            "product": free(sent.product),
            "product_version": free(sent.product_version, "version"),
            "area": free(sent.area),
            "attributes": _apart((free(name) or name, free(value, name) or value) for name, value in sent.attributes.items()),
        }
    )
    return Left(left, {str(mark): count for mark, count in counts.items()})


def _words(sent: ContactRequest) -> Iterator[str]:
    """All words, each field under its label: most contacts hold nothing personal, and one look at everything tells."""
    yield sent.text
    for label, value in (
        ("", sent.subject),
        (_ID, sent.source),
        (_ID, sent.external_id),
        (_ID, sent.thread_id),
        ("", sent.customer.plan if sent.customer else None),
        ("", sent.product),
        ("version", sent.product_version),
        ("", sent.area),
        *sent.attributes.items(),
    ):
        if value is not None and not (label is _ID and _GIVEN.fullmatch(value)):
            yield _labelled(value, label)


def _labelled(value: str, label: str) -> str:
    return f"{label} is {value}" if label else value


def _marked(value: str, redactor: Redactor, counts: Counter[Mark], label: str = "") -> str:
    """`value` with its marks; `label` says what it is, and is not part of it."""
    ahead = len(_labelled("", label))
    finds = [
        find._replace(start=max(0, find.start - ahead), end=find.end - ahead)
        for find in redactor.finds(_labelled(value, label))
        if find.end > ahead
    ]
    counts.update(counted(finds))
    return marked(value, finds)


def _apart(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Every value under a name of its own: the mark in a second `[email]` has a number, `[email 2]`."""
    apart: dict[str, str] = {}
    for name, value in named:
        head, _, tail = name.rpartition("]")
        names = chain([name], (f"{head} {number}]{tail}" for number in count(2)))
        apart[next(free for free in names if free not in apart)] = value
    return apart


def _within(text: str, limit: int) -> str:
    """At most `limit` characters, the last mark whole or not there."""
    if len(text) <= limit:
        return text
    cut = text[:limit]
    return cut[: cut.rfind("[")] if cut.rfind("[") > max(0, cut.rfind("]")) else cut
