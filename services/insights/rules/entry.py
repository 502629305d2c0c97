"""A contact as it goes into the store: what was read, who is counted, and to which signals its frictions belong."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from services.insights.rules.nearest import Assigned
from services.insights.rules.retelling import Telling
from services.insights.rules.tally import CountedContact, CountedFriction, CountedOutcome
from shared.events import ContactTriaged

THOUSANDTHS = 1000


@dataclass(frozen=True, slots=True)
class Key:
    """Which contact: unique in a tenant, whenever it occurred."""

    tenant: str
    contact_id: UUID


@dataclass(frozen=True, slots=True)
class Entry:
    """`customer` is the pseudonym that is counted, `person` who is counted where none is named; `signals` has one entry per friction."""

    triaged: ContactTriaged
    customer: str | None
    person: str
    is_erased: bool = False
    signals: tuple[Assigned | None, ...] = ()
    outcome: CountedOutcome | None = None

    @property
    def key(self) -> Key:
        return Key(self.triaged.tenant, self.triaged.contact.contact_id)

    @property
    def occurred_at(self) -> datetime:
        return self.triaged.contact.occurred_at.astimezone(UTC)

    @property
    def telling(self) -> Telling:
        contact = self.triaged.contact
        return Telling(contact.revision, self.triaged.reading, contact.fingerprint, self.is_erased)

    @property
    def counted(self) -> CountedContact:
        return CountedContact(
            self.triaged.tenant,
            self.person,
            self.occurred_at,
            self.triaged.contact.product or "",
            self.triaged.disposition,
            tuple(
                CountedFriction(signal.signal_id if signal else None, thousandths(friction.intensity))
                for friction, signal in zip(self.triaged.frictions, self.signals, strict=True)
            ),
            names_value=self.customer is not None and self.triaged.contact.annual_value is not None,
            outcome=self.outcome,
            remedy_id=self.triaged.remedy.remedy_id if self.triaged.remedy else None,
        )


def thousandths(share: float) -> int:
    return round(share * THOUSANDTHS)


def erased(triaged: ContactTriaged) -> ContactTriaged:
    """What may be kept of a contact whose customer was forgotten before it was counted: that there was one."""
    contact = triaged.contact.model_copy(
        update={
            "text": "",
            "subject": None,
            "source": None,
            "external_id": None,
            "thread_id": None,
            "annual_value": None,
            "locale": None,
            "attributes": {},
            "redactions": {},
            "customer": None,
            "customer_previous": None,
            "fingerprint": "",
        }
    )
    return triaged.model_copy(update={"contact": contact, "frictions": (), "misfit_reason": None, "urgency_reason": None})
