"""The pages of a run in a browser: whole, silent, offline, in light and dark, on paper, on small screens, without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser import FIGURES, draw_all, visited

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAGES = ("report.html", "comparison.html", "protocol.html")
CONTRAST = 4.5
"""WCAG 2.2, 1.4.3, for text of usual size."""
TEXTS = """root => [...document.querySelectorAll(root)].filter(text => text.textContent.trim() && text.checkVisibility())
    .map(text => [text.textContent.trim().slice(0, 30), getComputedStyle(text).fill])"""
BACKGROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture(scope="module")
def dark(chromium: Browser, pages: Path) -> Iterator[Page]:
    with visited(chromium, pages / "report.html", color_scheme="dark") as visit:
        draw_all(visit.page)
        yield visit.page


@pytest.fixture(scope="module")
def light(chromium: Browser, pages: Path) -> Iterator[Page]:
    with visited(chromium, pages / "report.html", color_scheme="light") as visit:
        draw_all(visit.page)
        yield visit.page


def luminance(colour: str) -> float:
    """Relative luminance of ``rgb(r, g, b)`` as WCAG 2.2 defines it."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours as WCAG 2.2 defines it."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_the_standard() -> None:
    """WCAG 2.2: 21 for black on white; #767676 on white is the well-known grey of just over 4.5."""
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21)
    assert contrast("rgb(118, 118, 118)", "rgb(255, 255, 255)") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_nothing_wrong_and_asks_the_network_for_nothing(chromium: Browser, pages: Path, name: str) -> None:
    with visited(chromium, pages / name) as visit:
        draw_all(visit.page)
        assert visit.complaints == []
        assert visit.requests == []


def test_without_scripts_every_static_picture_is_to_be_seen(chromium: Browser, pages: Path) -> None:
    with visited(chromium, pages / "report.html", java_script_enabled=False) as visit:
        drawings = visit.page.locator(f"{FIGURES} .drawing > svg").all()
        assert len(drawings) >= 8
        for drawing in drawings:
            box = drawing.bounding_box()
            assert drawing.is_visible() and box and box["width"] > 500 and box["height"] > 100
        assert visit.page.locator(".theme:visible, a.static:visible").count() == 0, "what needs scripts is not offered"


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_its_window(chromium: Browser, pages: Path, name: str) -> None:
    """On a laptop, a tablet and a phone, where plots are drawn again with their panels below each other."""
    with visited(chromium, pages / name) as visit:
        draw_all(visit.page)
        for width in (1280, 1024, 420):
            visit.page.set_viewport_size({"width": width, "height": 900})
            visit.page.wait_for_function(f"document.documentElement.scrollWidth <= {width}")
        assert visit.complaints == []


def test_a_dark_page_has_a_dark_ground_and_a_light_page_a_light_one(dark: Page, light: Page) -> None:
    assert luminance(dark.evaluate(BACKGROUND)) < 0.05
    assert luminance(light.evaluate(BACKGROUND)) > 0.9


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("root", [".plot text", ".gate text"])
def test_texts_inside_of_pictures_can_be_read_on_either_ground(request: pytest.FixtureRequest, scheme: str, root: str) -> None:
    """axe does not look at the texts of SVG."""
    page = request.getfixturevalue(scheme)
    ground = page.evaluate(BACKGROUND)
    found = page.evaluate(TEXTS, root)
    assert len(found) > 2
    assert [(text, fill) for text, fill in found if contrast(fill, ground) < CONTRAST] == []


def test_the_theme_chosen_on_the_page_reaches_the_plots(chromium: Browser, pages: Path) -> None:
    with visited(chromium, pages / "report.html", color_scheme="light") as visit:
        draw_all(visit.page)
        visit.page.locator("#theme").select_option("dark")
        ground = visit.page.evaluate(BACKGROUND)
        assert luminance(ground) < 0.05
        visit.page.wait_for_function("getComputedStyle(document.querySelector('.plot .xtitle')).fill !== 'rgb(90, 98, 112)'")
        assert all(contrast(fill, ground) >= CONTRAST for _, fill in visit.page.evaluate(TEXTS, ".plot text"))
        assert visit.complaints == []


def test_paper_shows_static_pictures_and_no_navigation(chromium: Browser, pages: Path) -> None:
    with visited(chromium, pages / "report.html", color_scheme="dark") as visit:
        count = draw_all(visit.page)
        visit.page.emulate_media(media="print")
        assert visit.page.locator(f"{FIGURES} .drawing > svg:visible").count() == count
        assert visit.page.locator(".plot:visible, nav:visible, .toggles:visible, a.static:visible").count() == 0
        assert luminance(visit.page.evaluate(BACKGROUND)) > 0.9, "paper is white whatever the screen was"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_becomes_a_pdf_of_several_sheets(chromium: Browser, pages: Path, name: str) -> None:
    with visited(chromium, pages / name) as visit:
        document = visit.page.pdf()
    assert document.startswith(b"%PDF-") and document.count(b"/Type /Page\n") > 1
