"""SQL in named blocks: `-- name: verb` begins one, in `sql/<room>.sql`."""

import re
from functools import cache
from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).parent.parent / "sql"

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def blocks(room: str) -> MappingProxyType[str, str]:
    """The statements of one room, by name: `blocks("outcomes")["keep_latest"]`."""
    _, *parts = _NAME.split((FOLDER / f"{room}.sql").read_text())
    return MappingProxyType({name: statement.strip() for name, statement in zip(parts[::2], parts[1::2], strict=True)})
