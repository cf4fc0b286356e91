"""The protocol on paper: Chromium prints it, and every heading and every cell of its tables is read back from the PDF."""

from __future__ import annotations

import csv
import io
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from markdown_it import MarkdownIt
from pypdf import PdfReader

from browser import cards, protocol

if TYPE_CHECKING:
    from playwright.sync_api import Browser


class Cells(HTMLParser):
    """The texts of all cells of a page."""

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
            self.found[-1] += data


def on_paper(chromium: Browser, html: str) -> tuple[list[str], list[str]]:
    """The text of every sheet without blanks, and what lies beyond a sheet's edge."""
    page = chromium.new_page()
    page.set_content(html)
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    page.close()
    texts: list[str] = []
    beyond: list[str] = []
    for sheet in printed.pages:
        width = float(sheet.mediabox.width)

        def seen(part: str, cm: list[float], tm: list[float], *_: Any, width: float = width) -> None:
            if part.strip() and not 0 <= cm[0] * tm[4] + cm[2] * tm[5] + cm[4] <= width:
                beyond.append(part)

        texts.append(normalize("NFKC", "".join(sheet.extract_text(visitor_text=seen).split())))  # ligatures
    return texts, beyond


def lost(html: str, texts: list[str], broken: bool = False) -> list[str]:
    """The cells of a page that are on none of its sheets, word by word where a sheet may end amid a row."""
    cells, whole = Cells(), "".join(texts)
    cells.feed(html)
    assert len(cells.found) >= 80
    pieces = [piece for cell in cells.found for piece in (cell.split() if broken else ["".join(cell.split())])]
    return [piece for piece in pieces if normalize("NFKC", piece) not in whole]


def test_nothing_of_a_table_is_lost_on_paper(chromium: Browser) -> None:
    """18 columns of strands, of which a page without a style for paper showed eight: none beyond its edge, none cut off."""
    html = protocol().html()
    texts, beyond = on_paper(chromium, html)
    assert lost(html, texts) == beyond == []


def test_the_markdown_prints_whole_without_any_style(chromium: Browser) -> None:
    """By a plain reader of Markdown, portrait: wide tables come in parts that fit, and no cell of a CSV is lost."""
    html = MarkdownIt("commonmark").enable("table").render(protocol().markdown())
    texts, beyond = on_paper(chromium, html)
    assert lost(html, texts, broken=True) == beyond == []
    whole = "".join(texts)
    content = protocol().files()["strands.csv"]
    assert isinstance(content, bytes)
    strands = csv.DictReader(io.StringIO(content.decode()))
    assert all(word in whole for row in strands for cell in row.values() for word in cell.split())


def test_every_iteration_has_one_sheet(chromium: Browser) -> None:
    html = cards().html()
    texts, beyond = on_paper(chromium, html)
    assert lost(html, texts) == beyond == []
    assert len(texts) == html.count("<h2>") == 2
    assert [f"Iteration{number}" in text for number, text in enumerate(texts, start=1)] == [True, True]
