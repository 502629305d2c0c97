"""Corrections as training reads them: the lines that `python -m services.triage corrections` writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from shared.errors import Rejected
from shared.events import CorrectionRecorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


def corrections(file: Path, *, tenant: str | None = None) -> list[CorrectionRecorded]:
    """
    Every correction of one company, in the order they were made.

    Raises Rejected, naming the line that is no correction, or the companies where it is not said whose are wanted.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Rejected(f"{file}: cannot be read: {error}") from error
    found = [_correction(file, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    wanted = [each for each in found if tenant in (None, each.tenant)]
    if len(tenants := sorted({each.tenant for each in wanted})) > 1:
        raise Rejected(f"{file}: holds what customers of {', '.join(tenants)} wrote; name one with --tenant")
    return sorted(wanted, key=lambda each: (each.corrected_at, str(each.correction_id)))


def latest(found: Iterable[CorrectionRecorded], says: Callable[[CorrectionRecorded], object]) -> list[CorrectionRecorded]:
    """Of those that say something, the latest of each contact."""
    return list({each.contact_id: each for each in found if says(each) is not None}.values())


def text_of(correction: CorrectionRecorded) -> str:
    """What was corrected: the passage where one was named, else the whole."""
    span = correction.span
    return correction.text if span is None else correction.text[span.start : span.end]


def _correction(file: Path, number: int, line: str) -> CorrectionRecorded:
    try:
        return CorrectionRecorded.model_validate_json(line)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, fault["loc"]))
        raise Rejected(f"{file}:{number}: not a correction: {f'{where}: ' if where else ''}{fault['msg']}") from error
