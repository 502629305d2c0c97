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
_LONGEST_RUN: Final = 3


def visible(text: str) -> str:
    """The same text, character for character, with control characters as blanks: offsets into one hold in the other."""
    if text.isprintable():
        return text
    return "".join(" " if _is_control(character) else character for character in text)


def essence(text: str) -> str:
    """
    What the models read, character for character: no masks ("XX/XX/2019"), no addresses of pages, no runs of one character.

    What is taken out becomes blanks; only what stands behind the first 4,000 characters is left out.
    """
    text = _LINK.sub(_as_link, _MASKED.sub(_blank, text[:READ_CHARACTERS]))
    return _REPEATED.sub(lambda run: run[1] * _LONGEST_RUN + " " * (len(run[0]) - _LONGEST_RUN), text)


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _as_link(found: re.Match[str]) -> str:
    return "link".ljust(len(found[0]))[: len(found[0])]


def _is_control(character: str) -> bool:
    return character not in "\n\t\u200d" and unicodedata.category(character).startswith("C")
