"""How people get about: in and out, by filters, by keys, by search; and what is new comes by itself."""

import pytest
from playwright.async_api import expect

from services.insights.store.connection import Pool
from shared.credentials import Scope
from tests.insights.browser.conftest import Site
from tests.insights.browser.history import CHARGED, CONTACT, LOCKED, SLOW, tell_everything

scripts = pytest.mark.parametrize("has_scripts", [True, False], ids=["with-scripts", "without-scripts"])


@scripts
async def test_somebody_comes_in_by_a_key_and_leaves(full: Site, *, has_scripts: bool) -> None:
    key, _ = full.house.make_key("acme", Scope.INSIGHTS_READ)
    async with full.visit(tenant=None, has_scripts=has_scripts) as page:
        await page.goto("/changes")
        await page.get_by_label("API key").fill("wrong")
        await page.get_by_role("button", name="Log in").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await page.get_by_label("API key").fill(key)
        await page.get_by_role("button", name="Log in").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Changes")
        await page.get_by_role("button", name="Log out").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Log in")


@scripts
async def test_filters_stand_in_the_address_and_go_one_by_one(full: Site, *, has_scripts: bool) -> None:
    async with full.visit(has_scripts=has_scripts) as page:
        await page.goto("/signals")
        await page.get_by_label("Words").fill("update")
        await page.get_by_label("Status").select_option("fix_shipped")
        if not has_scripts:
            await page.get_by_role("button", name="Show").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("1 signal fits")
        assert "status=fix_shipped" in page.url
        assert "q=update" in page.url
        await page.get_by_role("link", name="Words “update”").click()
        await expect(page).to_have_url(f"{full.address}/signals?status=fix_shipped")
        await page.goto("/signals?since=2025-11-20&until=2025-11-01&kind=charge&sort=contacts")
        await expect(page.get_by_role("alert")).to_contain_text("since")
        await expect(page.locator("tbody tr")).to_have_count(2)


async def test_keys_walk_through_a_list_and_open_what_they_stand_on(full: Site) -> None:
    async with full.visit() as page:
        await page.goto("/signals?sort=contacts")
        for key in ("j", "j", "j", "k"):
            await page.keyboard.press(key)
        await expect(page.locator("tr.here")).to_contain_text(CHARGED.title)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_have_text(CHARGED.title)
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_be_hidden()
        await page.keyboard.press("g")
        await page.keyboard.press("c")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Changes")
        await page.keyboard.press("/")
        await page.keyboard.type("password")
        await page.keyboard.press("Enter")
        await expect(page.locator("mark").first).to_have_text("password")


@scripts
async def test_contacts_are_found_by_words_and_by_meaning(full: Site, *, has_scripts: bool) -> None:
    async with full.visit(has_scripts=has_scripts) as page:
        await page.goto("/search")
        await page.get_by_label("Words that must all be there").fill("second payment")
        await page.get_by_role("button", name="Search").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("More than 20 contacts with “second payment”")
        await page.get_by_role("link", name="More", exact=True).click()
        await expect(page.locator(".found > li").first).to_contain_text("payment")
        await page.goto(f"/contacts/{CONTACT}")
        await page.get_by_role("link", name="More like this").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("like this one")


@scripts
async def test_from_the_overview_every_signal_and_contact_is_reached(full: Site, *, has_scripts: bool) -> None:
    async with full.visit(has_scripts=has_scripts) as page:
        await page.goto("/")
        worse = page.get_by_role("region", name="Got worse")
        await expect(worse.get_by_role("listitem").first).to_contain_text(CHARGED.title)
        await expect(page.get_by_role("region", name="Got better")).to_contain_text(LOCKED.title)
        await worse.get_by_role("link", name=SLOW.title).click()
        await page.get_by_role("link", name="Day", exact=True).click()
        await expect(page.get_by_role("heading", name="Contacts per day")).to_be_visible()
        await page.locator(".quotes .by a").first.click()
        await expect(page.get_by_role("heading", name="Journey")).to_be_visible()


async def test_a_list_renews_itself_when_a_signal_changes(site: Site, pool: Pool) -> None:
    await tell_everything(pool)
    async with site.visit() as page, site.visit() as other:
        async with page.expect_response("**/v1/stream"):
            await page.goto("/changes")
        await other.goto(f"/signals/{CHARGED.signal_id}")
        await other.get_by_role("button", name="Keep this title").click()
        await expect(page.locator(".log li").first).to_contain_text("Title pinned")
