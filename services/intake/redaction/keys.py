"""Keys whose shape gives them away: API keys of known issuers, JWT, private keys."""

import re
from collections.abc import Iterator
from typing import Final

from services.intake.redaction.marks import Find, Mark

# Shapes as their issuers and gitleaks (MIT) describe them.
KEY: Final = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[\s\S]{0,8000}?-----END [A-Z0-9 ]{0,60}-----|[^-]{0,8000})"
    r"|(?<![A-Za-z0-9])(?:"
    r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])"
    r"|AIza[\w-]{35}"
    r"|gh[opsur]_[A-Za-z0-9]{30,255}|github_pat_\w{22,255}"
    r"|gl(?:pat|ptt|dt|rt|soat)-[\w.-]{20,64}"
    r"|xox[abeoprs]-[\w-]{10,250}|xapp-[\w-]{10,250}"
    r"|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,247}"
    r"|sk-(?:ant-|proj-|svcacct-|or-v1-)?[\w-]{20,250}"
    r"|wh(?:sec|sk)_[A-Za-z0-9+/=]{16,120}"
    r"|SG\.[\w-]{16,32}\.[\w-]{16,64}"
    r"|GOCSPX-[\w-]{20,40}|ya29\.[\w-]{20,300}"
    r"|npm_[A-Za-z0-9]{30,40}|pypi-[\w-]{30,250}|hf_[A-Za-z0-9]{30,40}|dop_v1_[a-f0-9]{60,70}"
    r"|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|sq0[a-z]{3}-[\w-]{22,60}|key-[0-9a-f]{32}|(?:AC|SK)(?=[a-f]*\d)[0-9a-f]{32}(?![A-Za-z0-9])"
    r"|fb_[A-Za-z0-9]{4,32}_[\w-]{40,50}"
    r"|\d{8,10}:AA[\w-]{33}"
    r")"
)

KEY_PREFIXES: Final = frozenset(
    b"sk rk pk ghp gho ghs ghu ghr github glpat glptt gldt glrt glsoat xoxa xoxb xoxe xoxo xoxp xoxr xoxs xapp whsec whsk sg gocspx ya29 npm pypi hf dop shpat"
    b" shpca shppa shpss fb key".split()
)
"""The first words of such keys, in lower case, where a sign follows; those that have none are looked for in hints."""
HEX_KEY: Final = 34
"""Characters of a key that has nothing but its length and two letters before."""


def keys(text: str) -> Iterator[Find]:
    """Every key in `text` that its shape gives away."""
    for found in KEY.finditer(text):
        yield Find(found.start(), found.end(), Mark.SECRET)
