"""What triage read in a contact, who should act, and what is known to help."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.contact import ContactReceived
from shared.events.event import Event, Moment, Share, Value
from shared.events.words import Disposition, Feeling, Kind, Queue, Urgency


class Candidate(Value):
    """A kind that was considered, and its calibrated probability."""

    kind: Kind
    probability: Share


class Span(Value):
    """Where in the text: characters `start` to `end`, end excluded."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Vector(Value):
    """
    A meaning as a unit vector: `values` are int8, component = value x `scale`.

    Only vectors of one `space` may be compared.
    """

    space: str
    dims: int = Field(gt=0)
    scale: float = Field(gt=0)
    values: bytes = Field(repr=False)


class Friction(Value):
    """One thing that got in the customer's way. Under the cut-off its kind is `unknown` and the candidates say why."""

    span: Span
    kind: Kind
    confidence: Share
    candidates: tuple[Candidate, ...] = ()
    intensity: Share
    area: str | None = None
    reasons: tuple[str, ...] = ()
    vector: Vector


class Mood(Value):
    """How the person felt who wrote, and how to answer that."""

    feeling: Feeling
    score: Share
    advice: str


class Route(Value):
    """The queue that should act, and the name of the rule that said so."""

    queue: Queue
    rule: str


class Gift(Value):
    """A gift that may go with a remedy: what, what it costs, how many may be given."""

    what: str
    cost: float = Field(ge=0)
    limit: int = Field(ge=0)


class Remedy(Value):
    """A known answer: words that acknowledge first, a solution, an optional gift."""

    remedy_id: UUID
    acknowledgement: str
    solution: str
    gift: Gift | None = None


class Versioned(Value):
    """What decided, by name and version."""

    name: str
    version: str


class ContactTriaged(Event):
    """
    A contact was read. `reading` grows when a model is promoted; of several readings the highest counts.

    Its id derives from the id of what was read and from `reading`: a redelivery says the same thing again.
    """

    type: ClassVar[str] = "failbetter.contact.triaged.v1"

    contact: ContactReceived
    triaged_at: Moment
    reading: Annotated[int, Field(ge=1)]

    disposition: Disposition
    confidence: Share
    misfit_reason: str | None = None
    frictions: tuple[Friction, ...] = ()
    mood: Mood
    urgency: Urgency
    urgency_reason: str | None = None
    language: str
    route: Route
    remedy: Remedy | None = None
    model: Versioned
    taxonomy: Versioned | None = None

    @property
    def key(self) -> str:
        return self.contact.key


class RemedyChanged(Event):
    """The remedy book changed: the whole remedy as it now is. The highest revision counts; inactive ones are no longer offered."""

    type: ClassVar[str] = "failbetter.remedy.changed.v1"

    remedy: Remedy
    revision: int = Field(ge=1)
    is_active: bool = True
    kinds: tuple[Kind, ...] = ()
    products: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    vector: Vector | None = None
    actor: str
    changed_at: Moment

    @property
    def key(self) -> str:
        return f"{self.tenant}/{self.remedy.remedy_id}"


class CorrectionRecorded(Event):
    """A person corrected what was read in a contact. It carries the text, so that the next training can learn from it."""

    type: ClassVar[str] = "failbetter.correction.recorded.v1"

    correction_id: UUID
    contact_id: UUID
    text: str
    span: Span | None = None
    disposition: Disposition | None = None
    kind: Kind | None = None
    area: str | None = None
    feeling: Feeling | None = None
    urgency: Urgency | None = None
    queue: Queue | None = None
    actor: str
    corrected_at: Moment

    @property
    def key(self) -> str:
        return f"{self.tenant}/{self.contact_id}"
