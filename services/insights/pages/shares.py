"""Who is affected, as bars: one list for each thing that contacts are divided by."""

from collections.abc import Callable
from dataclasses import dataclass

from services.insights.pages.wording import count, plural
from services.insights.reads.shares import Division, Shares
from shared.events import Channel
from shared.web.wording import channel_name, percent


@dataclass(frozen=True, slots=True)
class ShareBar:
    """`width` in percent of the drawing; `number` says `3 of 42`."""

    name: str
    width: float
    share: str
    number: str


@dataclass(frozen=True, slots=True)
class ShareList:
    """One division, the most frequent value first."""

    name: str
    bars: tuple[ShareBar, ...]


def share_lists(shares: Shares) -> tuple[ShareList, ...]:
    """Divisions in which anything is said; one that says nothing is left out."""
    divisions: tuple[tuple[str, Division, Callable[[str], str]], ...] = (
        ("Kind", shares.kind, str.capitalize),
        ("Product", shares.product, str),
        ("Version", shares.version, str),
        ("Channel", shares.channel, lambda value: channel_name(Channel(value))),
        ("Plan", shares.plan, str),
        ("Language", shares.language, str),
    )
    return tuple(
        ShareList(name, _bars(division, shares.contacts, words))
        for name, division, words in divisions
        if any(share.value is not None for share in division.named)
    )


def _bars(division: Division, contacts: int, words: Callable[[str], str]) -> tuple[ShareBar, ...]:
    found = [("not said" if each.value is None else words(each.value), each.share, each.contacts) for each in division.named]
    if division.others:
        others = division.others
        found.append((plural(others.values, "other", "others"), others.share, others.contacts))
    return tuple(
        ShareBar(name, round(100 * share, 2), percent(share), f"{count(number)} of {count(contacts)}")
        for name, share, number in found
    )
