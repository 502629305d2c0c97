"""CSV as RFC 4180 has it, in UTF-8, that no spreadsheet takes for formulas."""

import csv
from collections.abc import Sequence
from datetime import datetime
from io import StringIO
from typing import Final

from services.insights.reads.export import Column, Row

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - spreadsheets take the wide ones too
"""What a spreadsheet may take for the beginning of a formula (OWASP, CSV Injection): an apostrophe stands before it."""


class Csv:
    def __init__(self, columns: Sequence[Column]) -> None:
        self._buffer = StringIO(newline="")
        self._writer = csv.writer(self._buffer)
        self._writer.writerow([column.name for column in columns])

    def page(self, rows: Sequence[Row]) -> bytes:
        self._writer.writerows([_cell(value) for value in row] for row in rows)
        return self._taken()

    def end(self) -> bytes:
        return self._taken()

    def _taken(self) -> bytes:
        text = self._buffer.getvalue()
        self._buffer.seek(0)
        self._buffer.truncate()
        return text.encode()


def _cell(value: object) -> object:
    match value:
        case str():
            return f"'{value}" if value.startswith(FORMULA) else value
        case list():
            return _cell("; ".join(map(str, value)))
        case datetime():
            return value.isoformat()
        case _:
            return value
