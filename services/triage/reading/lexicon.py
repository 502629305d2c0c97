"""
One language's words in English: as they are listed, as their endings say, or as their English cousin is spelled.

A line of a lexicon is a word or phrase, a tab, and its gloss, which may be empty. `~` begins an infinitive, which stands for all its forms;
stems that its ending does not give away follow it: `*` one of the past, `+` a participle; `|` is where German takes it apart. The forms come
from `endings.yaml`. Case never counts, and accents only where they tell two words apart: not everybody types them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_WORD: Final = re.compile(r"[^\W_]+'|[^\W_]+|\S")
_VERB, _PAST, _DONE, _APART = "~", "*", "+", "|"
_LONGEST_WORD: Final = 40
_SHORTEST_STEM: Final = 2
_SHORTEST_PART: Final = 3
_SHORTEST_COUSIN: Final = 4
# What German puts between the parts of a compound.
_LINKS: Final = ("", "s", "n", "en", "es", "e")


@dataclass(frozen=True, slots=True)
class Verb:
    """The forms of an English verb."""

    plain: str
    past: str
    done: str
    doing: str

    def said(self, pattern: str) -> str:
        """A pattern of `endings.yaml` with this verb in it."""
        return pattern.format(self.plain, past=self.past, done=self.done, doing=self.doing)


@dataclass(frozen=True, slots=True)
class Participle:
    """How a language makes one: `before` the stem, unless that begins or its infinitive ends with something else, and `after` it."""

    before: str
    after: tuple[str, ...]
    not_after: tuple[str, ...]
    not_with: str


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language of `endings.yaml`: endings and what they mean for each class of verbs, and what endings of other words become."""

    verbs: Mapping[str, Mapping[str, str]]
    spellings: Mapping[str, Mapping[str, str]]
    words: tuple[tuple[str, str], ...]
    cognates: tuple[tuple[str, str], ...]
    done: Participle | None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`entries` by word or phrase, `longest` the words of the longest phrase that begins so; `stems` by class, `past` ones apart."""

    grammar: Grammar
    entries: dict[str, str] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)
    stems: dict[str, dict[str, Verb]] = field(default_factory=dict)
    past: dict[str, Verb] = field(default_factory=dict)
    prefixes: set[str] = field(default_factory=set)

    def word(self, word: str) -> str | None:
        """Its gloss; None where nothing is known of it, or where it is too long to be a word."""
        if len(word) > _LONGEST_WORD:
            return None
        for spelled in (word, plain(word)):
            if (gloss := self._listed(spelled)) is not None:
                return gloss
        return self._compound(word) or self._cousin(word)

    def form(self, word: str) -> str | None:
        """The gloss of a verb's form, by the longest stem."""
        for cut in range(len(word), _SHORTEST_STEM - 1, -1):
            stem, ending = word[:cut], word[cut:]
            for name, endings in self.grammar.verbs.items():
                if ending in endings and (verb := self.stems[name].get(stem)):
                    return verb.said(endings[ending])
                if ending in endings and (verb := self.past.get(stem)):
                    return verb.past
        return None

    def _listed(self, word: str) -> str | None:
        if (gloss := self.entries.get(word)) is not None or (gloss := self.form(word)) is not None:
            return gloss
        shorter = (word.removesuffix(ending) + instead for ending, instead in self.grammar.words if word.endswith(ending))
        return next((gloss for each in shorter if (gloss := self.entries.get(each)) is not None), None)

    def _compound(self, word: str) -> str | None:
        """Two known words written as one, where the language makes such words."""
        if self.grammar.done is None:
            return None
        for cut in range(_SHORTEST_PART, len(word) - _SHORTEST_PART):
            if (last := self._listed(word[cut:])) is None:
                continue
            firsts = (word[:cut].removesuffix(link) for link in _LINKS if word[:cut].endswith(link))
            known = (self._listed(first) for first in firsts if len(first) >= _SHORTEST_PART)
            if first := next(filter(None, known), None):
                return f"{first} {last}"
        return None

    def _cousin(self, word: str) -> str | None:
        for ending, instead in self.grammar.cognates:
            if word.endswith(ending) and len(word) >= len(ending) + _SHORTEST_COUSIN:
                return plain(word.removesuffix(ending)) + instead
        return None


def plain(text: str) -> str:
    """Without accents."""
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


def lexicon(lines: Iterable[str], grammar: Grammar, english: Mapping[str, Verb]) -> Lexicon:
    """What a file lists. The first of two that are spelled alike counts. Raises ValueError naming the line that is none."""
    found = Lexicon(grammar, stems={name: {} for name in grammar.verbs})
    for line in lines:
        said, tab, gloss = line.partition("\t")
        if not tab:
            message = f"no tab in {line!r}"
            raise ValueError(message)
        if said.startswith(_VERB):
            _add_verb(found, said.removeprefix(_VERB), conjugated(gloss, english))
        else:
            _add(found, " ".join(_WORD.findall(said.replace("-", " "))), gloss)
    return _without_accents(found)


def conjugated(gloss: str, english: Mapping[str, Verb]) -> Verb:
    """All forms of an English verb, which may have words behind it ("log in"); `english` are the irregular ones."""
    first, blank, rest = gloss.partition(" ")
    verb = english.get(first) or _regular(first)
    return Verb(*(form + blank + rest for form in (verb.plain, verb.past, verb.done, verb.doing)))


def irregular(lines: Iterable[str]) -> dict[str, Verb]:
    """The verbs of `english.tsv`: plain, past, participle, and the form in -ing where that is not as usual."""
    rows = (line.split("\t") for line in lines)
    return {row[0]: Verb(row[0], row[1], row[2], row[3] if len(row) > 3 else _regular(row[0]).doing) for row in rows}


def _regular(verb: str) -> Verb:
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        past = f"{verb[:-1]}ied"
    else:
        past = f"{verb}d" if verb.endswith("e") else f"{verb}ed"
    return Verb(verb, past, past, f"{verb.removesuffix('e') if not verb.endswith('ee') else verb}ing")


def _add(found: Lexicon, said: str, gloss: str) -> None:
    found.entries.setdefault(said, gloss)
    first, words = said.partition(" ")[0], said.count(" ") + 1
    found.longest[first] = max(found.longest.get(first, 1), words)


def _add_verb(found: Lexicon, said: str, verb: Verb) -> None:
    infinitive, *others = said.split(" ")
    prefix, _, base = infinitive.rpartition(_APART)
    prefix = prefix.replace(_APART, "")
    name = next((name for name in found.grammar.verbs if base.endswith(name)), None)
    if name is None:
        message = f"{infinitive!r} ends like no verb"
        raise ValueError(message)
    stem = base.removesuffix(name)
    done = [prefix + each.removeprefix(_DONE) for each in others if each.startswith(_DONE)]
    for form in done or _participles(found.grammar.done, prefix, base, stem):
        found.entries.setdefault(form, verb.done)
    found.entries.setdefault(prefix + base, verb.plain)
    if prefix:
        found.prefixes.add(prefix)
        found.entries.setdefault(f"{prefix}zu{base}", verb.plain)
    for each in (each.removeprefix(_PAST) for each in others if each.startswith(_PAST)):
        found.past.setdefault(prefix + each, verb)
    stems = [stem, *(each for each in others if each[0] not in (_PAST, _DONE))]
    spellings = found.grammar.spellings.get(name, {})
    spelled = (each.removesuffix(end) + instead for each in stems for end, instead in spellings.items() if each.endswith(end))
    for each in (*stems, *spelled):
        found.stems[name].setdefault(prefix + each, verb)


def _participles(done: Participle | None, prefix: str, base: str, stem: str) -> Iterator[str]:
    if done is None:
        return
    before = "" if base.startswith(done.not_after) or base.endswith(done.not_with) else done.before
    yield from (prefix + before + stem + after for after in done.after)


def _without_accents(found: Lexicon) -> Lexicon:
    """The same, found without accents as well."""
    _plain_too(found.entries)
    _plain_too(found.longest)
    _plain_too(found.past)
    for stems in found.stems.values():
        _plain_too(stems)
    return found


def _plain_too(table: dict[str, Any]) -> None:
    for key, said in list(table.items()):
        table.setdefault(plain(key), said)
