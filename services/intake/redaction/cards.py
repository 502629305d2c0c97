"""Payment cards."""

import re
from typing import Final

from stdnum import luhn

from services.intake.redaction.cues import Cue

# Issuers by the digits that a number begins with, and how long their numbers are. Source: ISO/IEC 7812, ranges as networks publish them.
_ISSUER: Final = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|(?:222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}|3(?:0[0-5]|09|[689]\d)\d{11}"
    r"|(?:6011|64[4-9]\d|65\d\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|(?:2131|1800)\d{11}|62\d{14,17}|(?:50|5[6-9]|6[0-9])\d{10,17}"
)
_SHAPE: Final = re.compile(r"\d{4,12}(?:[ .\-\n]{1,3}\d{4,12}){1,3}(?:[ .\-\n]{1,3}\d{3})?|\d{14,16}")


def is_card(written: str, digits: str, said: Cue) -> bool:
    """
    Whether a number is one of a payment card.

    Any of 12 digits or more that is called one and passes Luhn's check, or one of a known issuer, grouped as usual.
    """
    if said is Cue.REFERENCE or len(digits) < 12:
        return False
    is_like_one = said is Cue.CARD or (_SHAPE.fullmatch(written) and _ISSUER.fullmatch(digits))
    return bool(is_like_one) and luhn.is_valid(digits)
