"""What an address asks of the list of signals: the API's own filters, forgiving where a person typed them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from pydantic import ValidationError

from services.insights.api.signals import SignalsQuery
from services.insights.reads.filters import Filters, Sort
from shared.web import Problem

FILTERS: Final = ("q", "status", "trend", "kind", "product", "version", "channel", "plan", "since", "until")
LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """`said` is every filter as it stands in the address, `unclear` those of them that could not be understood and are left out."""

    said: Mapping[str, str]
    filters: Filters
    sort: Sort
    unclear: tuple[str, ...]

    def address(self, **other: str) -> str:
        """The list as asked, but for `other`; what is blank is left out."""
        sort = "" if self.sort is Sort.PRIORITY else self.sort.value
        query = {name: words for name, words in {**self.said, "sort": sort, **other}.items() if words}
        return f"/signals?{urlencode(query)}" if query else "/signals"


def asked_by(query: Mapping[str, str]) -> Asked:
    """Blank fields ask nothing, a day stands for the whole of it, and what is unclear is named instead of refused."""
    said = {name: query[name].strip()[:LONGEST] for name in FILTERS if query.get(name, "").strip()}
    wanted = {**said, **({"sort": query["sort"]} if query.get("sort") else {})}
    unclear: list[str] = []
    while True:
        try:
            read = SignalsQuery.model_validate(_days(wanted))
            filters = read.filters()
        except (ValidationError, Problem) as error:
            wrong = _wrong(error)
            unclear += [name for name in wrong if name in said]
            wanted = {name: words for name, words in wanted.items() if name not in wrong}
        else:
            return Asked(said, filters, read.sort, tuple(unclear))


def _days(wanted: Mapping[str, str]) -> dict[str, str]:
    """Forms speak of days, the API of moments; the last day is meant to be in."""
    days = dict(wanted)
    for name, more in (("since", 0), ("until", 1)):
        try:
            first = date.fromisoformat(wanted.get(name, ""))
        except ValueError:
            continue
        days[name] = f"{first + timedelta(days=more)}T00:00:00Z"
    return days


def _wrong(error: ValidationError | Problem) -> set[str]:
    if isinstance(error, Problem):
        return {parameter.name for parameter in error.invalid_params}
    return {str(each["loc"][0]) for each in error.errors()}
