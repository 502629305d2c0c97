"""
Who is who: the same customer under two pseudonyms while a key rotates, and who is counted where no customer is named.

`known` maps older pseudonyms to the one that is counted; nobody is counted under two.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.events import ContactReceived, derived_id


@dataclass(frozen=True, slots=True)
class Rename:
    """From now on `alias` is counted as `customer`."""

    alias: str
    customer: str


def person(contact: ContactReceived, customer: str | None) -> str:
    """Who is counted: the customer, else the thread (several messages of one thread are one person), else the contact itself."""
    if customer is not None:
        return customer
    if contact.thread_id is not None:
        return derived_id("thread", contact.tenant, contact.source or "", contact.thread_id).hex
    return contact.contact_id.hex


def current(pseudonym: str | None, known: Mapping[str, str]) -> str | None:
    """The pseudonym that is counted."""
    return None if pseudonym is None else known.get(pseudonym, pseudonym)


def renames(seen: Iterable[tuple[str, str]], known: Mapping[str, str]) -> list[Rename]:
    """
    What has to be renamed, in this order, after `seen` pairs of customer and previous pseudonym.

    Turning a key back and forth renames nobody twice: what is already one person stays under the name they have.
    """
    names = dict(known)
    found = []
    for customer, previous in seen:
        new, old = names.get(customer, customer), names.get(previous, previous)
        if new == old:
            continue
        found.append(Rename(old, new))
        names = {alias: new if name == old else name for alias, name in names.items()} | {old: new}
    return found
