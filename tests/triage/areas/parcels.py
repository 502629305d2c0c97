"""A little taxonomy of a parcel service, and ways to train it."""

from pathlib import Path

from services.triage.areas import Areas
from services.triage.areas.artefact import save
from services.triage.areas.taxonomy import Area, Taxonomy
from services.triage.areas.training.examples import fits_nothing, material
from services.triage.areas.training.fitting import Fitted, fit
from services.triage.reading import Candidate, Friction, Mood, Reading, Text
from services.triage.reading.artefact import ENCODER
from services.triage.reading.encoder import SPACE, Encoder
from services.triage.reading.vectors import quantised
from services.triage.settings import HERE
from shared.events import Disposition, Feeling, Kind, Urgency

PARCELS = Taxonomy(
    name="parcels",
    areas=(
        Area(
            name="late",
            title="Late parcels",
            description="My parcel has not come on the day that was promised.",
            examples=(
                "Where is my parcel? It should have been here on Monday.",
                "The delivery is three days late.",
                "Still waiting for my package, tracking has not moved.",
                "You promised next-day delivery and nothing came.",
                "My order has not arrived yet.",
                "How much longer will the parcel take?",
            ),
        ),
        Area(
            name="damaged",
            title="Damaged parcels",
            description="The box or what was in it was broken when it came.",
            examples=(
                "The box was crushed and the vase inside is in pieces.",
                "My parcel arrived soaking wet.",
                "Glass broken, packaging torn open.",
                "The screen was cracked when I opened the package.",
                "Everything in it was smashed.",
                "The parcel is dented and the lamp does not work any more.",
            ),
        ),
        Area(
            name="invoice",
            title="Invoices",
            description="What was charged for sending a parcel, and the invoice for it.",
            examples=(
                "I was charged twice for the same label.",
                "The invoice shows the wrong price.",
                "Please send me a receipt for my postage.",
                "Why did you take 12 euros from my card?",
                "Your customs fee is not on the bill.",
                "I need a VAT invoice for last month's shipments.",
            ),
        ),
    ),
)


def encoder() -> Encoder:
    return Encoder.load(HERE / "model" / ENCODER)


def fitted(taxonomy: Taxonomy = PARCELS, *, using: Encoder | None = None) -> Fitted:
    return fit(material(taxonomy), fits_nothing(), using or encoder())


def trained(folder: Path, taxonomy: Taxonomy = PARCELS, *, using: Encoder | None = None) -> str:
    """Train into a folder; the version."""
    return save(fitted(taxonomy, using=using).learned, folder)


def without(name: str) -> Taxonomy:
    """The same without one area."""
    return PARCELS.model_copy(update={"areas": tuple(area for area in PARCELS.areas if area.name != name)})


GOOD = """\
name: shop
areas:
  - name: delivery
    title: Delivery
    description: Late and lost parcels
    examples:
      - Where is my parcel?
      - It is late.
  - name: returns
    title: Returns
    description: Sending things back
    examples: [I want to return this., How do I send it back]
"""


def written(text: str, folder: Path) -> Path:
    path = folder / "areas.yaml"
    path.write_text(text)
    return path


def told(areas: Areas, reads: Encoder, body: str) -> tuple[str | None, ...]:
    [found] = areas.of([Text(None, body)], [reading(friction(reads, body, 0, len(body)))])
    return found


def friction(reads: Encoder, said: str, start: int, end: int) -> Friction:
    [vector] = reads.encode([said])
    return Friction(start, end, Kind.DELAY, 0.9, (Candidate(Kind.DELAY, 0.9),), 0.5, (), quantised(vector, space=SPACE))


def reading(*frictions: Friction) -> Reading:
    mood = Mood(Feeling.NEUTRAL, 0.9, "")
    return Reading(Disposition.FRICTION, 0.9, None, frictions, mood, Urgency.NORMAL, None, "en")
