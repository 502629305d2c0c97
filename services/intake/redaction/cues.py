"""The words around a number that say what it is: 5551234567 is a phone number after "call me", and none after "order no."."""

import re
from enum import Enum

from services.intake.redaction.words import BETWEEN, CARD, NATIONAL, NUMBER, ON, OWN, PEOPLE, PHONE, REFERENCE

BEFORE = 40
AFTER = 32
"""Characters before and after a number in which words count."""


class Cue(Enum):
    """What the nearest words say that a number is."""

    PHONE = "phone"
    CARD = "card"
    NATIONAL = "national"
    REFERENCE = "reference"
    """Somebody gave it to an order, a ticket, a parcel."""
    NONE = "none"
    """They say nothing."""


_MEANS = {
    **dict.fromkeys(BETWEEN, Cue.NONE),
    **dict.fromkeys(REFERENCE, Cue.REFERENCE),
    **dict.fromkeys(PHONE, Cue.PHONE),
    **dict.fromkeys(CARD, Cue.CARD),
    **dict.fromkeys(NATIONAL, Cue.NATIONAL),
}

_WORD = re.compile(r"[^\W_]+")
_LABEL = "mobile|cell|home|work|phone|office|direct|tel|fax|desk|handy|mobil|privat|büro|móvil|oficina|casa|celular|portable|bureau|fixe|domicile|cellulare|ufficio|telemóvel"
_SAID_AFTER = re.compile(
    rf"\s?[(|]\s?(?:{_LABEL})\s?(?:[)|]|$)|\s?(?:[-–,/]|\s-)\s?(?:{_LABEL})(?:[,;.|\n]|$)|\s(?:{_LABEL})(?:\s?[,;.|\n]|$)"
    r"|[\s,]*(?:is|on|ist|es|est|è|é)\s(?:my|our|the|his|her|meine|unsere|mi|mon|meu|minha|il mio)\s(?:new |work |home |own )?"
    r"(?:phone|mobile|cell|number|telephone|telefon|handy|móvil|teléfono|número|numéro|telefone|portable|cellulare|numero)(?!\w)",
    re.IGNORECASE,
)
"""How a signature labels a number, and how a sentence does."""


def cue(text: str, start: int, end: int) -> Cue:
    """What the nearest words say about the number at `start` to `end`."""
    before = text[max(0, start - BEFORE) : start].lower()
    words: list[str] = _WORD.findall(before)
    if words and (before[-1:].isalnum() or (before[-1] in "-_/.#" and before[-2:-1].isalnum())):
        # ORD-4111 is a name that somebody gave; card4111 and tel-555 are not.
        glued = _MEANS.get(words[-1], Cue.REFERENCE)
        return Cue.REFERENCE if glued is Cue.NONE else glued
    is_adjacent, later = True, ""
    for word in reversed(words):
        said = _MEANS.get(word)
        if said is None:
            is_adjacent = False
        elif said is Cue.NONE:
            if (later in NUMBER and word in OWN) or (later in ON and word in PEOPLE):
                return Cue.PHONE
        elif said is not Cue.REFERENCE or is_adjacent:
            return said
        later = word
    return Cue.PHONE if _SAID_AFTER.match(text, end, end + AFTER) else Cue.NONE
