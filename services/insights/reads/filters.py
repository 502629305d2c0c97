"""Which signals are wanted, and in which order."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.events import Channel, Kind, Status, Trend


class Sort(StrEnum):
    """What comes first: the highest priority, the most customers or contacts, who was met last, who was opened last."""

    PRIORITY = "priority"
    CUSTOMERS = "customers"
    CONTACTS = "contacts"
    LATEST = "latest"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Filters:
    """
    All that are given must hold. `kind` to `until` are asked of contacts: a signal fits when one contact fits them all.

    `text` is looked for in titles and in customers' words, letter case aside.
    """

    status: Status | None = None
    trend: Trend | None = None
    is_snoozed: bool | None = None
    kind: Kind | None = None
    product: str | None = None
    version: str | None = None
    channel: Channel | None = None
    plan: str | None = None
    text: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def ask_contacts(self) -> bool:
        """Whether rollups do not suffice."""
        return any((self.kind, self.product, self.version, self.channel, self.plan, self.text, self.since, self.until))

    @property
    def pattern(self) -> str | None:
        """`text` for ILIKE, every character standing for itself."""
        if not self.text:
            return None
        literally = self.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return f"%{literally}%"
