"""
What the customer wrote themselves: markup, quoted letters, signatures and disclaimers become blanks.

Character for character, so that a place in the result is a place in what was sent. The reply parser's expressions grow with the
square of a line's length, so it is shown the beginning of each line only: no header of a mail is longer.
"""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from mailparser_reply import EmailMessage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TAG: Final = re.compile(
    r"</?(?:html|body|head|div|p|br|span|a|table|tr|td|ul|ol|li|b|i|strong|em|blockquote|font|img|h[1-6])\b[^<>]*>", re.IGNORECASE
)
_HIDDEN: Final = ("script", "style", "head", "title", "blockquote")
_LINE_ENDING: Final = ("br", "p", "div", "tr", "li", "td", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol")
# Where none of these stands, there is no other letter below and no signature: the parser need not look.
_CORRESPONDENCE: Final = re.compile(
    r"^\s*(?:>|--|__|-{3,}|\*?(?:from|von|de|da|van|od|fra)\*?\s*:|on\b.{5,}|am\b.{5,}|le\b.{5,}|el\b.{5,}|il\b.{5,}|em\b.{5,}"
    r"|(?:with |many |best |kind |warm )*(?:regards|wishes|thanks|cheers|sincerely|yours)"
    r"|(?:mit |viele |liebe |beste |freundliche )*(?:gr[uü][sß]|gr[uü]ße|gr[uü]sse)"
    r"|cordialement|bien cordialement|saludos|un saludo|atentamente|cordiali saluti|distinti saluti|atenciosamente|cumprimentos"
    r"|sent from|gesendet|von meinem|envoyé|enviado|inviato|get outlook|this (?:e-?mail|message)|disclaimer|confidential)",
    re.IGNORECASE | re.MULTILINE,
)
_LANGUAGES: Final = ("en", "de", "fr", "es", "it", "nl")
_HEADER_CHARACTERS: Final = 200
_MOST_LINES: Final = 400


def own_words(text: str) -> str:
    """As long as `text`. Where nothing would be left, what was quoted stays: somebody wanted to say something by it."""
    plain = _without_markup(text) if _TAG.search(text) else text
    own = _without_letters(plain) if "\n" in plain.strip() else plain
    return own if own.strip() else plain


def _without_markup(text: str) -> str:
    reader = _Markup(text)
    reader.feed(text)
    reader.close()
    return "".join(reader.shown)


class _Markup(HTMLParser):
    """Shows the text between tags in its place; whatever else there is stays blank."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.shown = [character if character == "\n" else " " for character in text]
        self._starts = [0, *accumulate(len(line) for line in text.splitlines(keepends=True))]
        self._text = text
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 the library's signature
        self._hidden += tag in _HIDDEN
        self._end_line(tag)

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in _HIDDEN))
        self._end_line(tag)

    def handle_data(self, data: str) -> None:
        self._show(data, len(data))

    def handle_entityref(self, name: str) -> None:
        self._show(unescape(f"&{name};")[:1], 1)

    def handle_charref(self, name: str) -> None:
        self._show(unescape(f"&#{name};")[:1], 1)

    def _show(self, said: str, length: int) -> None:
        if not self._hidden:
            start = self._place()
            self.shown[start : start + length] = said.ljust(length)[:length]

    def _end_line(self, tag: str) -> None:
        if tag in _LINE_ENDING and (place := self._place()) < len(self.shown):
            self.shown[place] = "\n"

    def _place(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column


def _without_letters(text: str) -> str:
    if not _CORRESPONDENCE.search(text):
        return text
    lines = text.split("\n")
    shown = [line.strip()[:_HEADER_CHARACTERS] for line in lines[:_MOST_LINES]]
    kept = set(_kept(shown))
    return "\n".join(line if place in kept or place >= _MOST_LINES else " " * len(line) for place, line in enumerate(lines))


def _kept(lines: Sequence[str]) -> Iterator[int]:
    """The places of the lines that belong to the latest letter and are not quoted in it."""
    quoted = [line.startswith(">") for line in lines]
    message = EmailMessage(text="\n".join(lines), languages=list(_LANGUAGES), keep_hyphen_lists=True).read()
    own = iter(message.replies[0].body.split("\n"))
    wanted: str | None = next(own, None)
    for place, line in enumerate(lines):
        if wanted is not None and line == wanted.strip():
            wanted = next(own, None)
            if not quoted[place]:
                yield place
