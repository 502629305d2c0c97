"""Words of the contract, and shares, as people read them on a page."""

from typing import Final

from shared.events.words import Channel, Kind


def percent(share: float) -> str:
    """`82 %`; what is not nothing is never said to be nothing, nor what is not certain to be certain."""
    whole = round(share * 100)
    if whole == 0 and share > 0:
        return "under 1\u2009%"
    if whole == 100 and share < 1:
        return "over 99\u2009%"
    return f"{whole}\u2009%"


def kind_means(kind: Kind) -> str:
    """What a kind of friction means, in a few words."""
    return _KINDS[kind]


def channel_name(channel: Channel) -> str:
    """`In app`."""
    return channel.value.replace("_", " ").capitalize()


_KINDS: Final = {
    Kind.DEFECT: "it is broken",
    Kind.ACCESS: "cannot get in",
    Kind.CONFUSION: "does not know how, or was told wrongly",
    Kind.DELAY: "waiting, late, lost on the way",
    Kind.CHARGE: "billing, price, refund",
    Kind.GAP: "it cannot do what is needed",
    Kind.POLICY: "rules in the way",
    Kind.SERVICE: "how people treated them",
    Kind.TRUST: "fraud, privacy, safety",
    Kind.QUALITY: "worse than promised",
    Kind.UNKNOWN: "no kind is likely enough to be claimed",
}
