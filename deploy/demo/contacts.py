"""Real complaints as contacts of today: read, moved to now, given what the source does not say (data/README.md lists it)."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

SAMPLE = Path(__file__).parent / "data" / "cfpb-2019.csv.gz"
SOURCE = "cfpb"
WEEK = timedelta(weeks=1)

PRODUCTS = {
    "Checking or savings account": "Accounts",
    "Credit card or prepaid card": "Cards",
    "Credit reporting, credit repair services, or other personal consumer reports": "Credit reports",
    "Debt collection": "Debt collection",
    "Money transfer, virtual currency, or money service": "Transfers",
    "Mortgage": "Mortgages",
    "Payday loan, title loan, or personal loan": "Personal loans",
    "Student loan": "Student loans",
    "Vehicle loan or lease": "Vehicle loans",
}
RESOLUTIONS = {
    "Closed with monetary relief": "won",
    "Closed with non-monetary relief": "won",
    "Untimely response": "lost",
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """One row of the sample, moved to now."""

    number: str
    product: str
    issue: str
    state: str
    response: str
    text: str
    occurred_at: datetime

    def contact(self) -> dict[str, object]:
        """The body that `POST /v1/contacts` takes."""
        return {
            "text": self.text,
            "channel": "ticket",
            "source": SOURCE,
            "external_id": self.number,
            "occurred_at": self.occurred_at.isoformat(),
            "customer": {"id": f"customer-{self.number}"},
            "product": PRODUCTS.get(self.product, self.product),
            "attributes": {"state": self.state} if self.state else {},
        }

    def outcome(self) -> dict[str, object] | None:
        """The body that `POST /v1/outcomes` takes; None where the source does not say how it ended."""
        resolution = RESOLUTIONS.get(self.response)
        if resolution is None:
            return None
        return {
            "source": SOURCE,
            "external_id": self.number,
            "resolution": resolution,
            "occurred_at": self.occurred_at.isoformat(),
        }


def complaints(today: date, sample: Path = SAMPLE) -> list[Complaint]:
    """The sample, oldest first, moved by whole weeks so that the last was yesterday."""
    rows = list(_rows(sample))
    yesterday = today - timedelta(days=1)
    weeks = (yesterday - max(day for day, _ in rows)) // WEEK + 1
    moved = []
    for day, row in rows:
        then = day + weeks * WEEK
        # The last days of the sample would come to lie after yesterday: they go one week less far.
        moved.append(_complaint(then if then <= yesterday else then - WEEK, row))
    return sorted(moved, key=lambda complaint: complaint.occurred_at)


def _rows(sample: Path) -> Iterator[tuple[date, dict[str, str]]]:
    with gzip.open(sample, "rb") as compressed, io.TextIOWrapper(compressed, "utf-8", newline="") as text:
        for row in csv.DictReader(text):
            yield date.fromisoformat(row["date_received"]), row


def _complaint(day: date, row: dict[str, str]) -> Complaint:
    number = row["complaint_id"]
    hour, minute = 8 + zlib.crc32(number.encode()) % 12, zlib.crc32(number[::-1].encode()) % 60
    return Complaint(
        number=number,
        product=row["product"],
        issue=row["issue"],
        state=row["state"],
        response=row["company_response"],
        text=row["narrative"],
        occurred_at=datetime.combine(day, time(hour, minute), UTC),
    )
