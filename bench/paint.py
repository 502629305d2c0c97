"""
`python -m bench.paint`: how soon the overview of a running demo is painted in Chromium, beside how long its server took.

Run `make demo` first; `.demo/env` says where it is. First contentful paint as the browser tells it, of loads with nothing kept.
"""

import shutil
import statistics
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.ground import machine

LOADS = 9
ENVIRONMENT = Path(".demo/env")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-dev-shm-usage"]
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
SERVED = "performance.getEntriesByType('navigation')[0].responseEnd"


def measure(page: Page, url: str) -> tuple[float, float]:
    """Milliseconds to the first contentful paint, and to the last byte of the page."""
    page.goto(url, wait_until="load")
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
    return float(page.evaluate(PAINT)), float(page.evaluate(SERVED))


def _main() -> None:
    if not ENVIRONMENT.exists():
        sys.exit("No demo is running here: `make demo` in another terminal first.")
    told = dict(line.split("=", 1) for line in ENVIRONMENT.read_text().split())
    url, key = told["INSIGHTS_URL"].strip("'"), told["API_KEY"].strip("'")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        found = []
        for _ in range(LOADS):
            # Past the page's own policy: waiting evaluates an expression in it.
            context = browser.new_context(bypass_csp=True)
            page = context.new_page()
            page.goto(f"{url}/login")
            page.fill("#key", key)
            page.click("button[type=submit]")
            found.append(measure(page, f"{url}/"))
            context.close()
        browser.close()
    paint, served = (sorted(each) for each in zip(*found, strict=True))
    print(*machine(), sep="\n")
    print(
        f"overview of the demo, {LOADS} loads: first paint {statistics.median(paint):.0f} ms ({paint[0]:.0f} to {paint[-1]:.0f}),"
    )
    print(f"of which the page had arrived after {statistics.median(served):.0f} ms ({served[0]:.0f} to {served[-1]:.0f})")


if __name__ == "__main__":
    _main()
