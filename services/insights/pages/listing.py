"""Lines of signals, wherever they are listed."""

from dataclasses import dataclass

from services.insights.pages.charts import Chart, sparkline
from services.insights.pages.wording import count
from services.insights.reads.signals import RankedSignal


@dataclass(frozen=True, slots=True)
class Row:
    """One signal of a list, and its small series."""

    signal: RankedSignal
    spark: Chart
    spark_label: str
    course: str


def row_of(signal: RankedSignal) -> Row:
    weeks = [point.contacts for point in signal.weeks]
    label = (
        f"Contacts in the last {len(weeks)} weeks: {count(weeks[-1])} in the last seven days, "
        f"{count(weeks[-2])} in the seven before, highest {count(max(weeks))}"
    )
    return Row(signal, sparkline(signal.weeks), label, _course(weeks))


def _course(weeks: list[int]) -> str:
    """The last seven days against the four weeks before them."""
    *before, last = weeks[-5:]
    return f"{count(last)} in the last seven days, {sum(before) / len(before):,.1f} a week before"
