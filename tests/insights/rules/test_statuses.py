"""Which status may follow which, and what proof makes of one."""

import pytest

from services.insights.rules.proof import Verdict
from services.insights.rules.statuses import INTENDED, PROOF, is_for_proof, is_legal, judged, legal_before, takes_back
from shared.events import Status


@pytest.mark.parametrize("before", Status)
def test_what_people_mean_to_do_may_follow_anything(before: Status) -> None:
    assert all(is_legal(before, after) for after in INTENDED)


@pytest.mark.parametrize(
    ("after", "before"),
    [
        (Status.FIX_SHIPPED, "open acknowledged planned fix_shipped verified not_working recurred"),
        (Status.VERIFIED, "fix_shipped verified not_working"),
        (Status.NOT_WORKING, "fix_shipped verified not_working"),
        (Status.RECURRED, "fix_shipped verified recurred"),
    ],
)
def test_what_is_said_of_a_fix_needs_one(after: Status, before: str) -> None:
    assert " ".join(legal_before(after)) == before


@pytest.mark.parametrize("status", Status)
def test_a_status_may_be_set_to_what_it_is(status: Status) -> None:
    assert is_legal(status, status)


def test_proof_judges_what_waits_for_it_and_what_it_said_itself() -> None:
    assert is_for_proof(Status.FIX_SHIPPED, "key:ann")
    assert is_for_proof(Status.VERIFIED, PROOF)
    assert not is_for_proof(Status.VERIFIED, "key:ann")
    assert not any(is_for_proof(status, PROOF) for status in (*INTENDED, Status.RECURRED))


def test_a_verdict_that_late_contacts_took_away_waits_again() -> None:
    assert [judged(verdict) for verdict in Verdict] == [Status.VERIFIED, Status.NOT_WORKING, Status.FIX_SHIPPED]


def test_only_a_fix_that_was_not_judged_is_taken_back() -> None:
    assert takes_back(Status.FIX_SHIPPED, Status.PLANNED)
    assert not takes_back(Status.NOT_WORKING, Status.PLANNED)
    assert not takes_back(Status.FIX_SHIPPED, Status.VERIFIED)
