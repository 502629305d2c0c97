"""
One adapter each. An adapter takes what it knows from a payload and nothing else, so that names and addresses stay behind.

A contact is known by the sender's id of the message: a delivery that comes again, under whatever id of its own, is the same contact.
An opening message has the id of its thread, later ones `thread/message`: so an outcome, which a sender reports of a thread,
finds the contact that opened it.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from services.intake.said import Ignored, Said
from services.intake.webhooks.delivery import Delivery
from services.intake.webhooks.endpoints import Sender
from services.intake.webhooks.senders import (
    chatwoot,
    formbricks,
    freshdesk,
    generic,
    helpscout,
    intercom,
    standard,
    typeform,
    zammad,
    zendesk,
)

UNSIGNED_TESTS: Final[Mapping[Sender, bytes]] = MappingProxyType({Sender.FORMBRICKS: b'{"event":"testEndpoint"}'})
"""What a sender sends, to the byte, before it has a secret, to see whether an address exists: answered, and never read."""

Adapter = Callable[[Delivery], Said | Ignored]
"""Pure. Raises Unmappable, or ValidationError where a contact or an outcome cannot be what the payload says."""

ADAPTERS: Final[Mapping[Sender, Adapter]] = MappingProxyType(
    {
        Sender.ZENDESK: zendesk.read,
        Sender.INTERCOM: intercom.read,
        Sender.FRESHDESK: freshdesk.read,
        Sender.CHATWOOT: chatwoot.read,
        Sender.ZAMMAD: zammad.read,
        Sender.HELPSCOUT: helpscout.read,
        Sender.TYPEFORM: typeform.read,
        Sender.FORMBRICKS: formbricks.read,
        Sender.STANDARD: standard.read,
        Sender.GENERIC: generic.read,
    }
)
