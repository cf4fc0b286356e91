"""The protocol on paper: Chromium prints it, and every heading and every cell of its tables is read back from the PDF."""

from __future__ import annotations

import io
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from pypdf import PdfReader

from browser import protocol_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser


class Cells(HTMLParser):
    """The texts of all cells of a page, blanks taken out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.inside = tag in ("td", "th")
        if self.inside:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.found[-1] += "".join(data.split())


def test_nothing_of_a_table_is_lost_on_paper(chromium: Browser) -> None:
    """18 columns of strands, of which a page without a style for paper showed eight: none beyond its edge, none cut off."""
    html = protocol_page()
    page = chromium.new_page()
    page.set_content(html)
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    page.close()
    text = ""
    beyond: list[str] = []
    for sheet in printed.pages:
        width = float(sheet.mediabox.width)

        def seen(part: str, cm: list[float], tm: list[float], *_: Any, width: float = width) -> None:
            if part.strip() and not 0 <= cm[0] * tm[4] + cm[2] * tm[5] + cm[4] <= width:
                beyond.append(part)

        text += sheet.extract_text(visitor_text=seen)
    kept = normalize("NFKC", "".join(text.split()))  # ligatures
    cells = Cells()
    cells.feed(html)
    assert len(cells.found) > 300
    lost = [cell for cell in cells.found if normalize("NFKC", cell) not in kept]
    assert lost == []
    assert beyond == []
