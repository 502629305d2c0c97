"""The remedy book: what is offered, to whom, and which of several."""

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.triage.reading import Text
from services.triage.remedies import RemedyBook
from shared.events import Kind, Remedy, RemedyChanged
from tests.triage.flow.saying import NOW, Keywords, contact


def changed(tenant: str = "acme", *, remedy_id: UUID | None = None, revision: int = 1, **said: object) -> RemedyChanged:
    remedy = Remedy(remedy_id=remedy_id or uuid4(), acknowledgement="That is annoying.", solution=f"Do this ({revision}).")
    return RemedyChanged.model_validate(
        {"tenant": tenant, "remedy": remedy, "revision": revision, "actor": "ann", "changed_at": NOW, **said}
    )


def offered(book: RemedyBook, text: str, *, tenant: str = "acme", product: str | None = None) -> Remedy | None:
    [reading] = Keywords().read([Text(None, text)])
    return book.remedy(contact(text, tenant=tenant, product=product), reading)


def book_of(*changes: RemedyChanged) -> RemedyBook:
    book = RemedyBook()
    for change in changes:
        book.learn(change)
    return book


def test_a_remedy_is_offered_for_its_kind() -> None:
    known = changed(kinds=(Kind.ACCESS,))

    assert offered(book_of(known), "no access") == known.remedy
    assert offered(book_of(known), "too much delay") is None


def test_everything_a_remedy_names_must_be_there() -> None:
    known = changed(kinds=(Kind.ACCESS,), products=("Shop",), phrases=("reset  link",))

    assert offered(book_of(known), "no access, the Reset Link is gone", product="shop") == known.remedy
    assert offered(book_of(known), "no access, the reset link is gone", product="app") is None
    assert offered(book_of(known), "no access, the link is gone", product="shop") is None
    assert offered(book_of(known), "delay, the reset link is gone", product="shop") is None


def test_a_phrase_is_whole_words_in_any_case() -> None:
    known = changed(phrases=("charge",))

    assert offered(book_of(known), "That CHARGE again") == known.remedy
    assert offered(book_of(known), "I recharge my phone") is None


def test_the_closest_fit_wins() -> None:
    by_kind, by_product, by_phrase = (
        changed(kinds=(Kind.ACCESS,)),
        changed(kinds=(Kind.ACCESS,), products=("shop",)),
        changed(phrases=("reset link",)),
    )
    book = book_of(by_product, by_kind, by_phrase)

    assert offered(book, "no access") == by_kind.remedy
    assert offered(book, "no access", product="shop") == by_product.remedy
    assert offered(book, "no access, reset link gone", product="shop") == by_phrase.remedy


def test_a_remedy_for_a_product_alone_or_for_nothing_is_offered_to_nobody() -> None:
    book = book_of(changed(), changed(products=("shop",)), changed(phrases=("  ",)))

    assert offered(book, "no access", product="shop") is None


def test_what_did_not_get_in_anybodys_way_needs_no_remedy() -> None:
    assert offered(book_of(changed(phrases=("thanks",))), "thanks") is None


def test_an_inactive_remedy_is_not_offered_any_more() -> None:
    known = changed(kinds=(Kind.ACCESS,))
    retired = changed(remedy_id=known.remedy.remedy_id, revision=2, kinds=(Kind.ACCESS,), is_active=False)

    assert offered(book_of(known, retired), "no access") is None
    assert offered(book_of(retired, known), "no access") is None


def test_another_tenants_book_is_another_book() -> None:
    book = book_of(changed("acme", kinds=(Kind.ACCESS,)))

    assert offered(book, "no access", tenant="globex") is None


@given(st.permutations(range(1, 6)))
def test_the_highest_revision_counts_in_whatever_order_they_arrive(revisions: list[int]) -> None:
    remedy_id = uuid4()
    book = book_of(*(changed(remedy_id=remedy_id, revision=revision, kinds=(Kind.ACCESS,)) for revision in revisions))

    remedy = offered(book, "no access")
    assert remedy is not None
    assert remedy.solution == "Do this (5)."
