"""From a YAML of areas, and from what people corrected, to a trained taxonomy: from top to bottom."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.triage.areas.artefact import save
from services.triage.areas.taxonomy import Taxonomy
from services.triage.areas.training.examples import fits_nothing, material
from services.triage.areas.training.fitting import fit
from services.triage.areas.training.report import printed
from services.triage.reading.artefact import ENCODER
from services.triage.reading.encoder import Encoder
from services.triage.training.corrected import corrections, latest, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from shared.events import CorrectionRecorded


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to learn from, where to put it, and the model whose encoder reads."""

    taxonomy: Path
    model: Path
    out: Path | None = None
    corrections: Path | None = None
    tenant: str | None = None

    def folder(self, name: str) -> Path:
        """Where the taxonomy goes; named after it, here, where nothing was said."""
        return self.out or self.taxonomy.with_name(f"{name}.taxonomy")


@dataclass(frozen=True, slots=True)
class Corrected:
    """What became of the corrections: examples (area, text), those of later ones replaced, and the areas nobody knows."""

    examples: tuple[tuple[str, str], ...] = ()
    replaced: int = 0
    silent: int = 0
    unknown: Counter[str] | None = None

    @classmethod
    def of(cls, found: Sequence[CorrectionRecorded], areas: Sequence[str]) -> Corrected:
        """Of corrections in the order they were made."""
        telling = [each for each in found if each.area is not None]
        counting = latest(telling, lambda each: each.area)
        pairs = [(each.area, text_of(each)) for each in counting if each.area is not None]
        return cls(
            examples=tuple((area, text) for area, text in pairs if area in areas and text.strip()),
            replaced=len(telling) - len(counting),
            silent=len(found) - len(telling),
            unknown=Counter(area for area, _ in pairs if area not in areas),
        )

    def printed(self) -> str:
        """In one line."""
        line = f"Corrections: {len(self.examples)} used, {self.replaced} replaced by later ones, {self.silent} say no area"
        if not self.unknown:
            return line
        named = ", ".join(f"{area} ({times})" for area, times in sorted(self.unknown.items()))
        return f"{line}, {self.unknown.total()} name areas that are not in the taxonomy: {named}"


def train(wanted: Wanted, say: Callable[[str], None]) -> str:
    """Train, tell what came of it, write it, and answer its version. Raises Rejected or ValueError; then nothing was written."""
    began = time.monotonic()
    taxonomy = Taxonomy.load(wanted.taxonomy)
    names = [area.name for area in taxonomy.areas]
    corrected = Corrected()
    if wanted.corrections is not None:
        corrected = Corrected.of(corrections(wanted.corrections, tenant=wanted.tenant), names)
    learned_from = material(taxonomy, corrected.examples)
    measured = sum(example.is_measured for example in learned_from.examples)
    say(f"{taxonomy.name}: {len(names)} areas, {measured:,} examples and {len(names)} descriptions")
    if wanted.corrections is not None:
        say(corrected.printed())
    encoder = Encoder.load(wanted.model / ENCODER)
    fitted = fit(learned_from, fits_nothing(), encoder)
    say(printed(fitted.validation))
    folder = wanted.folder(taxonomy.name)
    version = save(fitted.learned, folder)
    say(f"{taxonomy.name} {version} written to {folder} after {time.monotonic() - began:.0f} s")
    return version
