"""Which words of a passage spoke for a kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from services.triage.reading.heads import Head
    from services.triage.reading.ngrams import Row, Vocabulary

_AT_MOST: Final = 3
# Words that mean nothing out of context would only puzzle whoever reads the reasons.
_EMPTY_WORDS: Final = (
    "a an and are as at be been but by can do does did for from had has have he her him his i if im in is it its me my no not of on or "
    "our she so that the their them then there they this to was we were what when which who will with would you your"
)
_EMPTY: Final = frozenset(_EMPTY_WORDS.split())


def reasons(row: Row, *, head: Head, label: int, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The words that moved the decision furthest towards this label, strongest first, at most three."""
    weights = head.words.weights[row.indices]
    pull = row.values * (weights[:, label] - weights.mean(axis=1))
    strongest = (int(place) for place in (-pull).argsort(kind="stable") if pull[place] > 0)
    named = (vocabulary.names[row.indices[place]] for place in strongest if row.indices[place] < len(vocabulary.words))
    chosen: list[str] = []
    for name in named:
        if not set(name.split()) <= _EMPTY and not any(set(name.split()) & set(other.split()) for other in chosen):
            chosen.append(name)
        if len(chosen) == _AT_MOST:
            break
    return tuple(chosen)
