"""How figures look in a browser, against reference pictures in ``tests/golden``; ``UPDATE_GOLDEN=1`` rewrites them.

Texts are hidden, since fonts differ between machines, and greys are compared in squares of 8 pixels, at the best of all shifts
of up to 2 pixels. Measured on the learning curves and the parameters: the same page twice differs by 0; with another font by
0.07 and 0.09; rasterised at twice the resolution by 0.13 and 0.14; with one curve of five missing by 0.84 and 1.31. The limit
is 0.4.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from browser import show, visited
from images import Pixels, difference, picture_of, pixels, write_png

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

GOLDEN = Path(__file__).parent / "golden"
LIMIT = 0.4
LARGEST = 60_000
NO_TEXT = "* { color: transparent !important } text { fill: transparent !important; fill-opacity: 0 !important }"
OTHER_FONT = "* { font-family: 'DejaVu Serif', serif !important }"
PHONE = {"viewport": {"width": 420, "height": 900}}
LOOKS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "learning": ("report.html", "learning", {}),
    "learning_phone": ("report.html", "learning", PHONE),
    "learning_paper": ("report.html", "learning", {"media": "print"}),
    "parameters": ("report.html", "parameters", {}),
    "comparison": ("comparison.html", "learning", {}),
    "leak_dark": ("report.html", "leak_curve", {"color_scheme": "dark"}),
}
"""Page, figure, and what is special about the browser."""


@contextmanager
def figure(browser: Browser, file: Path, key: str, media: str | None = None, **options: Any) -> Iterator[Page]:
    """A page whose figure is drawn."""
    with visited(browser, file, **options) as visit:
        show(visit.page, f"#figure-{key}")
        visit.page.emulate_media(media="print" if media else None)
        yield visit.page


def looks(page: Page, key: str) -> Pixels:
    """The figure without its texts."""
    page.add_style_tag(content=NO_TEXT)
    page.mouse.move(1, 1)
    return picture_of(page.locator(f"#figure-{key} .drawing"))


@pytest.mark.parametrize("name", LOOKS)
def test_a_figure_looks_as_it_did(chromium: Browser, pages: Path, tmp_path: Path, name: str) -> None:
    file, key, options = LOOKS[name]
    with figure(chromium, pages / file, key, **options) as page:
        seen = looks(page, key)
    reference = GOLDEN / f"{name}.png"
    if os.environ.get("UPDATE_GOLDEN"):
        write_png(reference, seen)
    write_png(tmp_path / f"{name}.png", seen)
    assert reference.stat().st_size < LARGEST
    measured = difference(pixels(reference.read_bytes()), seen)
    assert measured < LIMIT, f"compare {reference} with {tmp_path / reference.name}"


@pytest.fixture(scope="module")
def learning(chromium: Browser, pages: Path) -> Pixels:
    with figure(chromium, pages / "report.html", "learning") as page:
        return looks(page, "learning")


def test_another_font_is_no_other_look(chromium: Browser, pages: Path, learning: Pixels) -> None:
    with visited(chromium, pages / "report.html") as visit:
        visit.page.add_style_tag(content=OTHER_FONT)
        show(visit.page, "#figure-learning")
        assert difference(learning, looks(visit.page, "learning")) < LIMIT / 2


def test_another_resolution_is_no_other_look(chromium: Browser, pages: Path, learning: Pixels) -> None:
    with figure(chromium, pages / "report.html", "learning", device_scale_factor=2) as page:
        assert difference(learning, looks(page, "learning")) < LIMIT


def test_a_missing_curve_is_another_look(chromium: Browser, pages: Path, learning: Pixels) -> None:
    with figure(chromium, pages / "report.html", "learning") as page:
        page.evaluate("showSeries('dsd', false)")
        assert difference(learning, looks(page, "learning")) > 1.5 * LIMIT
