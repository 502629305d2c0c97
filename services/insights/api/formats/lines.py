"""One JSON object a line."""

import json
from collections.abc import Sequence
from datetime import datetime

from services.insights.reads.export import Column, Row


class Ndjson:
    def __init__(self, columns: Sequence[Column]) -> None:
        self._names = [column.name for column in columns]

    def page(self, rows: Sequence[Row]) -> bytes:
        return "".join(f"{json.dumps(dict(zip(self._names, row, strict=True)), default=_moment)}\n" for row in rows).encode()

    def end(self) -> bytes:
        return b""


def _moment(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()
