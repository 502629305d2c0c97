"""
The vocabulary: one word for one thing, in code, topics, tables, API and screens.

Every word here is public: renaming one is a breaking change of the contract.
"""

from enum import StrEnum


class Channel(StrEnum):
    """How the contact reached the company."""

    EMAIL = "email"
    CHAT = "chat"
    PHONE = "phone"
    REVIEW = "review"
    SURVEY = "survey"
    SOCIAL = "social"
    IN_APP = "in_app"
    TICKET = "ticket"
    OTHER = "other"


class Disposition(StrEnum):
    """What a contact is."""

    FRICTION = "friction"
    IDEA = "idea"
    PRAISE = "praise"
    OPPORTUNITY = "opportunity"
    MISFIT = "misfit"
    ABUSE = "abuse"
    NOISE = "noise"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What got in the customer's way."""

    DEFECT = "defect"
    """It is broken."""
    ACCESS = "access"
    """Cannot get in, or is locked out."""
    CONFUSION = "confusion"
    """Does not know how, or was told wrongly."""
    DELAY = "delay"
    """Waiting, slow, late, lost on the way."""
    CHARGE = "charge"
    """Billing, price, refund."""
    GAP = "gap"
    """It cannot do what is needed."""
    POLICY = "policy"
    """Rules in the way."""
    SERVICE = "service"
    """How people treated them."""
    TRUST = "trust"
    """Fraud, privacy, safety."""
    QUALITY = "quality"
    """Works, but worse than promised."""
    UNKNOWN = "unknown"


class Feeling(StrEnum):
    """The mood of the person who wrote."""

    ANGRY = "angry"
    ANXIOUS = "anxious"
    DISAPPOINTED = "disappointed"
    NEUTRAL = "neutral"
    PLEASED = "pleased"


class Urgency(StrEnum):
    """How soon somebody should act."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


class Queue(StrEnum):
    """Who should act: the queue of a route."""

    CARE = "care"
    KNOWLEDGE = "knowledge"
    ENGINEERING = "engineering"
    PRODUCT = "product"
    BILLING = "billing"
    TRUST = "trust"
    GROWTH = "growth"
    NONE = "none"


class Status(StrEnum):
    """Where a signal stands. Set by people or by proof."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    PLANNED = "planned"
    FIX_SHIPPED = "fix_shipped"
    VERIFIED = "verified"
    NOT_WORKING = "not_working"
    RECURRED = "recurred"
    SET_ASIDE = "set_aside"


class Trend(StrEnum):
    """Where a signal is going. Computed, never set."""

    NEW = "new"
    STEADY = "steady"
    ESCALATING = "escalating"
    EASING = "easing"
    QUIET = "quiet"


class Resolution(StrEnum):
    """How a contact ended."""

    WON = "won"
    LOST = "lost"
    OPEN = "open"
