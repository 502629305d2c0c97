"""
Another language, word for word in English: what the English models read of it.

No translation: words and short phrases are looked up, the longest first, and stand where they stood. The lexicons are `glosses/*.tsv`,
written for this project.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from services.triage.reading.lexicon import Grammar, Lexicon, Participle, irregular, lexicon, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LEXICONS: Final = Path(__file__).with_name("glosses")
GLOSSED: Final = ("de", "es", "fr", "it", "pt")
"""The languages that have a lexicon."""

# Words, the short ones that an apostrophe ties to the next ("l'app", "c'est"), and every other sign alone.
_TOKEN: Final = re.compile(r"[^\W_]+'(?=\w)|[^\W_]+|\S")
_HYPHEN: Final = re.compile(r"(?<=\w)-(?=\w)")
_LOOSE: Final = re.compile(r" (?=[.,!?;:%)])")
# How far a German prefix stands behind its verb at most ("bucht … ab").
_APART: Final = 16


@dataclass(frozen=True, slots=True)
class Glosses:
    """The lexicons by language."""

    lexicons: Mapping[str, Lexicon]

    @classmethod
    def load(cls, folder: Path = LEXICONS) -> Glosses:
        """Raises ValueError naming the file that is missing or broken."""
        file = folder / "endings.yaml"
        try:
            grammars = yaml.safe_load(file.read_text(encoding="utf-8"))
            file = folder / "english.tsv"
            english = irregular(_lines(file))
            found = {}
            for language in GLOSSED:
                file = folder / f"{language}.tsv"
                found[language] = lexicon(_lines(file), _grammar(grammars[language]), english)
        except (OSError, yaml.YAMLError, KeyError, IndexError, TypeError, ValueError) as error:
            message = f"the words of other languages cannot be read: {file}: {error}"
            raise ValueError(message) from error
        return cls(found)

    def english(self, text: str, *, language: str) -> str:
        """The text in English words; what is not known stays as it is, in small letters unless all were capitals."""
        tokens = _TOKEN.findall(_HYPHEN.sub(" ", text.lower().replace("\u2019", "'")))
        said = _LOOSE.sub("", " ".join(filter(None, _said(self.lexicons[language], tokens))))
        return said.upper() if text.isupper() else said


def _said(words: Lexicon, tokens: Sequence[str]) -> Iterator[str]:
    place, apart, last = 0, -1, ""
    while place < len(tokens):
        gloss, taken = _phrase(words, tokens, place)
        if gloss is None and (behind := _prefix_behind(words, tokens, place)) is not None:
            apart, gloss = behind, words.form(tokens[behind] + tokens[place])
        if gloss is None:
            gloss = words.word(tokens[place]) if tokens[place][0].isalpha() else None
        gloss = tokens[place] if gloss is None else gloss
        if place != apart:
            # A language that may leave "I" out does not always.
            yield gloss.removeprefix("i ") if last == "i" else gloss
            last = gloss
        place += taken


def _phrase(words: Lexicon, tokens: Sequence[str], place: int) -> tuple[str | None, int]:
    """The gloss of the longest phrase that begins here, and how many tokens it has."""
    first = tokens[place]
    longest = words.longest.get(first) or words.longest.get(plain(first), 1)
    for taken in range(min(longest, len(tokens) - place), 1, -1):
        said = " ".join(tokens[place : place + taken])
        gloss = words.entries.get(said)
        if gloss is not None or (gloss := words.entries.get(plain(said))) is not None:
            return gloss, taken
    return None, 1


def _prefix_behind(words: Lexicon, tokens: Sequence[str], place: int) -> int | None:
    """Where the prefix of the verb at this place stands, if it ends the clause."""
    if not words.prefixes:
        return None
    end = place + 1
    while end < min(len(tokens), place + _APART) and tokens[end][0].isalnum():
        end += 1
    behind = end - 1
    is_apart = behind > place and tokens[behind] in words.prefixes and words.form(tokens[behind] + tokens[place]) is not None
    return behind if is_apart else None


def _grammar(written: Mapping[str, Any]) -> Grammar:
    done = written.get("done")
    return Grammar(
        verbs={name: _endings(patterns) for name, patterns in written["verbs"].items()},
        spellings=written.get("spellings", {}),
        words=tuple((str(ending), str(instead)) for ending, instead in written["words"]),
        cognates=tuple((str(ending), str(instead)) for ending, instead in written["cognates"]),
        done=Participle(done["before"], tuple(done["after"]), tuple(done["not_after"]), done["not_with"]) if done else None,
    )


def _endings(patterns: Mapping[str, str]) -> dict[str, str]:
    """By ending, the first pattern that has it; without accents, too."""
    exact: dict[str, str] = {}
    for pattern, endings in patterns.items():
        for ending in endings.split():
            exact.setdefault(ending.replace("-", ""), pattern)
    for ending, pattern in list(exact.items()):
        exact.setdefault(plain(ending), pattern)
    return exact


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()
