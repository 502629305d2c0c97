"""What is remembered of keys is bounded, and what is forgotten is no conflict."""

import pytest

from services.intake.remembered import KeyReused, Remembered


def test_the_oldest_key_is_forgotten_first() -> None:
    remembered = Remembered(size=2)
    for key in ("a", "b", "c"):
        remembered.check("acme", key, revision=1, fingerprint="one")

    remembered.check("acme", "a", revision=1, fingerprint="other")
    with pytest.raises(KeyReused):
        remembered.check("acme", "c", revision=1, fingerprint="other")


def test_a_body_that_was_refused_changes_nothing() -> None:
    remembered = Remembered()
    remembered.check("acme", "a", revision=1, fingerprint="one")
    with pytest.raises(KeyReused):
        remembered.check("acme", "a", revision=1, fingerprint="other")

    remembered.check("acme", "a", revision=1, fingerprint="one")
