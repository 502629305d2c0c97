"""
Phone numbers: by their shape where only they have it, by the words around them otherwise.

No library verifies them: phonenumbers takes longer than everything here together, and refuses what people mistype.
"""

import re
from typing import Final

from services.intake.redaction.cues import Cue

_ABROAD: Final = re.compile(r"\(?\+|00[1-9 -]")
_AMERICAN: Final = re.compile(r"(?:\+?1[ .-]?)?(?:\([2-9]\d\d\)[ .-]{0,2}\d{3}[ .-]\d{4}|[2-9]\d\d([ .-])\d{3}\1\d{4})")
_AREA: Final = re.compile(r"\(\d{2,5}\)[ ./-]{0,2}\d{2,5}(?:[ .-]\d{2,5}){1,3}")
_TRUNK: Final = re.compile(r"\(?0[1-9][\d ()./-]*")
_BARE_MOBILE: Final = re.compile(r"07\d{9}|0[67]\d{8}|01[567]\d{8,9}")
_APART: Final = re.compile(r"(?:\d[ .()-]{0,3}){6}\d [-/] |\s{2}|\n|(?<!\d)\d\.\d\.\d(?!\d)|\A\d+\.\d\d?\Z")
_EXTENSION: Final = re.compile(r"(?:\s{0,2}(?:x|ext\.?|extension|ext:|#)\s{0,2})(\d{1,6})\b", re.IGNORECASE)
_MAY_BE: Final = (Cue.NONE, Cue.PHONE)


def is_phone(written: str, digits: str, said: Cue) -> bool:
    """Whether a number of 7 digits or more is one to call."""
    if said in _MAY_BE and _AMERICAN.fullmatch(written):
        return True  # first, for it is the commonest
    if len(digits) > 15 or _APART.search(written):
        return False
    if _ABROAD.match(written) and len(digits) >= (10 if written[0] == "0" else 8):
        return said is not Cue.REFERENCE or written[0] != "0"
    if said is Cue.PHONE:
        return len(set(digits)) > 1
    return said is Cue.NONE and _looks_like_one(written, digits)


def _looks_like_one(written: str, digits: str) -> bool:
    if _AREA.fullmatch(written) or _BARE_MOBILE.fullmatch(written):
        return True
    return 9 <= len(digits) <= 12 and not written.isdigit() and _TRUNK.fullmatch(written) is not None


def end_of_extension(text: str, end: int) -> int:
    """Where the extension ends that follows a number ending at `end`; `end` where there is none."""
    extension = _EXTENSION.match(text, end)
    return extension.end() if extension else end
