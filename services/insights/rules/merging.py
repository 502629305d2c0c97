"""Signals that were merged: each points at the one it was merged into, and what belongs to it counts for the last of them."""

from collections.abc import Mapping
from uuid import UUID

Merged = Mapping[UUID, UUID]
"""Into which signal each of them was merged; those that were not are left out."""


def root_of(signal_id: UUID, merged: Merged) -> UUID:
    """The signal for which everything counts that belongs to `signal_id`."""
    while signal_id in merged:
        signal_id = merged[signal_id]
    return signal_id


def with_merged(signal_id: UUID, merged: Merged) -> set[UUID]:
    """The signal, and all that were merged into it, by way of others too."""
    found = {signal_id}
    grown = True
    while grown:
        more = {one for one, into in merged.items() if into in found} - found
        found |= more
        grown = bool(more)
    return found
