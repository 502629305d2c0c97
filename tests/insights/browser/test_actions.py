"""Everything that people can change on a page, with JavaScript and without: done, told, and taken back."""

from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from services.insights.store.connection import Pool
from shared.credentials import Scope
from tests.insights.browser.conftest import Site
from tests.insights.browser.history import CHARGED, CONTACT, MERGED, SLOW, tell_everything

scripts = pytest.mark.parametrize("has_scripts", [True, False], ids=["with-scripts", "without-scripts"])


@pytest.fixture(autouse=True)
async def _told(site: Site, pool: Pool) -> None:
    await tell_everything(pool)


async def open_part(page: Page, words: str) -> None:
    await page.get_by_text(words, exact=True).click()


async def undo(page: Page) -> None:
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("status")).to_contain_text("Taken back")


async def home_of(pool: Pool, contact: UUID) -> UUID:
    return UUID(str(await pool.fetchval("SELECT signal_id FROM frictions WHERE contact_id = $1", contact)))


@scripts
async def test_a_signal_is_merged_into_another_and_parted_again(site: Site, *, has_scripts: bool) -> None:
    async with site.visit(has_scripts=has_scripts) as page:
        await page.goto(f"/signals/{MERGED.signal_id}")
        await open_part(page, "Merge into another")
        await page.get_by_role("radio", name=CHARGED.title).check()
        await page.get_by_role("button", name="Merge").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text(CHARGED.title)
        await expect(page.get_by_role("status")).to_contain_text("Merged")
        await expect(page.locator("dl.numbers dd").nth(1)).to_have_text("46")
        await undo(page)
        await page.goto(f"/signals/{CHARGED.signal_id}")
        await expect(page.locator("dl.numbers dd").nth(1)).to_have_text("43")


@scripts
async def test_contacts_are_split_off_into_a_signal_of_their_own(site: Site, *, has_scripts: bool) -> None:
    async with site.visit(has_scripts=has_scripts) as page:
        await page.goto(f"/signals/{SLOW.signal_id}")
        for number in range(2):
            await page.get_by_role("checkbox").nth(number).check()
        await open_part(page, "Split off what is something else")
        await page.get_by_label("Its title").fill("Slow on old phones")
        await page.get_by_role("button", name="Split off").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Slow on old phones")
        await expect(page.locator("dl.numbers dd").nth(1)).to_have_text("2")
        await undo(page)


@scripts
async def test_a_signal_is_planned_owned_noted_and_named(site: Site, *, has_scripts: bool) -> None:
    async with site.visit(has_scripts=has_scripts) as page:
        await page.goto(f"/signals/{CHARGED.signal_id}")
        await page.get_by_label("Status: open").select_option("planned")
        await page.get_by_role("button", name="Set").click()
        await expect(page.get_by_role("status")).to_contain_text("Status set to planned")
        await undo(page)
        for part, label, words in (
            ("Give it to somebody", "Owner", "Bea"),
            ("Write a note", "Note", "Waits for the provider."),
            ("Rename it", "Title", "Charged twice"),
        ):
            await page.goto(f"/signals/{CHARGED.signal_id}")
            await open_part(page, part)
            await page.get_by_label(label, exact=True).fill(words)
            await page.get_by_role("button", name="Save").locator("visible=true").click()
            await expect(page.get_by_role("status")).to_contain_text("Done.")
            await expect(page.get_by_role("main")).to_contain_text(words)
            await undo(page)


@scripts
async def test_a_fix_is_told_with_its_version_and_its_proof_begins(site: Site, *, has_scripts: bool) -> None:
    async with site.visit(has_scripts=has_scripts) as page:
        await page.goto(f"/signals/{SLOW.signal_id}?bucket=day")
        await open_part(page, "A fix shipped")
        await page.get_by_label("In version").fill("4.4.0")
        await page.get_by_label("When, UTC").fill("2025-11-20T08:00")
        await page.get_by_role("button", name="It shipped").click()
        await expect(page.get_by_role("status")).to_contain_text("fix shipped")
        await expect(page.get_by_role("heading", name="Not enough data yet")).to_be_visible()
        await expect(page.locator("line.fix")).to_have_count(1)
        await undo(page)


@scripts
async def test_a_title_is_kept_and_a_signal_sleeps_and_wakes(site: Site, *, has_scripts: bool) -> None:
    async with site.visit(has_scripts=has_scripts) as page:
        await page.goto(f"/signals/{CHARGED.signal_id}")
        await page.get_by_role("button", name="Keep this title").click()
        await expect(page.get_by_role("status")).to_contain_text("Pinned")
        await page.get_by_role("button", name="Snooze until it gets worse").click()
        await expect(page.get_by_role("status")).to_contain_text("Snoozed")
        await page.get_by_role("button", name="Wake it up").click()
        await expect(page.get_by_role("status")).to_contain_text("No longer snoozed")
        await page.reload()
        await expect(page.locator(".told")).to_have_count(0)


@scripts
async def test_a_friction_is_moved_and_its_kind_put_right(site: Site, pool: Pool, *, has_scripts: bool) -> None:
    async with site.visit(has_scripts=has_scripts) as page:
        await page.goto(f"/contacts/{CONTACT}")
        await open_part(page, "Friction 1 is another kind, or belongs elsewhere")
        await page.get_by_role("radio", name=SLOW.title).check()
        await page.get_by_role("button", name="Move it").click()
        await expect(page.get_by_role("status")).to_contain_text("Moved")
        assert await home_of(pool, CONTACT) == SLOW.signal_id
        await undo(page)
        assert await home_of(pool, CONTACT) == CHARGED.signal_id
        await page.goto(f"/contacts/{CONTACT}")
        await open_part(page, "Friction 1 is another kind, or belongs elsewhere")
        await page.get_by_label("Kind", exact=True).select_option("policy")
        await page.get_by_role("button", name="Correct the kind").click()
        await expect(page.get_by_role("status")).to_contain_text("Corrected")
        await expect(page.get_by_role("row", name="Policy")).to_be_visible()


@scripts
async def test_a_remedy_is_written_down_and_changed(site: Site, *, has_scripts: bool) -> None:
    async with site.visit(has_scripts=has_scripts) as page:
        await page.goto("/remedies")
        await page.get_by_label("What to say first").fill("I am sorry, that must be a shock.")
        await page.get_by_label("What helps").fill("The second payment goes back within a day.")
        await page.get_by_label("Charge").check()
        await page.get_by_role("button", name="Keep it").click()
        await expect(page.get_by_role("status")).to_contain_text("Kept")
        await page.get_by_role("link", name="The second payment goes back").click()
        await page.get_by_label("Only in these products").fill("Checkout, App")
        await page.get_by_role("button", name="Keep it").click()
        await expect(page.get_by_text("For charge; in Checkout, App.")).to_be_visible()
        await expect(page.get_by_text("Revision 2")).to_be_visible()


async def test_what_does_not_fit_is_said_with_a_way_back(site: Site) -> None:
    async with site.visit() as page:
        await page.goto(f"/signals/{CHARGED.signal_id}")
        await open_part(page, "Merge into another")
        await page.get_by_role("button", name="Merge").click()
        await expect(page.get_by_text("Choose a signal, or paste the address of one.")).to_be_visible()
        await page.get_by_role("link", name="Back to where you were").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text(CHARGED.title)


async def test_whoever_may_only_look_sees_no_forms_and_is_refused_without_them(site: Site) -> None:
    async with site.visit(scopes=(Scope.INSIGHTS_READ,)) as page:
        await page.goto(f"/signals/{CHARGED.signal_id}")
        await expect(page.locator("form[method=post]:not([action='/logout']) button")).to_have_count(0)
        await expect(page.get_by_text("Your key may look, not change.")).to_be_visible()
        token = await page.locator("input[name=form_token]").first.get_attribute("value")
        answer = await page.request.post(f"/signals/{CHARGED.signal_id}/pin", form={"form_token": token or ""})
        assert answer.status == 403


async def test_a_form_from_elsewhere_changes_nothing(site: Site, pool: Pool) -> None:
    async with site.visit() as page:
        before = await pool.fetchval("SELECT count(*) FROM signal_changes")
        for token in ("", "forged"):
            answer = await page.request.post(f"/signals/{CHARGED.signal_id}/pin", form={"form_token": token})
            assert answer.status == 403
        assert await pool.fetchval("SELECT count(*) FROM signal_changes") == before
