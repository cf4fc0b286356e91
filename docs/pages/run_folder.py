"""The columns of a run folder's tables, from the descriptions that read and write them; the rest of the page stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dsd_ncrn.runs.files import ResultTable
from dsd_ncrn.runs.tables import TABLES
from sequences.tables import MATRICES
from sequences.tables import TABLES as SEQUENCE_TABLES

PAGE = "docs/reference/run-folder.md"
START, END = "## Tables\n", "## summary.json\n"
_HEAD = """
<!-- made by docs/pages from dsd_ncrn/runs/tables.py and sequences/tables.py: edit the descriptions there -->

Every table is written and read by one description. Numbers that are not finite are left empty. A table with other columns, as
older versions wrote, is refused with the advice to run again.
"""


def run_folder_page(root: Path) -> str:
    """The page as Markdown."""
    text = (root / PAGE).read_text(encoding="utf-8")
    before, after = text.split(START)[0], text.split(END)[1]
    return before + START + _HEAD + "\n" + "\n".join(_lines()) + "\n" + END + after


def _lines() -> Iterator[str]:
    tables: tuple[ResultTable[Any], ...] = (*TABLES, *SEQUENCE_TABLES)
    for table in tables:
        yield f"### {table.file}: {table.stage}\n"
        yield f"{table.holds[0].upper()}{table.holds[1:]}.\n"
        yield "| column | unit | meaning |\n|---|---|---|"
        yield from (f"| `{each.name}` | {each.unit or '–'} | {each.meaning} |" for each in table.columns)
        yield ""
    for matrix in MATRICES:
        yield f"### {matrix.file}: {matrix.stage}\n"
        yield f"Energies (kcal/mol) of {matrix.holds}: a row for every first partner, a column for every second.\n"
