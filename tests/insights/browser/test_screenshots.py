"""The pictures of the README, made anew by `make screenshots`: the history of the other tests, with a fix that shipped."""

import os
from pathlib import Path

import pytest

from services.insights.store.connection import Pool
from tests.insights.browser.conftest import Site
from tests.insights.browser.history import LOCKED, tell_everything

FOLDER = os.environ.get("SCREENSHOTS", "")
SIZE = (1280, 860)
LARGEST = 300_000


@pytest.mark.skipif(not FOLDER, reason="make screenshots makes them")
async def test_the_pictures_of_the_readme_are_made(site: Site, pool: Pool) -> None:
    await tell_everything(pool)
    async with site.visit(size=SIZE) as page:
        await page.goto(f"/signals/{LOCKED.signal_id}")
        await page.get_by_text("The fix is to be put right").click()
        await page.get_by_label("In version").fill("4.3.0")
        await page.get_by_label("When, UTC").fill("2025-10-20T08:00")
        await page.get_by_role("button", name="It shipped").click()
        for name, path in (("overview", "/"), ("signal", f"/signals/{LOCKED.signal_id}")):
            await page.goto(path)
            file = Path(FOLDER) / f"{name}.png"
            await page.screenshot(path=file, clip={"x": 0, "y": 0, "width": SIZE[0], "height": 1180}, full_page=True)
            assert file.stat().st_size < LARGEST
