"""
Which status may follow which: what people may set, and what the proof of a fix makes of it.

* `open` `acknowledged` `planned` `set_aside` say what people mean to do: from anywhere.
* `fix_shipped` from anywhere but `set_aside`; once more from itself, to put its time or version right.
* `verified` and `not_working` are said of a fix that shipped: from `fix_shipped` and from each other.
* `recurred` is said of a fix that was believed in: from `fix_shipped` and `verified`.

Proof judges `fix_shipped`, and takes back what it said itself when contacts that came late change it. What a person said stays.
"""

from types import MappingProxyType
from typing import Final

from services.insights.rules.proof import Verdict
from shared.events import Status

PROOF: Final = "proof"
"""Who sets a status when no person does."""

INTENDED: Final = frozenset({Status.OPEN, Status.ACKNOWLEDGED, Status.PLANNED, Status.SET_ASIDE})
_VERDICTS: Final = frozenset({Status.FIX_SHIPPED, Status.VERIFIED, Status.NOT_WORKING})

_BEFORE: Final = MappingProxyType(
    {
        Status.FIX_SHIPPED: frozenset(Status) - {Status.SET_ASIDE},
        Status.VERIFIED: _VERDICTS,
        Status.NOT_WORKING: _VERDICTS,
        Status.RECURRED: frozenset({Status.FIX_SHIPPED, Status.VERIFIED, Status.RECURRED}),
    }
)

_JUDGED: Final = MappingProxyType(
    {
        Verdict.VERIFIED: Status.VERIFIED,
        Verdict.NOT_WORKING: Status.NOT_WORKING,
        Verdict.NOT_ENOUGH_DATA: Status.FIX_SHIPPED,
    }
)


def is_legal(before: Status, after: Status) -> bool:
    """Whether a person may set a signal to `after`. To what it is already it may always be set."""
    return after in INTENDED or before in _BEFORE[after]


def legal_before(after: Status) -> tuple[Status, ...]:
    """From where a person may set it, in the order of the words."""
    return tuple(status for status in Status if is_legal(status, after))


def is_for_proof(status: Status, set_by: str) -> bool:
    """Whether proof has a say: in a fix that waits for it, and in what it said itself."""
    return status is Status.FIX_SHIPPED or (status in _VERDICTS and set_by == PROOF)


def judged(verdict: Verdict) -> Status:
    """What proof makes of a status it has a say in."""
    return _JUDGED[verdict]


def takes_back(before: Status, after: Status) -> bool:
    """Whether this change says that the fix did not ship after all: one that was judged stays a fix."""
    return before is Status.FIX_SHIPPED and after in INTENDED
