"""A document of sections with texts, tables and pictures, as Markdown, as one HTML page, and its tables as CSV."""

from __future__ import annotations

from collections.abc import Sequence
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
    """A title and sections."""

    title: str
    sections: tuple[DocumentSection, ...]

    def markdown(self) -> str:
        """The text; pictures are left out."""
        blocks = [f"# {self.title}"]
        for section in self.sections:
            blocks.append(f"{'#' * section.level} {section.title}")
            blocks += [text for part in section.parts if (text := _markdown(part))]
        return "\n\n".join(blocks) + "\n"

    def html(self) -> str:
        """One page that needs nothing else."""
        body = [f"<h1>{escape(self.title)}</h1>"]
        for section in self.sections:
            body.append(f"<h{section.level}>{escape(section.title)}</h{section.level}>")
            body += [_html(part) for part in section.parts]
        window = '<meta name="viewport" content="width=device-width, initial-scale=1">'
        head = f'<meta charset="utf-8">{window}<title>{escape(self.title)}</title><style>{_STYLE}</style>'
        start = f'<!doctype html><html lang="en"><head>{head}</head><body><main>'
        return "\n".join([start, *body, "</main></body></html>"]) + "\n"

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
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
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
