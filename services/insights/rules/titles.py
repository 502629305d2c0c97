"""
Titles of signals: the phrases that set its frictions apart, as customers say them.

Class-based TF-IDF over phrases of one to four words (Grootendorst 2022, section 3.3, with the share of people in place of
term frequency): a phrase is good when many people of the signal say it and few others do. What fewer than three people
say is never used, so a title quotes nobody.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from math import log

SPOKEN_BY = 3
"""People who must say a phrase before it may stand in a title."""

PHRASES = 2
"""A third no longer reads as a title."""

WORDS = 7
"""Words of a title, at most."""

TELLING = (0.5, 2.2, 2.8, 3.0)
"""How much more a phrase of one to four words tells. Fitted by reading titles of CFPB complaints: single words name a topic, not what is wrong."""

LONGEST_ABBREVIATION = 4
"""Letters; a longer word in capitals is shouted."""

STEM = 6

WORTH = 0.2
"""Share of the first phrase's score from which a second one is worth saying."""

TRIES = 20
"""Titles tried for one that no other signal has."""

# Masks of any origin: [email], <name>, {$100.00}, XXXX.
_MASK = re.compile(r"\[[^\]]*\]|<[^>]*>|\{[^}]*\}|\b[Xx]{2,}\b|\S*(?:://|@)\S*|\S*\d\S*")
_CLAUSE = re.compile(r"[.!?;:,()\"\n/|]+|\s[-\u2013\u2014]+\s")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")  # noqa: RUF001 - people type it

# What never begins or ends a phrase. Frequent words of other languages fall to the weighing.
_STOP = frozenset(
    """a about above after again against all also am an and any are aren't as asked at back be because been before being below between
    both but by call called came can can't cannot could couldn't day days did didn't do does doesn't doing don't done down during each
    even ever every few first for from further get gets getting give given go goes going gone got had hadn't has hasn't have haven't
    having he her here hers herself him himself his how however i i'd i'll i'm i've if in into is isn't it it's its itself just keep
    know let like made make many may me month months more most much must my myself need never new no nor not nothing now of off on
    once one only or other our ours ourselves out over own people per please put really said same saw say saying says see seem she
    should since so some someone something still such take taken tell than that that's the their theirs them themselves then there
    these they they're thing things this those though through time times to told too took tried try trying two under until up upon
    us use used using very via want wanted was wasn't way we week weeks well went were weren't what when where which while who whom
    why will with within without won't would wouldn't year years yes yet you you're your yours yourself
    able although another anything around ask attached believe best dear due etc everything fact follow following good hello help hi himself
    immediately include including instead issue issues it's matter might non number numerous order part point problem problems
    received receive regards regarding request requested right second send sent several show shows sir thank thanks thought today
    together truly turn unable various whatever whether went work soon possible
    complaint complaints company customer contact contacted stating stated state states copy date dated""".split()  # noqa: SIM905 - a list of 300 lines is no easier to read
)


@dataclass(frozen=True, slots=True)
class Said:
    """What one person said of one friction."""

    person: str
    words: str


@dataclass(frozen=True, slots=True)
class Background:
    """What people say in general: in how many of `frictions` a phrase occurs."""

    frictions: int
    spoken: Counter[str]


def background(everything: Iterable[Said]) -> Background:
    """How common each phrase is in all that is said."""
    phrases = [_phrases(one.words) for one in everything]
    return Background(len(phrases), Counter(phrase for one in phrases for phrase in one))


def title(members: Sequence[Said], common: Background, *, otherwise: str, taken: Collection[str] = ()) -> str:
    """
    The distinctive phrases of `members`, at most seven words; `otherwise` where three people share none.

    Where it is one of those that are `taken`, the next phrases are tried; if none tells them apart, both are called the same.
    """
    spoken, people = _spoken(members)
    scored = sorted(
        ((_score(phrase, count, people, common), phrase) for phrase, count in spoken.items() if count >= SPOKEN_BY),
        key=lambda pair: (-pair[0], pair[1]),
    )
    # A single word names a topic at best: it stands only where people share nothing longer.
    telling = [one for one in scored if " " in one[1]] or scored
    best = telling[0][0] if telling else 0.0
    chosen = _chosen([phrase for score, phrase in islice(telling, 200) if score > WORTH * best])
    if not chosen:
        return otherwise
    surfaces = _surfaces(members)
    others = [[chosen[0], phrase] for _, phrase in scored if not _stems(phrase) & _stems(chosen[0])]
    titles = [_sentence(phrases, surfaces) for phrases in [chosen, *others[:TRIES]]]
    return next((each for each in titles if each not in taken), titles[0])


def _score(phrase: str, count: int, people: int, common: Background) -> float:
    inside = count / people
    outside = (common.spoken.get(phrase, 0) + 1) / (common.frictions + 1)
    return inside * log(inside / outside) * TELLING[phrase.count(" ")]


def _chosen(phrases: Sequence[str]) -> list[str]:
    """The best phrases that say different things."""
    chosen: list[str] = []
    words: set[str] = set()
    for phrase in phrases:
        fresh = _stems(phrase)
        if fresh & words:
            continue
        # One word says little beside a phrase, but two of them say more than a topic.
        if chosen and ((" " in chosen[0] and " " not in phrase) or len(" ".join([*chosen, phrase]).split()) > WORDS):
            continue
        chosen.append(phrase)
        words |= fresh
        if len(chosen) == PHRASES:
            break
    return chosen


def _stems(phrase: str) -> set[str]:
    return {_stem(word) for word in phrase.split() if word not in _STOP}


def _stem(word: str) -> str:
    """Words that begin alike say the same: collect, collection, collector."""
    return word.removesuffix("s")[:STEM]


def _sentence(phrases: Sequence[str], surfaces: dict[str, str]) -> str:
    said = " · ".join(" ".join(surfaces.get(word, word) for word in phrase.split()) for phrase in phrases)
    return said[:1].upper() + said[1:]


def _surfaces(members: Iterable[Said]) -> dict[str, str]:
    """How a word is mostly written, where that is not in lower case: names of products and companies, abbreviations."""
    forms: dict[str, Counter[str]] = {}
    for member in members:
        for clause in _clauses(member.words):
            if " ".join(clause).isupper():
                continue
            for word in clause[1:]:
                forms.setdefault(word.lower(), Counter())[word] += 1
    return {
        word: form
        for word, counts in forms.items()
        if (form := counts.most_common(1)[0][0]) != word and 2 * counts[form] > counts.total() and not _is_shouted(form)
    }


def _is_shouted(form: str) -> bool:
    return form.isupper() and len(form) > LONGEST_ABBREVIATION


def _spoken(said: Iterable[Said]) -> tuple[Counter[str], int]:
    """In how many persons' words each phrase occurs, and how many persons there are."""
    phrases: dict[str, set[str]] = {}
    for one in said:
        phrases.setdefault(one.person, set()).update(_phrases(one.words))
    return Counter(phrase for person in phrases.values() for phrase in person), len(phrases)


def _phrases(words: str) -> set[str]:
    found = set()
    for clause in _clauses(words):
        lowered = [word.lower() for word in clause]
        for start, first in enumerate(lowered):
            if first in _STOP or len(first) < SPOKEN_BY:
                continue
            for end in range(start + 1, min(start + len(TELLING), len(lowered)) + 1):
                last = lowered[end - 1]
                if last not in _STOP and len(last) >= SPOKEN_BY:
                    found.add(" ".join(lowered[start:end]))
    return found


def _clauses(words: str) -> list[list[str]]:
    return [_WORD.findall(clause) for clause in _CLAUSE.split(_MASK.sub(" . ", words))]
