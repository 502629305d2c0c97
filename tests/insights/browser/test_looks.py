"""Every page, in light and dark, on desktop and phone: nothing for axe-core to find, nothing that sticks out, nothing from elsewhere."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.insights.api.world import an_id
from tests.insights.browser.conftest import DESKTOP, PHONE, Site
from tests.insights.browser.history import CHARGED, CONTACT, ERASED, LOCKED, MERGED

PAGES = {
    "overview": "/",
    "signals": "/signals",
    "signals-filtered": "/signals?q=charged&product=Checkout&sort=customers",
    "signals-none": "/signals?product=Nothing",
    "signal": f"/signals/{CHARGED.signal_id}",
    "signal-shipped": f"/signals/{LOCKED.signal_id}?bucket=day",
    "signal-merged": f"/signals/{MERGED.signal_id}",
    "search": "/search?q=payment",
    "repeats": "/repeats",
    "wins": "/wins",
    "same-answers": "/same-answers",
    "remedies": "/remedies",
    "changes": "/changes",
    "contact": f"/contacts/{CONTACT}",
    "contact-erased": f"/contacts/{ERASED}",
}

WIDER = """() => {
    const width = document.documentElement.clientWidth;
    const wide = [...document.body.querySelectorAll("*")].filter((each) => each.scrollWidth > each.clientWidth);
    return document.documentElement.scrollWidth <= width ? [] : wide.map((each) => each.outerHTML.slice(0, 80));
}"""
"""What makes a page wider than the screen."""


async def check(page: Page) -> None:
    """Whatever axe-core calls a violation, by rule and place; and that nothing is wider than the screen."""
    found = await Axe().run(page)
    assert [(wrong["id"], [node["target"] for node in wrong["nodes"]]) for wrong in found.response["violations"]] == []
    assert await page.evaluate(WIDER) == [], page.url


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_is_fit_for_everybody(full: Site, scheme: str, size: tuple[int, int]) -> None:
    async with full.visit(scheme=scheme, size=size) as page:
        for path in PAGES.values():
            answer = await page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            await check(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_way_in_and_what_is_not_there_are_fit_for_everybody(full: Site, site: Site, scheme: str) -> None:
    async with full.visit(tenant=None, scheme=scheme, size=PHONE) as page:
        for path in ("/login", "/login/link?token=late"):
            await page.goto(path)
            await check(page)
    async with site.visit(scheme=scheme) as page:
        for path in ("/", "/signals", "/repeats", "/wins", "/same-answers", "/remedies", "/changes", f"/signals/{an_id('none')}"):
            await page.goto(path)
            await check(page)
