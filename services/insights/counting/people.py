"""Who is counted: pseudonyms that turn out to be one person, and people who are forgotten. Both keep the counts right."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.insights.rules.entry import Entry, erased
from services.insights.rules.people import current, person, renames
from services.insights.rules.tally import CountedContact, change
from services.insights.store import contacts, outbox, people, placements, remedies, rollups, signals
from services.insights.store.connection import Connection
from shared.events import ContactReceived, ContactTriaged, CustomerForgotten


@dataclass(frozen=True, slots=True)
class Pair:
    """A contact said that these two pseudonyms of a tenant are one person."""

    tenant: str
    customer: str
    previous: str


async def unknown_pairs(connection: Connection, said: Sequence[ContactTriaged]) -> list[Pair]:
    """Pairs of pseudonyms that are not yet known to be one person. Whoever renames them has to hold the tenant alone."""
    pairs = dict.fromkeys(pair for read in said if (pair := _pair(read.contact)) is not None)
    found = []
    for tenant in sorted({pair.tenant for pair in pairs}):
        ours = [pair for pair in pairs if pair.tenant == tenant]
        known = await people.known(connection, tenant, {name for pair in ours for name in (pair.customer, pair.previous)})
        found += [pair for pair in ours if current(pair.customer, known) != current(pair.previous, known)]
    return found


async def rename(connection: Connection, pairs: Sequence[Pair]) -> None:
    """Count everything that was said under the previous pseudonym under the present one."""
    for tenant in sorted({pair.tenant for pair in pairs}):
        seen = [(pair.customer, pair.previous) for pair in pairs if pair.tenant == tenant]
        known = await people.known(connection, tenant, {name for names in seen for name in names})
        for found in renames(seen, known):
            await people.alias(connection, tenant, found)
            places = await contacts.of_customers(connection, tenant, [found.alias])
            before = await contacts.counted(connection, places)
            await contacts.rename(connection, tenant, found)
            await rollups.add(connection, change(before=before, after=_said_by(found.customer, before)))


async def forget(connection: Connection, event: CustomerForgotten, *, random_id: Callable[[], UUID], now: datetime) -> None:
    """Blank what the customer said until they asked; it still counts, as said by somebody who cannot be found again."""
    tenant = event.tenant
    pseudonyms = await people.everybody(connection, tenant, event.customers)
    await people.forget(connection, tenant, pseudonyms, erasure_id=event.erasure_id, requested_at=event.requested_at)
    places = await contacts.of_customers(connection, tenant, pseudonyms, until=event.requested_at)
    before = await contacts.counted(connection, places)
    nobody = random_id().hex
    await contacts.blank(connection, tenant, places, customer=nobody, now=now)
    await rollups.add(connection, change(before=before, after=_said_by(nobody, before)))
    contact_ids = [place.key.contact_id for place in places]
    await remedies.forget(connection, tenant, contact_ids, now=now)
    await outbox.unsay(connection, tenant, contact_ids)
    await signals.doubt_titles(connection, tenant, await placements.touched(connection, places))


async def entries(connection: Connection, said: Sequence[ContactTriaged]) -> list[Entry]:
    """Each contact with who is counted for it. What was received from somebody before they were forgotten is erased."""
    found: dict[int, Entry] = {}
    for tenant in sorted({read.tenant for read in said}):
        ours = [(place, read) for place, read in enumerate(said) if read.tenant == tenant]
        names = {name for _, read in ours for name in _pseudonyms(read.contact)}
        known = await people.known(connection, tenant, names) if names else {}
        forgotten = await people.forgotten(connection, tenant, names | set(known.values())) if names else {}
        for place, read in ours:
            found[place] = _entry(read, known, forgotten)
    return [found[place] for place in range(len(said))]


def _entry(read: ContactTriaged, known: dict[str, str], forgotten: dict[str, datetime]) -> Entry:
    contact = read.contact
    names = {*_pseudonyms(contact), *(known.get(name, name) for name in _pseudonyms(contact))}
    if any(contact.received_at <= forgotten[name] for name in names if name in forgotten):
        return Entry(erased(read), None, contact.contact_id.hex, is_erased=True)
    customer = current(contact.customer, known)
    return Entry(read, customer, person(contact, customer))


def _pair(contact: ContactReceived) -> Pair | None:
    if contact.customer is None or contact.customer_previous is None:
        return None
    return Pair(contact.tenant, contact.customer, contact.customer_previous)


def _pseudonyms(contact: ContactReceived) -> set[str]:
    return {name for name in (contact.customer, contact.customer_previous) if name is not None}


def _said_by(someone: str, counted: Collection[CountedContact]) -> list[CountedContact]:
    return [replace(contact, person=someone) for contact in counted]
