"""National ids: a shape, a checksum where there is one, and whether the shape alone says enough."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from stdnum.br import cpf
from stdnum.ch import ssn as ahv
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.pt import nif
from stdnum.us import ssn

from services.intake.redaction.cues import Cue, cue
from services.intake.redaction.marks import Find, Mark


@dataclass(frozen=True, slots=True)
class _Kind:
    """Numbers of one country: as they are `written` where that says enough, and whether they are `valid`."""

    written: re.Pattern[str] | None
    valid: Callable[[str], bool]


_BY_DIGITS: Final = {
    9: (_Kind(re.compile(r"\d{3}-\d{2}-\d{4}"), ssn.is_valid), _Kind(None, nif.is_valid), _Kind(None, bsn.is_valid)),
    11: (
        _Kind(re.compile(r"\d{3}\.\d{3}\.\d{3}[-/]\d{2}"), cpf.is_valid),
        _Kind(re.compile(r"\d{2} \d{3} \d{3} \d{3}"), idnr.is_valid),
        _Kind(None, pesel.is_valid),
    ),
    13: (_Kind(re.compile(r"756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}"), ahv.is_valid),),
    15: (_Kind(re.compile(r"[12][ .]?\d\d[ .]?\d\d[ .]?\d\d[ .]?\d{3}[ .]?\d{3}[ .\-/]{0,3}\d\d"), nir.is_valid),),
}

LETTERED: Final = re.compile(
    r"(?<![\w-])(?:"
    r"(?P<nino>(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\d\d[ -]?\d\d[ -]?\d\d[ -]?[A-D])"
    r"|(?P<nie>[XYZ][ .-]?\d[ .]?\d{3}[ .]?\d{3}[ .-]{0,3}[A-Z]|[XYZ][ -]?\d{7}[ -]{0,3}[A-Z])"
    r"|(?P<dni>\d{8}[ .-]{0,3}[A-Z]|\d{2}[. ]\d{3}[. ]\d{3}[ .-]{0,3}[A-Z])"
    r"|(?P<codice>[A-Z]{3}[ -]?[A-Z]{3}[ -]?[\dLMNPQRSTUV]{2}[A-EHLMPRST][\dLMNPQRSTUV]{2}[ -]?[A-Z][\dLMNPQRSTUV]{3}[A-Z])"
    r"|(?P<nir>[12][ .]?\d\d[ .]?\d\d[ .]?2[AB][ .]?\d{3}[ .]?\d{3}[ .-]{0,3}\d\d)"
    r")(?!\w)",
    re.IGNORECASE,
)
"""Those with letters. A British number has no checksum; the others have."""

_LETTERED_VALID: Final[dict[str, Callable[[str], bool]]] = {
    "nie": nie.is_valid,
    "dni": dni.is_valid,
    "codice": codicefiscale.is_valid,
    "nir": nir.is_valid,
}
_BETWEEN: Final = re.compile(r"[ .-]")


def is_national_id(written: str, digits: str, *, is_said: bool) -> bool:
    """Whether a number in digits is a national id; `is_said` when the words before it say so, which any shape needs that is common."""
    return any(
        (is_said or (kind.written is not None and kind.written.fullmatch(written) is not None)) and kind.valid(digits)
        for kind in _BY_DIGITS.get(len(digits), ())
    )


def lettered_id_at(text: str, start: int) -> Find | None:
    """The national id with letters in it that begins at `start`."""
    match = LETTERED.match(text, start)
    if match is None:
        return None
    valid = _LETTERED_VALID.get(match.lastgroup or "")
    if valid is not None and not valid(_BETWEEN.sub("", match[0])):
        return None
    return None if cue(text, start, match.end()) is Cue.REFERENCE else Find(start, match.end(), Mark.NATIONAL_ID)
