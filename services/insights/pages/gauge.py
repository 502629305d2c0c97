"""Satisfaction against the aim of 80 to 90 %, drawn in percent of the width."""

from dataclasses import dataclass
from typing import Final

from services.insights.pages.wording import count
from services.insights.rules.satisfaction import AIM, Satisfaction, Verdict
from shared.web.wording import percent

_HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Gauge:
    """Where everything goes, in percent of the drawing, and what is said beside it."""

    axis_from: int
    band_from: float
    band_to: float
    low: float
    high: float
    at: float
    verdict: str
    note: str
    label: str

    @property
    def band_width(self) -> float:
        return round(self.band_to - self.band_from, 2)

    @property
    def band_middle(self) -> float:
        return round((self.band_from + self.band_to) / 2, 2)


def gauge(found: Satisfaction) -> Gauge:
    """The axis begins at 50 % where everything fits there, else at 0."""
    start = _HALF if found.low >= _HALF else 0.0

    def place(share: float) -> float:
        return round((share - start) / (1 - start) * 100, 2)

    interval = f"{percent(found.low)} to {percent(found.high)}"
    return Gauge(
        axis_from=round(start * 100),
        band_from=place(AIM[0]),
        band_to=place(AIM[1]),
        low=place(found.low),
        high=place(found.high),
        at=place(found.share),
        verdict=_VERDICTS[found.verdict],
        note=f"{count(found.answers)} {'answer' if found.answers == 1 else 'answers'}, so likely {interval}. {_MEANINGS[found.verdict]}",
        label=f"Satisfaction {percent(found.share)}, {_VERDICTS[found.verdict]}; 95 % interval {interval}; the aim is 80 to 90 %",
    )


_VERDICTS: Final = {
    Verdict.BELOW: "below the aim",
    Verdict.WITHIN: "within the aim",
    Verdict.ABOVE: "above the aim",
}

_MEANINGS: Final = {
    Verdict.BELOW: "Start with the signals below.",
    Verdict.WITHIN: "",
    Verdict.ABOVE: "Above 90 % the product may be hearing only from those it pleases.",
}
