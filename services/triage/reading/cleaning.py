"""Text made ready for reading."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# What is read of a contact at most; what stands behind is kept by the pipeline, but decides nothing.
READ_CHARACTERS: Final = 4_000

_MASKED: Final = re.compile(r"\b[X*]{2,}(?:/[X*]{2,})*(?:/\d{2,4})?\b")
_LINK: Final = re.compile(r"(?:https?://|www\.)\S+")
_REPEATED: Final = re.compile(r"(\S)\1{3,}")
_BLANKS: Final = re.compile(r"\s+")


def visible(text: str) -> str:
    """The same text, character for character, with control characters as blanks: offsets into one hold in the other."""
    if text.isprintable():
        return text
    return "".join(" " if _is_control(character) else character for character in text)


def essence(text: str) -> str:
    """What the models read: no masks ("XX/XX/2019"), no addresses of pages, no runs of one character, single blanks."""
    text = _LINK.sub(" link ", _MASKED.sub(" ", text[:READ_CHARACTERS]))
    return _BLANKS.sub(" ", _REPEATED.sub(r"\1\1\1", text)).strip()


def _is_control(character: str) -> bool:
    return character not in "\n\t\u200d" and unicodedata.category(character).startswith("C")
