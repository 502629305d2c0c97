"""Addresses of mailboxes and machines, and links that open something for whoever holds them."""

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv6Address
from typing import Final

from services.intake.redaction.marks import Find, Mark

_LOCAL: Final = re.compile(r'(?:"[^"@\n]{1,62}"|[\w.!#$%*+^`{|}~\'-]{1,64})')
"""The part before the @, read backwards from it."""
_DOMAIN: Final = re.compile(
    r"(?!\d{1,2}x\.)(?:(?:[^\W_][\w-]{0,62}\.){1,8}(?:xn--[\w-]{2,40}|[^\W\d_]{2,24})(?![\w-])"
    r"|(?:[^\W_][\w-]{0,62}[.。｡]){1,8}(?:xn--[a-z0-9-]{2,40}|[a-z]{2,24})(?![a-z0-9_-]))",
    re.IGNORECASE,
)
"""What follows the @. Source of the other full stops: RFC 3490, 3.1; after one of them only a name in ASCII ends it, for a sentence may follow."""
_OPENING: Final = ".!#$%*+^`{|}~'-"

_OCTET: Final = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
IPV4: Final = re.compile(rf"(?<![\w.]){_OCTET}(?:\.{_OCTET}){{3}}(?!\.?\d|[^\W_])")
IPV6: Final = re.compile(
    r"(?<![\w:.])(?=[0-9a-f]{0,4}:)[0-9a-f:]{2,39}[0-9a-f](?:(?:\.\d{1,3}){3})?(?:%\w{1,16})?(?!\w|:\w)", re.IGNORECASE
)
_VERSION: Final = re.compile(
    r"(?<![^\W_])(?:version|versión|versão|versione|ver|release|build|firmware|fw|app|update|updated|upgraded|patch|sdk|driver|ios|android|kernel|chapter|section|paragraph|§"
    r"|clause|rev|revision|windows|chrome|abschnitt|kapitel|oid|tool|client|plugin|software|programm|beta|alpha)[\s:.(]{0,3}(?:(?:is|to|from|number|no|of|auf|on|say|says|now|running|installed)[\s:.]{1,3}){0,3}\Z",
    re.IGNORECASE,
)

LINK: Final = re.compile(
    r"(?<![\w@.-])(?:[a-z][a-z0-9+.-]{1,15}://|www\.|(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,12}[/?])[^\s<>\"“”«»]{1,2000}",
    re.IGNORECASE,
)
_PUNCTUATION: Final = ".,;:!?)]}'’"
_OPENS: Final = re.compile(
    r"://[^/\s@?#]*@"
    r"|[?&#;](?i:[\w.-]*(?:token|secret|signature)|(?:[\w.-]*[_-])?(?:password|passwd|pwd|pass|pw|sig|api_?key|access_?key|auth|authorization|session_?(?:id)?|sid|otp"
    r"|jwt|credential|hmac)|invite|invitation|magic|ticket|nonce|verify|verification|confirmation|key|code|login|access|hash|oobcode)=[^&#\s]{6,}"
    r"|[?&#;](?:access_)?(?:t|k|s|h|c|u|id|ref|data|q|p)=(?=[^&#\s]*\d)(?=[^&#\s]*[a-z])(?=[^&#\s]*[A-Z])[\w%.~+/=-]{20,}"
    r"|/(?i:reset|password|reset[_-]?password|password[_-]?reset|verify|verification|confirm|confirmation|invite|invitation|join|magic|magic[_-]?link|activate|activation|unsubscribe|token|login"
    r"|signin|auth|share|shared|sso|recover|recovery|access|session|webhook|webhooks|hooks|services|bot)/(?:[\w.~%-]{1,40}/){0,3}(?![\w-]*-[A-Z]?[a-z]{3,}(?:-|\b))(?=[\w.~%-]*\d)[\w.~%:-]{12,}"
    r"|/(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?![\w-]*-[A-Z]?[a-z]{3,}(?:-|\b))[\w-]{24,}"
    r"|%40",
)


def emails(text: str) -> Iterator[Find]:
    """Every e-mail address in `text`."""
    at = text.find("@")
    while at >= 0:
        local = _LOCAL.match(text[max(0, at - 64) : at][::-1])
        domain = local and _DOMAIN.match(text, at + 1)
        if local and domain:
            said = local[0][::-1].lstrip(_OPENING)
            if said:
                yield Find(at - len(said), domain.end(), Mark.EMAIL)
        at = text.find("@", at + 1)


def ipv4_at(text: str, start: int) -> Find | None:
    """The IP address, version 4, that begins at `start`; what is called a version or a section stays."""
    found = IPV4.match(text, start)
    return Find(start, found.end(), Mark.IP) if found and not _VERSION.search(text, max(0, start - 40), start) else None


def ipv6s(text: str) -> Iterator[Find]:
    """Every IP address, version 6, in `text`."""
    for found in IPV6.finditer(text):
        if _is_ipv6(found[0]):
            yield Find(found.start(), found.end(), Mark.IP)


def links(text: str) -> Iterator[Find]:
    """Every link in `text` that carries a password, a token or somebody's address."""
    for found in LINK.finditer(text):
        link = found[0].rstrip(_PUNCTUATION)
        if _OPENS.search(link):
            yield Find(found.start(), found.start() + len(link), Mark.URL)


def _is_ipv6(said: str) -> bool:
    if not any(char.isdigit() for char in said) or not (
        said.startswith("::") or any(len(group) > 2 for group in said.split(":"))
    ):
        return False
    try:
        IPv6Address(said)
    except AddressValueError:
        return False
    return True
