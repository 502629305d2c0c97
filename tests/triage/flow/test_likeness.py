"""A remedy that has a meaning is offered for what means the same, in whatever words."""

from dataclasses import replace

import numpy as np
import pytest

from services.triage.reading import Reading, Text, Vector
from services.triage.reading.vectors import quantised
from services.triage.remedies import RemedyBook
from shared.events import Kind, Remedy, RemedyChanged
from shared.events import Vector as Said
from tests.triage.flow.saying import Keywords, contact
from tests.triage.flow.test_remedies import book_of, changed

DIMS = 8


def at(degrees: float, *, space: str = "space", dims: int = DIMS) -> Vector:
    """A meaning that many degrees away from the one at 0."""
    values = np.zeros(dims, np.float32)
    values[:2] = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return quantised(values, space=space)


def meaning(
    degrees: float, *, kinds: tuple[Kind, ...] = (), products: tuple[str, ...] = (), phrases: tuple[str, ...] = ()
) -> RemedyChanged:
    vector = at(degrees)
    said = Said(space=vector.space, dims=vector.dims, scale=vector.scale, values=vector.values)
    return changed(vector=said, kinds=kinds, products=products, phrases=phrases)


def offered(book: RemedyBook, *meanings: Vector, text: str = "no access", product: str | None = None) -> Remedy | None:
    [read] = Keywords().read([Text(None, text)])
    reading: Reading = replace(read, frictions=tuple(replace(read.frictions[0], vector=vector) for vector in meanings))
    return book.remedy(contact(text, product=product), reading)


@pytest.mark.parametrize(("degrees", "is_alike"), [(0, True), (41, True), (42, False), (180, False)])
def test_what_means_the_same_is_near_enough(degrees: float, is_alike: bool) -> None:  # noqa: FBT001 - a case
    known = meaning(0)
    assert offered(book_of(known), at(degrees)) == (known.remedy if is_alike else None)


def test_any_friction_of_the_contact_will_do_and_the_nearest_remedy_wins() -> None:
    near, nearer = meaning(30), meaning(10)
    assert offered(book_of(nearer, near), at(90), at(0)) == nearer.remedy
    assert offered(book_of(near), at(0), at(90)) == near.remedy


def test_only_what_is_of_one_space_is_compared() -> None:
    known = meaning(0)
    assert offered(book_of(known), at(0, space="another")) is None
    assert offered(book_of(known), at(0, dims=DIMS + 1)) is None


def test_a_phrase_will_do_for_the_meaning_and_the_meaning_for_a_phrase() -> None:
    known = meaning(0, phrases=("reset link",))
    assert offered(book_of(known), at(0)) == known.remedy
    assert offered(book_of(known), at(90), text="the reset link is gone") == known.remedy
    assert offered(book_of(known), at(90)) is None


def test_kind_and_product_have_to_fit_the_meaning_too() -> None:
    known = meaning(0, kinds=(Kind.ACCESS,), products=("Shop",))
    assert offered(book_of(known), at(0), product="shop") == known.remedy
    assert offered(book_of(known), at(0), product="app") is None
    assert offered(book_of(known), at(0), text="too much delay", product="shop") is None
    assert offered(book_of(known), at(90), product="shop") is None
