"""A document of sections with texts, tables and pictures, as Markdown, as one HTML page, and its tables as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from sequences.vendors.base import csv_bytes

_STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:75em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;font-size:13px}td,th{border:1px solid #bbb;padding:2px 7px;text-align:left}"
    "div{overflow-x:auto}svg{max-width:100%}"
    "@page{size:A4 landscape;margin:8mm}@media print{body{max-width:none;margin:0;font-size:11px}div{overflow:visible}"
    "table{font-size:7.5px;width:100%}td,th{padding:1px 2px}tr,svg{break-inside:avoid}}"
)


_PAGED = "@page{size:A4 portrait}h2{break-before:page}h2:first-of-type{break-before:auto}table{width:100%}"
_NUMBERED = 2
COLUMNS = 8
"""Of a table in Markdown, whose readers shrink nothing; the first one is repeated in every part."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``name`` is that of its CSV file. Only ``shown`` rows stand in the text where there are more."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shown: int | None = None

    @property
    def text_rows(self) -> tuple[tuple[str, ...], ...]:
        """The rows that stand in the text."""
        return self.rows[: self.shown]

    @property
    def remark(self) -> str:
        """Where the other rows are."""
        hidden = len(self.rows) - len(self.text_rows)
        return f"{hidden} more rows are in {self.name}.csv." if hidden else ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing in SVG; ``name`` is that of its file."""

    name: str
    svg: str


@dataclass(frozen=True, slots=True)
class DocumentSection:
    """A heading with what stands under it. A deeper ``level`` is a part of the section before."""

    title: str
    parts: tuple[str | Table | Picture, ...]
    level: int = 2


@dataclass(frozen=True, slots=True)
class Document:
    """A title and sections, those of the second level numbered; ``paged`` prints each on a page of its own."""

    title: str
    sections: tuple[DocumentSection, ...]
    paged: bool = False

    def markdown(self) -> str:
        """The text; pictures are left out, and wide tables stand in parts that fit on a page."""
        blocks = [f"# {self.title}"]
        for section, heading in zip(self.sections, self._headings()):
            blocks.append(f"{'#' * section.level} {heading}")
            blocks += [text for part in section.parts if (text := _markdown(part))]
        return "\n\n".join(blocks) + "\n"

    def html(self) -> str:
        """One page that needs nothing else."""
        body = [f"<h1>{escape(self.title)}</h1>"]
        for section, heading in zip(self.sections, self._headings()):
            body.append(f"<h{section.level}>{escape(heading)}</h{section.level}>")
            body += [_html(part) for part in section.parts]
        window = '<meta name="viewport" content="width=device-width, initial-scale=1">'
        style = _STYLE + _PAGED if self.paged else _STYLE
        head = f'<meta charset="utf-8">{window}<title>{escape(self.title)}</title><style>{style}</style>'
        start = f'<!doctype html><html lang="en"><head>{head}</head><body><main>'
        return "\n".join([start, *body, "</main></body></html>"]) + "\n"

    def _headings(self) -> Iterator[str]:
        number = 0
        for section in self.sections:
            number += section.level == _NUMBERED
            plain = self.paged or section.level > _NUMBERED
            yield section.title if plain else f"{number}. {section.title}"

    def files(self) -> dict[str, str | bytes]:
        """Every table as CSV and every picture as SVG, by file name."""
        parts = [part for section in self.sections for part in section.parts]
        tables = {f"{part.name}.csv": csv_bytes([part.header, *part.rows]) for part in parts if isinstance(part, Table)}
        return {**tables, **{f"{part.name}.svg": part.svg for part in parts if isinstance(part, Picture)}}


def _markdown(part: str | Table | Picture) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Picture):
        return ""
    lines = [part.header, ["---"] * len(part.header), *part.text_rows]
    starts = range(1, max(2, len(part.header)), COLUMNS - 1)
    parts = ([[line[0], *line[start : start + COLUMNS - 1]] for line in lines] for start in starts)
    table = "\n\n".join("\n".join(f"| {' | '.join(line)} |" for line in each) for each in parts)
    return f"{table}\n\n{part.remark}" if part.remark else table


def _html(part: str | Table | Picture) -> str:
    if isinstance(part, str):
        return f"<p>{_bold(escape(part))}</p>"
    if isinstance(part, Picture):
        return f"<div>{part.svg}</div>"
    head, rows = _row("th", part.header), "".join(_row("td", row) for row in part.text_rows)
    label = f'tabindex="0" role="group" aria-label="Table: {escape(part.name)}"'  # keys can scroll what is in focus
    return f"<div {label}><table>{head}{rows}</table></div>" + (f"<p>{escape(part.remark)}</p>" if part.remark else "")


def _row(tag: str, cells: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"


def _bold(text: str) -> str:
    """``**x**`` as in Markdown, the only mark that the texts use."""
    pieces = text.split("**")
    return "".join(f"<b>{piece}</b>" if number % 2 else piece for number, piece in enumerate(pieces))


def clock_time(seconds: float) -> str:
    """Hours, minutes and seconds, as ``1:02:03``."""
    whole = round(seconds)
    return f"-{clock_time(-whole)}" if whole < 0 else f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def three(value: float) -> str:
    """Three digits, as a pipette has them."""
    return f"{round(value, 9):.3g}" if abs(value) < 1000 else f"{value:.0f}"
