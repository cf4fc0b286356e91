"""The reference pages are those that the code makes, and say something of everything."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any, get_type_hints

import click
import pytest
from pydantic import TypeAdapter

from cli.families import STAGES
from cli.main import main
from cli.run.summary import empty_summary
from docs.pages import PAGES
from docs.pages.dependencies import declared, dependencies_of
from docs.pages.design import sections
from docs_walk import ROOT
from dsd_ncrn.design.spec import DesignSpec

DESIGN_PAGE = (ROOT / "docs/reference/design.md").read_text(encoding="utf-8")
RUN_PAGE = (ROOT / "docs/reference/run-folder.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_a_reference_page_is_what_the_code_makes(name: str) -> None:
    """If not: ``uv run python -m docs.pages``."""
    assert (ROOT / name).read_text(encoding="utf-8") == PAGES[name](ROOT)


@pytest.mark.parametrize("header", sections())
def test_every_key_of_the_schema_has_all_its_cells(header: str) -> None:
    part = DESIGN_PAGE.split(f"## [{header}]\n" if header else "## Top of the file\n")[1].split("\n## ")[0]
    for name, field in sections()[header].model_fields.items():
        assert field.description, f"{header}.{name} has no description"
        (row,) = re.findall(rf"^\| `{name}` \|.*\|$", part, re.MULTILINE)
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
        assert len(cells) == 7
        assert all(cells)


def _keys(model: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        inner = getattr(field.annotation, "model_fields", None)
        yield from _keys(field.annotation, (*path, name)) if inner else [(*path, name)]


def test_the_page_has_every_key_that_the_schema_has() -> None:
    """Counted by walking through the models, as pydantic reads a file."""
    listed = {
        tuple(f"{header}.{name}".lstrip(".").split(".")) for header in sections() for name in sections()[header].model_fields
    }
    assert set(_keys(DesignSpec)) <= listed


@pytest.mark.parametrize("header", [header for header in sections() if header and "KIND" not in header])
def test_the_examples_of_a_table_are_what_the_schema_reads(header: str) -> None:
    part = DESIGN_PAGE.split(f"## [{header}]\n")[1].split("\n## ")[0]
    section = sections()[header]
    hints = get_type_hints(section, include_extras=True)
    examples = re.findall(r"\| `(\w+ = [^|]*)` \|$", part, re.MULTILINE)
    assert len(examples) >= len(section.model_fields) - 2  # tables of their own have none
    for line in examples:
        ((name, value),) = tomllib.loads(line).items()
        formula = (header, name) == ("circuit", "f")  # a list of formulas becomes one
        if not formula and name not in ("gates", "reactions"):
            TypeAdapter(hints[name]).validate_python(_tuples(value), strict=True)


def _tuples(value: Any) -> Any:
    """Lists of a file are read as tuples."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def test_every_command_has_its_help_on_the_page() -> None:
    page = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
    context = click.Context(main)
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == main.list_commands(context)


def test_every_dependency_has_a_reason() -> None:
    found = dependencies_of(ROOT)
    assert {each.name for each in found} == declared(ROOT)
    assert [each.name for each in found if not each.reason] == []


def test_the_run_folders_page_has_every_section_of_the_summary_and_every_stage() -> None:
    summary = empty_summary("", "", 0, "")
    listed = set(re.findall(r"`(\w+)`", RUN_PAGE.split("## summary.json")[1]))
    assert set(summary) | set(summary["training"]) | set(summary["design"]) <= listed
    stages = " ".join(re.findall(r"^\| [^|]* \| ([^|]*) \|", RUN_PAGE.split("## summary.json")[0], re.MULTILINE))
    own = {"one_pot", "dsd_leaky", "calibrate"}
    assert set(STAGES) - own <= set(re.findall(r"\w+", stages))
