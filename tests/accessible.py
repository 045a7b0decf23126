"""Pages for everyone: what axe (WCAG 2.2 AA) finds on a page."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Of all the rules only the one about contrast can tell light from dark.
RULES = {
    "light": {"runOnly": TAGS, "resultTypes": ["violations"]},
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]},
}


def assert_accessible(page: Page, scheme: str = "light") -> None:
    # The library's own `run` would load half a megabyte of script each time.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = AxeResults(page.evaluate("options => axe.run(options)", RULES[scheme]))
    assert found.violations_count == 0, f"{page.url} {page.viewport_size} {scheme}: {found.generate_report()}"


def assert_fits(page: Page) -> None:
    """Nothing scrolls sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} {page.viewport_size}"
