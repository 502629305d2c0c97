"""A stretch of whole days, asked for in the same way everywhere."""

from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import Field

from services.insights.api.parameters import Asked, Time
from services.insights.api.refusals import refuse
from services.insights.reads.answers import Bucket

USUAL: Final = timedelta(days=28)
LONGEST: Final = timedelta(days=731)


class DaysQuery(Asked):
    """Which days."""

    since: Time | None = Field(default=None, description="First day, UTC. Default: 28 days before `until`.")
    until: Time | None = Field(default=None, description="Up to the end of this moment's day, UTC. Default: now.")

    def days(self, now: datetime) -> tuple[datetime, datetime]:
        """From the start of a day to the start of another, excluded. Raises Problem 422."""
        until = Bucket.DAY.floor((self.until or now).astimezone(UTC)) + Bucket.DAY.length
        since = Bucket.DAY.floor((self.since or until - USUAL).astimezone(UTC))
        if since >= until:
            raise refuse("since", "has to be before until")
        if until - since > LONGEST:
            raise refuse("since", f"at most {LONGEST.days} days before until")
        return since, until
