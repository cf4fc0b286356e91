"""What axe, the checker of accessibility, finds in the pages of a run; and what can be done with the keyboard alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from browser import draw_all, visited

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAGES = ("report.html", "comparison.html", "protocol.html")
GRAVE = ("serious", "critical")


def grave_faults(page: Page) -> list[tuple[str, str]]:
    """Rule and place of every violation that axe calls serious or critical."""
    from axe_playwright_python.sync_playwright import Axe

    found: dict[str, Any] = Axe().run(page).response
    assert len(found["passes"]) > 10, "axe has looked"
    grave = [each for each in found["violations"] if each["impact"] in GRAVE]
    return [(each["id"], node["html"][:150]) for each in grave for node in each["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_serious_fault(chromium: Browser, pages: Path, name: str, scheme: str) -> None:
    with visited(chromium, pages / name, color_scheme=scheme) as visit:
        draw_all(visit.page)
        assert grave_faults(visit.page) == []


def test_axe_would_find_a_fault(chromium: Browser, pages: Path) -> None:
    """Grey on white at a contrast of 1.6, and a picture without a name."""
    with visited(chromium, pages / "report.html") as visit:
        visit.page.evaluate(
            "document.querySelector('.lead').style.color = '#ccc'; document.body.append(document.createElement('img'))"
        )
        assert {rule for rule, _ in grave_faults(visit.page)} == {"color-contrast", "image-alt"}


def test_the_first_key_leads_past_the_navigation(chromium: Browser, pages: Path) -> None:
    with visited(chromium, pages / "report.html") as visit:
        visit.page.keyboard.press("Tab")
        link = visit.page.locator(":focus")
        target = link.get_attribute("href")
        assert link.inner_text().lower().startswith("skip") and target
        assert visit.page.locator(f"main{target}, main {target}").count() == 1


def test_a_level_is_hidden_with_the_keyboard(chromium: Browser, pages: Path) -> None:
    with visited(chromium, pages / "report.html") as visit:
        box = visit.page.locator("input[data-toggles='dsd']").first
        box.focus()
        visit.page.keyboard.press("Space")
        assert not box.is_checked()
        parts = visit.page.locator("svg [class*='series-dsd-']")
        assert parts.count() > 2 and not any(part.is_visible() for part in parts.all())
