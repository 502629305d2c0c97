"""Secrets that are said in plain words: passwords, PINs, codes, tokens."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from services.intake.redaction.marks import Find, Mark
from services.intake.redaction.words import CODES, DOUBTFUL, KEYS, PASSWORDS, PINS, PROSE, PROSE_ENDS, TOKENS

_QUOTES: Final = "\"'`“”‘’«»„‚"
_IS: Final = r"(?:is|was|are|ist|war|lautet|es|era|est|était|é|è|set to|changed to|to be)"
_ORNAMENT: Final = rf"[^\w\s\x00-\x7f{_QUOTES}£€¥§°]"
"""Bullets, an ellipsis, emoji: what stands beside words and is part of none."""
_CLOSE: Final = rf"(?:[{_QUOTES})\]*_]|{_ORNAMENT}){{0,2}}"
"""After a word that something was put around."""
_VALUE: Final = (
    rf"{_ORNAMENT}?(?:[{_QUOTES}]{{1,2}}(?P<quoted>[^{_QUOTES}\n]{{1,64}})[{_QUOTES}]|(?P<bare>[^\s{_QUOTES}]{{3,128}}))"
)

_QUALIFIER: Final = re.compile(
    r"(?<![^\W_])(?:security|verification|one[ -]time|login|access|auth|authentication|authenticator|confirmation|2fa|mfa|sms|door|gate|unlock|alarm|recovery|backup|pin"
    r"|verificación|seguridad|acceso|verificação|segurança|vérification|sécurité|confirmation|secret|verifica|sicurezza|accesso|segreto)(?![^\W_])",
    re.IGNORECASE,
)
_KEY_QUALIFIER: Final = re.compile(
    r"(?:api|access|secret|private|auth|bearer|refresh|session|client|encryption|signing|webhook|account|shared|master|deploy|app|bot|storage|service)[ _-]?\Z",
    re.IGNORECASE,
)

_NEXT: Final = re.compile(rf"{_CLOSE}(?:\s{{1,2}}(?:to\s)?|\s?[(\[]){_VALUE}", re.IGNORECASE)
_SAID: Final = re.compile(
    rf"{_CLOSE}(?:\s(?:for|of|to|on|at|in|from|with|here|there|für|zu|von|zum|para|de|del|do|da|pour|per|di|al)(?:\s{{1,2}}[\w'’.@-]{{1,40}}){{0,5}}?)?"
    rf"(?:\s{{1,3}}{_IS}(?!\w)(?:\s{{0,2}}[:=]|\s{{1,2}}(?:still|now|currently|just|jetzt|ahora|simply|always|either|immer))?|\s{{0,2}}(?:[:=]|->|→|=>){{1,2}})\s{{0,3}}{_VALUE}",
    re.IGNORECASE,
)
_LEADS: Final = re.compile(
    rf"{_ORNAMENT}?(?!{_ORNAMENT})(?P<bare>[^\s\"'“”]{{4,64}})[\"'”]?\s(?:is|was|as|ist|als|war|es|como|est|comme|è|é|come)\s(?:my|the|our|his|her|mein|meinem|das|mi|mon|le|la|minha|mia|a)\s(?:\w{{1,16}}\s)?\Z",
    re.IGNORECASE,
)
_DIGITS_FOLLOW: Final = re.compile(
    rf"{_CLOSE}(?:\s(?:number|code|no\.?|(?:de|di) [a-zà-ú]{{4,16}}|secret|segreto|pin|for (?:my|the|this) [\w-]{{1,16}}|on (?:my|the|this) [\w-]{{1,16}}|of (?:my|the) [\w-]{{1,16}}|nummer)){{0,2}}(?:\s{{1,2}}{_IS}|\s{{0,2}}[:=]|\s?\()?\s{{0,3}}(?:[{_QUOTES}#]|{_ORNAMENT})?(?P<code>[A-Z]{{0,2}}-?\d(?:[ -]?\d){{2,9}})(?![\w%]|[.,:/]\d)",
    re.IGNORECASE,
)
_COUNTED: Final = re.compile(
    r"\s?-?(?:char|digit|letter|symbol|time|day|hour|minute|min\b|second|year|month|week|attempt|zeichen|ziffern|stellen|mal\b|tage|caracter|carácter|dígito|días|caract|chiffre|jours|fois|cifre|caratteri|%|€|\$|usd|eur)",
    re.IGNORECASE,
)
_ENDS: Final = re.compile(
    rf"(?:[\"'”’.,;:!?)\]]|{_ORNAMENT})*(?:$|\n|(?:[.,;!?)]|{_ORNAMENT})(?:\s|$)|\s(?:and|but|or|if|so|und|aber|oder|y|pero|et|mais|e|ma|mas|,|-|–|with|please|bitte|can|could|why|which|since|thanks)\b)",
    re.IGNORECASE,
)
_TAIL: Final = re.compile(rf"(?:[.,;:!?)\]]|{_ORNAMENT})+\Z")
_NOT_MADE_UP: Final = ("[", "http", "www.", "***", "•", "(", "&")
_DIGIT: Final = re.compile(r"\d")
_HAS_SIGN: Final = re.compile(r"[^\w.,/-]")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_RANDOM: Final = re.compile(r"(?=[^\d]*\d)(?=[^A-Za-z]*[A-Za-z])[\w\-./+=~:]+")

SECRET_WORDS: Final = frozenset(word.encode() for word in PASSWORDS | PINS | CODES | TOKENS | KEYS)


def secrets(text: str, words: Iterable[bytes]) -> Iterator[Find]:
    """Every secret in `text`, which is plain, that is said in plain words, beside one of `words` (in lower case)."""
    low = text.lower()
    for word in map(bytes.decode, words):
        look = _LOOKS[word]
        at = low.find(word)
        while at >= 0:
            end = at + len(word)
            if not (low[at - 1 : at].isalnum() or low[end : end + 1].isalnum()):
                yield from look(text, at, end)
            at = low.find(word, end)


def _number(text: str, _start: int, end: int) -> Iterator[Find]:
    found = _DIGIT.search(text, end, end + 48) and _DIGITS_FOLLOW.match(text, end)
    if found and not _COUNTED.match(text, found.end("code")):
        yield Find(found.start("code"), found.end("code"), Mark.SECRET)


def _code(text: str, start: int, end: int) -> Iterator[Find]:
    for find in _number(text, start, end):
        if _QUALIFIER.search(text, max(0, start - 16), find.start):
            yield find


def _key(text: str, start: int, end: int) -> Iterator[Find]:
    if _KEY_QUALIFIER.search(text, max(0, start - 16), start):
        yield from _token(text, start, end)


def _password(text: str, start: int, end: int) -> Iterator[Find]:
    after = _SAID.match(text, end)
    if after and (after["quoted"] or _is_password(text, after, is_plain=text[start:end].lower() not in DOUBTFUL)):
        yield _found(after)
        return
    after = _NEXT.match(text, end)
    if after and (after["quoted"] or (_looks_made_up(_bare(after)) and not _YEAR.fullmatch(_bare(after)))):
        yield _found(after)
        return
    before = _LEADS.search(text, max(0, start - 100), start)
    if before and _looks_made_up(before["bare"]):
        yield _found(before)


def _token(text: str, _start: int, end: int) -> Iterator[Find]:
    for shape in (_NEXT, _SAID):
        after = shape.match(text, end)
        if after and _looks_random(after["quoted"] or _bare(after)):
            yield _found(after)
            return


def _found(said: re.Match[str]) -> Find:
    if said.groupdict().get("quoted"):
        return Find(said.start("quoted"), said.end("quoted"), Mark.SECRET)
    return Find(said.start("bare"), said.start("bare") + len(_bare(said)), Mark.SECRET)


def _bare(said: re.Match[str]) -> str:
    return _TAIL.sub("", said["bare"])


def _is_password(text: str, said: re.Match[str], *, is_plain: bool) -> bool:
    """
    Whether what is said is the password, and not something about it: wrong, expired, eight characters long.

    It may be a word of a language only if the word before it `is_plain`, with no other meaning.
    """
    value = _bare(said)
    end = said.start("bare") + len(value)
    if len(value) < 3 or value.lower() in PROSE or _COUNTED.match(text, end):
        return False
    is_word = is_plain and len(value) >= 4 and value.isalpha() and not value.lower().endswith(PROSE_ENDS)
    return _looks_made_up(value) or (is_word and _ENDS.match(text, end) is not None)


def _looks_made_up(value: str) -> bool:
    """Whether no word of a language is written so: digits in it, signs, or capitals within."""
    letters = value.replace("-", "").replace("'", "").replace("’", "")
    if letters.isalpha():
        return letters != letters.lower() and letters != letters.upper() and letters[1:] != letters[1:].lower()
    return (
        len(value) >= 4
        and not value.startswith(_NOT_MADE_UP)
        and (_DIGIT.search(value) is not None or _HAS_SIGN.search(value) is not None)
    )


def _looks_random(value: str) -> bool:
    return len(value) >= 8 and _RANDOM.fullmatch(value) is not None and not value.startswith(_NOT_MADE_UP)


_LOOKS: Final[dict[str, Callable[[str, int, int], Iterator[Find]]]] = {
    **dict.fromkeys(PASSWORDS, _password),
    **dict.fromkeys(PINS, _number),
    **dict.fromkeys(CODES, _code),
    **dict.fromkeys(TOKENS, _token),
    **dict.fromkeys(KEYS, _key),
}
