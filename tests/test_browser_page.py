"""The pages of a run in a browser: whole, silent, offline, in light and dark, on paper, on small screens, without scripts;
what axe, the checker of accessibility, finds in them, and what can be done with the keyboard alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from browser import FIGURES, WIDE, Visit, draw_all, visited
from runs import run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAGES = ("report.html", "comparison.html", "protocol.html")
GRAVE = ("serious", "critical")
CONTRAST = 4.5
"""WCAG 2.2, 1.4.3, for text of usual size."""
TEXTS = """root => [...document.querySelectorAll(root)].filter(text => text.textContent.trim() && text.checkVisibility())
    .map(text => [text.textContent.trim().slice(0, 30), getComputedStyle(text).fill])"""
TITLE = "getComputedStyle([...document.querySelectorAll('.plot .role-axis-title text')].at(-1)).fill"
BACKGROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture(scope="module")
def opened(chromium: Browser, pages: Path) -> Iterator[Callable[..., Visit]]:
    """Open a page in light or dark with all its plots, once; tests leave it as it was."""
    with ExitStack() as stack:

        @cache
        def visit(name: str, scheme: str = "light") -> Visit:
            found = stack.enter_context(visited(chromium, pages / name, color_scheme=scheme))
            draw_all(found.page)
            return found

        yield visit


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
def test_a_page_says_nothing_wrong_and_asks_the_network_for_nothing(opened: Callable[..., Visit], name: str) -> None:
    visit = opened(name)
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
def test_no_page_is_wider_than_its_window(opened: Callable[..., Visit], name: str) -> None:
    """On a phone, where plots are drawn again with their panels below each other, on a tablet and a laptop."""
    visit = opened(name)
    for width in (420, 1024, 1280):
        visit.page.set_viewport_size({"width": width, "height": 900})
        visit.page.wait_for_function(f"document.documentElement.scrollWidth <= {width}")
    assert visit.complaints == []


def test_a_dark_page_has_a_dark_ground_and_a_light_page_a_light_one(opened: Callable[..., Visit]) -> None:
    assert luminance(opened("report.html", "dark").page.evaluate(BACKGROUND)) < 0.05
    assert luminance(opened("report.html", "light").page.evaluate(BACKGROUND)) > 0.9


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("root", [".plot text", ".gate text"])
def test_texts_inside_of_pictures_can_be_read_on_either_ground(opened: Callable[..., Visit], scheme: str, root: str) -> None:
    """axe does not look at the texts of SVG."""
    page = opened("report.html", scheme).page
    ground = page.evaluate(BACKGROUND)
    found = page.evaluate(TEXTS, root)
    assert len(found) > 2
    assert [(text, fill) for text, fill in found if contrast(fill, ground) < CONTRAST] == []


def test_the_theme_chosen_on_the_page_reaches_the_plots(opened: Callable[..., Visit]) -> None:
    page = opened("report.html", "light").page
    before = page.evaluate(TITLE)
    page.locator("#theme").select_option("dark")
    ground = page.evaluate(BACKGROUND)
    assert luminance(ground) < 0.05
    page.wait_for_function(f"{TITLE} !== '{before}'")
    assert all(contrast(fill, ground) >= CONTRAST for _, fill in page.evaluate(TEXTS, ".plot text"))
    page.locator("#theme").select_option("")
    page.wait_for_function(f"{TITLE} === '{before}'")


def test_paper_shows_static_pictures_and_no_navigation(opened: Callable[..., Visit]) -> None:
    page = opened("report.html", "dark").page
    page.emulate_media(media="print")
    assert page.locator(f"{FIGURES} .drawing > svg:visible").count() == page.locator(FIGURES).count()
    assert page.locator(".plot:visible, nav:visible, .toggles:visible, a.static:visible").count() == 0
    assert luminance(page.evaluate(BACKGROUND)) > 0.9, "paper is white whatever the screen was"
    page.emulate_media(media="screen")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_becomes_a_pdf_of_several_sheets(chromium: Browser, pages: Path, name: str) -> None:
    with visited(chromium, pages / name) as visit:
        document = visit.page.pdf()
    assert document.startswith(b"%PDF-") and document.count(b"/Type /Page\n") > 1


@pytest.mark.slow
def test_the_report_of_a_real_run_is_whole(chromium: Browser, tmp_path: Path, small: Path) -> None:
    """A run of the strands without sequences and leak study, as they take long: every plot of it has something in it."""
    assert run(small, tmp_path / "run", "--skip", "leaks", "--skip", "sequences", "--skip", "dsd_leaky").exit_code == 0
    with visited(chromium, tmp_path / "run" / "report.html") as visit:
        assert draw_all(visit.page) >= 8
        marks = "figure.querySelector('.plot [class*=role-mark] :is(path, line)')"
        empty = f"[...document.querySelectorAll('{FIGURES}')].filter(figure => !{marks})"
        assert visit.page.evaluate(f"{empty}.map(figure => figure.dataset.plot)") == []
        assert visit.complaints == [] and visit.requests == []
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 1280


def grave_faults(page: Page) -> list[tuple[str, str]]:
    """Rule and place of every violation that axe calls serious or critical."""
    from axe_playwright_python.sync_playwright import Axe

    found: dict[str, Any] = Axe().run(page).response
    assert len(found["passes"]) > 10, "axe has looked"
    grave = [each for each in found["violations"] if each["impact"] in GRAVE]
    return [(each["id"], node["html"][:150]) for each in grave for node in each["nodes"]]


@pytest.mark.parametrize(
    ("name", "scheme"), [pytest.param(name, "light", marks=pytest.mark.slow) for name in PAGES] + [("report.html", "dark")]
)
def test_axe_finds_no_serious_fault(opened: Callable[..., Visit], name: str, scheme: str) -> None:
    """The pages have one sheet of colours: in the dark the report, which has all of them, stands for the others."""
    page = opened(name, scheme).page
    page.set_viewport_size(WIDE)
    assert grave_faults(page) == []


@pytest.mark.slow
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
