"""
Rows as the bytes of a file: `encoder("csv" | "ndjson" | "parquet", columns)`.

An encoder is told page after page and gives the bytes that follow from each; what it holds back is bounded.
"""

from collections.abc import Sequence
from enum import StrEnum

from services.insights.api.formats.comma import Csv
from services.insights.api.formats.encoder import Encoder
from services.insights.api.formats.lines import Ndjson
from services.insights.api.formats.parquet import Parquet
from services.insights.reads.export import Column

__all__ = ["Encoder", "Format", "encoder"]


class Format(StrEnum):
    CSV = "csv"
    NDJSON = "ndjson"
    PARQUET = "parquet"

    @property
    def media_type(self) -> str:
        return {
            Format.CSV: "text/csv; charset=utf-8; header=present",
            Format.NDJSON: "application/x-ndjson",
            Format.PARQUET: "application/vnd.apache.parquet",
        }[self]


def encoder(wanted: Format, columns: Sequence[Column]) -> Encoder:
    match wanted:
        case Format.CSV:
            return Csv(columns)
        case Format.NDJSON:
            return Ndjson(columns)
        case Format.PARQUET:
            return Parquet(columns)
