"""Apache Parquet, one row group after the other."""

from __future__ import annotations

from collections.abc import Sequence
from io import RawIOBase
from typing import TYPE_CHECKING, Any, Final

from services.insights.reads.export import Column, Holds, Row

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_A_GROUP: Final = 10_000
"""Rows that are held back: few enough for memory, enough for columns to be worth their heads."""


class Parquet:
    def __init__(self, columns: Sequence[Column]) -> None:
        # Some 60 MB of memory that only this format needs.
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415

        self._schema = pa.schema([(column.name, _type(pa, column.holds)) for column in columns])
        self._from_rows = pa.Table.from_arrays
        self._array = pa.array
        self._sink = _Sink()
        self._writer = pq.ParquetWriter(self._sink, self._schema, compression="zstd")
        self._held: list[Row] = []

    def page(self, rows: Sequence[Row]) -> bytes:
        self._held.extend(rows)
        if len(self._held) >= ROWS_A_GROUP:
            self._write()
        return self._sink.taken()

    def end(self) -> bytes:
        if self._held:
            self._write()
        self._writer.close()
        return self._sink.taken()

    def _write(self) -> None:
        columns = zip(*self._held, strict=True)
        arrays = [self._array(values, field.type) for values, field in zip(columns, self._schema, strict=True)]
        self._writer.write_table(self._from_rows(arrays, schema=self._schema))
        self._held = []


class _Sink(RawIOBase):
    """A file that is taken away while it is written."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._position = 0

    def writable(self) -> bool:
        return True

    def write(self, chunk: Any, /) -> int:
        self._chunks.append(bytes(chunk))
        self._position += len(self._chunks[-1])
        return len(self._chunks[-1])

    def tell(self) -> int:
        return self._position

    def taken(self) -> bytes:
        taken = b"".join(self._chunks)
        self._chunks = []
        return taken


def _type(arrow: Any, holds: Holds) -> pa.DataType:
    return {
        Holds.TEXT: arrow.string(),
        Holds.TEXTS: arrow.list_(arrow.string()),
        Holds.NUMBER: arrow.float64(),
        Holds.INTEGER: arrow.int64(),
        Holds.MOMENT: arrow.timestamp("us", tz="UTC"),
    }[holds]
