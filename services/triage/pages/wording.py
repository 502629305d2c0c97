"""Numbers and words as people read them."""

from typing import Final

from shared.events import Channel, Disposition, Kind, Queue


def percent(share: float) -> str:
    """`82 %`; what is not nothing is never said to be nothing, nor what is not certain to be certain."""
    whole = round(share * 100)
    if whole == 0 and share > 0:
        return "under 1\u2009%"
    if whole == 100 and share < 1:
        return "over 99\u2009%"
    return f"{whole}\u2009%"


def kind_name(kind: Kind) -> str:
    return "Not clear yet" if kind is Kind.UNKNOWN else kind.value.capitalize()


def kind_means(kind: Kind) -> str:
    """What a kind of friction means, in a few words."""
    return _KINDS[kind]


def disposition_name(disposition: Disposition) -> str:
    return "Not clear yet" if disposition is Disposition.UNKNOWN else disposition.value.capitalize()


def disposition_means(disposition: Disposition) -> str:
    return _DISPOSITIONS[disposition]


def queue_name(queue: Queue) -> str:
    return "Nobody has to" if queue is Queue.NONE else queue.value.capitalize()


def channel_name(channel: Channel) -> str:
    return "In app" if channel is Channel.IN_APP else channel.value.capitalize()


def language_name(code: str) -> str:
    """`German`; a code that has no name here is shown as it is."""
    return _LANGUAGES.get(code, code)


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

_DISPOSITIONS: Final = {
    Disposition.FRICTION: "something got in the customer\u2019s way",
    Disposition.IDEA: "a wish, or a thought worth keeping",
    Disposition.PRAISE: "a win, to be counted beside the losses",
    Disposition.OPPORTUNITY: "an opening for growth",
    Disposition.MISFIT: "the product is not for this person",
    Disposition.ABUSE: "not meant to be answered",
    Disposition.NOISE: "nothing is asked and nothing is said",
    Disposition.UNKNOWN: "nothing is likely enough to be claimed",
}

_LANGUAGES: Final = {
    "ar": "Arabic",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "und": "Not recognised",
    "zh": "Chinese",
}
