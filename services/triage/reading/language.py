"""Which language a text is in."""

from __future__ import annotations

from typing import Final

from py3langid.langid import MODEL_FILE, LanguageIdentifier

UNDETERMINED: Final = "und"
ENGLISH: Final = "en"

# Fewer candidates, fewer mistakes on short texts: these are the languages that customers of a European or American company write.
_CANDIDATES: Final = (
    "ar",
    "cs",
    "da",
    "de",
    "el",
    "en",
    "es",
    "fi",
    "fr",
    "he",
    "hu",
    "it",
    "ja",
    "ko",
    "nl",
    "no",
    "pl",
    "pt",
    "ro",
    "ru",
    "sv",
    "tr",
    "uk",
    "zh",
)
_READ_CHARACTERS: Final = 400
_SHORT: Final = 5
_SURE: Final = 0.95
_FAIRLY_SURE: Final = 0.6


class Languages:
    """Tells languages apart. Terse English ("meh", "ok thx") stays English unless something speaks clearly against it."""

    def __init__(self) -> None:
        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        self._identifier.set_languages(_CANDIDATES)

    def language(self, text: str) -> str:
        """ISO 639-1 code; `und` where a text holds fewer than two letters."""
        sample = text[:_READ_CHARACTERS]
        if sum(map(str.isalpha, sample)) < 2:
            return UNDETERMINED
        code, confidence = self._identifier.classify(sample)
        needed = _SURE if len(sample.split()) < _SHORT else _FAIRLY_SURE
        is_doubtful = sample.isascii() and confidence < needed
        return ENGLISH if is_doubtful else str(code)
