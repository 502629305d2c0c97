"""What cross-validation showed, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.triage.areas.training.validation import Confusion, OfArea, Validation

_FEW: Final = 5
_MOST_CONFUSIONS: Final = 10
_CHARACTERS: Final = 90


def printed(found: Validation) -> str:
    """The report, of lines no wider than a terminal where names allow it."""
    return "\n".join(_lines(found))


def _lines(found: Validation) -> Iterator[str]:
    width = max(len("area"), *(len(name) for name in found.areas))
    yield ""
    yield f"{'area':{width}}  examples  precision  recall"
    yield from (_area(each, width) for each in found.of_areas())
    yield ""
    yield from _confusions(found.confusions())
    yield f"Right in cross-validation: {_share(found.accuracy)} of {len(found.truth):,} examples, were every one given its likeliest area."
    yield (
        f"Cut-off {found.cut_off:.2f}: {_share(found.coverage)} get an area, {_share(found.accuracy_given)} of these the right one; "
        f"of {len(found.nothing)} texts that fit no area {_share(found.nothing_recognised)} get none."
    )
    yield (
        f"Calibration: expected error {found.error_before:.3f} before the temperature, {found.error_after:.3f} after "
        f"(temperature {found.temperature:.2f}, words count {found.share:.1f} and meaning {1 - found.share:.1f})."
    )


def _area(each: OfArea, width: int) -> str:
    precision = "   never" if each.precision is None else f"{each.precision:8.2f}"
    few = "  few examples: these figures say little" if each.examples < _FEW else ""
    return f"{each.area:{width}}  {each.examples:8}  {precision:>9}  {each.recall:6.2f}{few}"


def _confusions(found: list[Confusion]) -> Iterator[str]:
    if not found:
        yield "No two areas are often taken for each other."
    else:
        yield "Taken for each other: merge them, or give them examples that tell them apart."
    for each in found[:_MOST_CONFUSIONS]:
        yield f"  {each.areas[0]} and {each.areas[1]}: {each.times} of {each.examples} examples"
        yield from (f'      "{_short(text)}" belongs to {area}' for text, area in each.shown)
    if len(found) > _MOST_CONFUSIONS:
        yield f"  and {len(found) - _MOST_CONFUSIONS} more pairs"
    yield ""


def _short(text: str) -> str:
    return text if len(text) <= _CHARACTERS else f"{text[: _CHARACTERS - 1].rstrip()}…"


def _share(part: float) -> str:
    return f"{100 * part:.1f} %"
