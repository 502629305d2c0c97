"""Numbers, times and words as people read them."""

from datetime import date, datetime, timedelta
from typing import Final

from services.insights.reads.answers import Bucket
from shared.events import Status

_TEN: Final = 10
_HUNDRED: Final = 100
_THOUSAND: Final = 1_000
_EXACT_BELOW: Final = 100_000
_JUST_NOW: Final = timedelta(minutes=1)


def count(number: int) -> str:
    """`1,284`; from a hundred thousand on `128 k`, `1.3 M`."""
    if number < _EXACT_BELOW:
        return f"{number:,}"
    if number < _THOUSAND**2:
        return f"{number / _THOUSAND:,.0f} k"
    return f"{number / _THOUSAND**2:,.1f} M"


def plural(number: int, one: str, many: str) -> str:
    """`1 contact`, `1,284 contacts`."""
    return f"{count(number)} {one if number == 1 else many}"


def day(moment: date) -> str:
    """`3 Nov 2025`."""
    return f"{moment.day} {moment:%b %Y}"


def minute(moment: datetime) -> str:
    """`3 Nov 2025, 14:05:09 UTC`: the zone is always said."""
    return f"{day(moment)}, {moment:%H:%M:%S} UTC"


def ago(moment: datetime, now: datetime) -> str:
    """`just now`, `5 minutes ago`, `3 days ago`; after a month the day itself."""
    passed = now - moment
    for length, unit in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute")):
        if passed >= length:
            whole = passed // length
            return day(moment) if passed > timedelta(days=30) else f"{whole} {unit}{'' if whole == 1 else 's'} ago"
    return "just now" if passed > -_JUST_NOW else day(moment)


def took(length: timedelta) -> str:
    """`40 ms`, `1.2 s`, `5 min`, `3 h`, `12 days`."""
    seconds = max(length.total_seconds(), 0)
    for size, unit, digits in ((86_400, "days", 0), (3_600, "h", 0), (60, "min", 0), (1, "s", 1)):
        if seconds >= (size * 2 if unit == "days" else size):
            return f"{seconds / size:,.{digits}f} {unit}"
    return f"{seconds * 1000:.0f} ms"


def spoken(words: tuple[str, ...], *, most: int = 3) -> str:
    """`a, b and c`; beyond `most` the rest is counted."""
    shown = words[:most] if len(words) <= most else (*words[: most - 1], f"{len(words) - most + 1} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else ""


def shortened(words: str, most: int = 150) -> str:
    """At most `most` characters, cut at a blank."""
    if len(words) <= most:
        return words
    blank = words.rfind(" ", most // 2, most)
    return f"{words[: blank if blank >= 0 else most]}…"


def actor_name(actor: str) -> str:
    """`ana@example.com`, `key 3f9a1c2b`; what no person did, Failbetter did."""
    kind, _, name = actor.partition(":")
    return f"key {name}" if kind == "key" and name else name or "Failbetter"


def spell(word: str) -> str:
    """A word of the contract: `Fix shipped`."""
    return str(word).replace("_", " ").capitalize()


def status_name(status: Status) -> str:
    return spell(status.value)


def bucket_start(moment: datetime, bucket: Bucket) -> str:
    """`3 Nov 2025`, and for hours `3 Nov 2025, 14:00`."""
    return f"{day(moment)}, {moment:%H:%M}" if bucket is Bucket.HOUR else day(moment)


def hours(length: float) -> str:
    """`42 h`, `3.5 h`, `20 min`."""
    if length < 1:
        return f"{length * 60:.0f} min"
    return f"{length:,.1f} h" if length < _TEN else f"{length:,.0f} h"


def money(amount: float) -> str:
    """`12`, `12.50`: companies know their currency."""
    return f"{amount:,.0f}" if amount == int(amount) else f"{amount:,.2f}"


def score(number: float) -> str:
    """Three digits that count: `0.84`, `12.6`, `1,284`."""
    return f"{number:,.0f}" if number >= _HUNDRED else f"{number:.1f}" if number >= _TEN else f"{number:.2f}"
