"""Words of the contract as people read them."""

from typing import Final

from shared.events import Disposition, Kind, Queue


def kind_name(kind: Kind) -> str:
    return "Not clear yet" if kind is Kind.UNKNOWN else kind.value.capitalize()


def disposition_name(disposition: Disposition) -> str:
    return "Not clear yet" if disposition is Disposition.UNKNOWN else disposition.value.capitalize()


def disposition_means(disposition: Disposition) -> str:
    return _DISPOSITIONS[disposition]


def queue_name(queue: Queue) -> str:
    return "Nobody has to" if queue is Queue.NONE else queue.value.capitalize()


def language_name(code: str) -> str:
    """`German`; a code that has no name here is shown as it is."""
    return _LANGUAGES.get(code, code)


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
