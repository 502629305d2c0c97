"""Phrases written by people that speak for haste, beside what the model learned: what is rare and grave is not left to statistics alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from services.triage.reading.sentences import sentences
from shared.events.words import Urgency

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Theme:
    """One reason to hurry: phrases that speak for it, and phrases that take it back."""

    reason: str
    speaks: re.Pattern[str]
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Pressing:
    """An urgency and why."""

    urgency: Urgency
    reason: str | None


@dataclass(frozen=True, slots=True)
class Phrases:
    """The themes of a phrase file, gravest first."""

    critical: tuple[Theme, ...]
    high: tuple[Theme, ...]

    @classmethod
    def load(cls, file: Path) -> Phrases:
        """Raises ValueError naming the file and the phrase that is not a regular expression."""
        try:
            written = yaml.safe_load(file.read_text(encoding="utf-8"))
            return cls(critical=_themes(written["critical"]), high=_themes(written["high"]))
        except (OSError, yaml.YAMLError, re.error, KeyError, TypeError) as error:
            message = f"the urgency phrases cannot be read: {file}: {error}"
            raise ValueError(message) from error

    def found(self, text: str) -> Pressing:
        """The gravest that a phrase speaks for; normal, without a reason, where none does."""
        if reason := _first(self.critical, text):
            return Pressing(Urgency.CRITICAL, reason)
        if reason := _first(self.high, text):
            return Pressing(Urgency.HIGH, reason)
        return Pressing(Urgency.NORMAL, None)


def _first(themes: Sequence[Theme], text: str) -> str | None:
    return next((theme.reason for theme in themes if _speaks(theme, text)), None)


def _speaks(theme: Theme, text: str) -> bool:
    return any(not _taken_back(theme, text, match) for match in theme.speaks.finditer(text))


def _taken_back(theme: Theme, text: str, match: re.Match[str]) -> bool:
    if theme.unless is None:
        return False
    around = (s for s in sentences(text) if s.start < match.end() and match.start() < s.end)
    return any(theme.unless.search(text[s.start : s.end]) for s in around)


def _themes(written: Sequence[Mapping[str, object]]) -> tuple[Theme, ...]:
    return tuple(
        Theme(
            reason=str(theme["reason"]),
            speaks=_pattern(theme["any"]),
            unless=_pattern(theme["unless"]) if theme["unless"] else None,
        )
        for theme in written
    )


def _pattern(phrases: object) -> re.Pattern[str]:
    if not isinstance(phrases, list):
        message = f"a list of phrases was expected, not {phrases!r}"
        raise TypeError(message)
    alternatives = (f"(?:{phrase})".replace("'", "['\u2019]?").replace(" ", r"\s+") for phrase in phrases)
    return re.compile(r"\b(?:" + "|".join(alternatives) + r")(?!\w)", re.IGNORECASE)
