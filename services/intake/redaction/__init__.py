"""
The redaction room: text → what it says, undisguised → finds → the text with typed marks in place of what is personal.

Reading order: marks (what can be found) → disguise (what a text says to its reader) → hints (what a text can hold at all)
→ words, cues (what the words around a number say) → numbers (cards, national, iban, phones), spoken, addresses, keys, secrets,
names (one file each for what is looked for) → redactor (all of it) → contact (which fields of a contact).
"""

from services.intake.redaction.contact import Left, redacted
from services.intake.redaction.marks import Find, Mark
from services.intake.redaction.names import NameRecogniser
from services.intake.redaction.redactor import Redacted, Redactor

__all__ = ["Find", "Left", "Mark", "NameRecogniser", "Redacted", "Redactor", "redacted"]
