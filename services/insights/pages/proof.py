"""The proof of a fix, in words and as a picture: where the ratio of rates lies between nothing left and twice as much."""

from dataclasses import dataclass
from typing import Final

from services.insights.pages.wording import count, day, plural
from services.insights.reads.proof import FixTold, ProofOfFix
from services.insights.rules.comparison import Per
from services.insights.rules.proof import USEFUL, Verdict
from shared.web.wording import percent

WIDEST: Final = 2.0
"""The picture ends at twice the rate; what lies beyond is cut there and said to go on."""


@dataclass(frozen=True, slots=True)
class ProofPicture:
    """`low` to `high` and `at` in percent of the width; 50 is the rate from before."""

    low: float
    high: float
    at: float | None
    useful: float
    goes_on: bool
    label: str


@dataclass(frozen=True, slots=True)
class ProofPart:
    """Everything the template needs."""

    fix: FixTold
    headline: str
    words: str
    basis: str
    picture: ProofPicture


def proof_part(fix: FixTold) -> ProofPart:
    proof = fix.proof
    return ProofPart(fix, _HEADLINES[proof.verdict], _words(proof), _basis(proof), _picture(proof))


def _words(proof: ProofOfFix) -> str:
    """What is known of the rate, and what is still needed."""
    known = f"{_change(proof.ratio)}, and by what has come in so far it is {_interval(proof)}." if proof.ratio is not None else ""
    if proof.verdict is not Verdict.NOT_ENOUGH_DATA:
        return known
    if proof.needed is None:
        return f"{known} At the present rate a year would not settle it.".strip()
    more = f"About {plural(proof.needed.days, 'more day', 'more days')} at the present rate, {plural(proof.needed.contacts, 'contact', 'contacts')}, would settle it."
    return f"{known} {more}".strip()


def _change(ratio: float) -> str:
    if ratio < 1:
        return f"The rate of contacts is {percent(1 - ratio)} lower than before"
    return (
        f"The rate of contacts is {percent(ratio - 1)} higher than before" if ratio > 1 else "The rate of contacts is as before"
    )


def _interval(proof: ProofOfFix) -> str:
    low = _side(proof.low)
    return f"between {low} and {_side(proof.high)}" if proof.high is not None else f"at the best {low}, with no upper limit yet"


def _side(ratio: float) -> str:
    if ratio <= 1:
        return f"{percent(1 - ratio)} less"
    return f"{percent(ratio - 1)} more"


def _basis(proof: ProofOfFix) -> str:
    per = "active customers" if proof.per is Per.CUSTOMERS else "contacts outside this signal"
    before, after = proof.before, proof.after
    return (
        f"{plural(before.contacts, 'contact', 'contacts')} in the {plural((before.until - before.since).days, 'day', 'days')} "
        f"from {day(before.since)}, {count(after.contacts)} in the {plural((after.until - after.since).days, 'day', 'days')} "
        f"from {day(after.since)}, each per {per}. The interval holds whenever you look."
    )


def _picture(proof: ProofOfFix) -> ProofPicture:
    high = WIDEST if proof.high is None else proof.high
    label = f"{_HEADLINES[proof.verdict]}. {_words(proof)}"
    return ProofPicture(
        low=_place(proof.low),
        high=_place(high),
        at=None if proof.ratio is None else _place(proof.ratio),
        useful=_place(USEFUL),
        goes_on=high >= WIDEST,
        label=label,
    )


def _place(ratio: float) -> float:
    return round(min(ratio, WIDEST) / WIDEST * 100, 2)


_HEADLINES: Final = {
    Verdict.VERIFIED: "The fix works",
    Verdict.NOT_WORKING: "The fix does not work",
    Verdict.NOT_ENOUGH_DATA: "Not enough data yet",
}
