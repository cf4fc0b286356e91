"""The pages of the documentation that are made from the code, each in a module of its own.

The design file's keys are those of the schema, with the descriptions that stand there; the commands are those of the command
line, with their own help; dependencies have the reasons that stand in pyproject.toml; the columns of tables are those that runs
write and read; measured constants are those that rates are made of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from docs.pages.commands import commands_page
from docs.pages.dependencies import dependencies_page
from docs.pages.design import design_page
from docs.pages.rates import PAGE as RATES_PAGE
from docs.pages.rates import rates_page
from docs.pages.run_folder import PAGE, run_folder_page

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES: Mapping[str, Callable[[Path], str]] = {
    "docs/reference/design.md": design_page,
    "docs/reference/commands.md": commands_page,
    "docs/reference/dependencies.md": dependencies_page,
    RATES_PAGE: rates_page,
    PAGE: run_folder_page,
}
