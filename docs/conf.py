"""How Sphinx builds the documentation site; ``make docs`` runs it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

project = "dsd_ncrn"
author = "dsd_ncrn authors"
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
highlight_language = "text"  # of blocks that name none: what a command prints
html_theme = "furo"
html_title = "dsd_ncrn"
html_static_path = ["_static"]
html_css_files = ["site.css"]
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
nb_execution_mode = "off"  # notebooks hold their outputs, and a test runs them again
nb_ipywidgets_js = {}  # no notebook has widgets, and their script would come from the network
autodoc_preserve_defaults = True
autodoc_typehints = "description"
autodoc_member_order = "bysource"
python_use_unqualified_type_names = True

_IN_THE_SITE = {
    "../README.md": "index.md",
    "../CONTRIBUTING.md": "contributing.md",
    "../CHANGELOG.md": "changes.md",
    "../benchmarks/README.md": "benchmarks.md",
}
_OUTSIDE = re.compile(r"\[([^\]]*)\]\((?:\.\./)+(?!\w+\.md|benchmarks/README\.md)[^)]*\)")


def _as_in_the_site(_: Sphinx, __: str, source: list[str]) -> None:
    """Pages link to files of the repository, for those who read them there; on the site these links lead to pages."""
    text = source[0]
    for file, page in _IN_THE_SITE.items():
        text = re.sub(rf"\]\((\.\./)?{re.escape(file)}", lambda found, page=page: f"]({found[1] or ''}{page}", text)
    source[0] = _OUTSIDE.sub(lambda found: found[1], text)


def _prose(*arguments: object) -> None:
    """Docstrings write sizes as |x|, which reStructuredText would take for a substitution, and indent code after a colon."""
    lines = arguments[-1]
    assert isinstance(lines, list)
    code = [line.endswith(":") and not before and after.startswith("    ") for line, before, after in _windows(lines)]
    lines[:] = [line.replace("|", "\\|") + ":" * starts for line, starts in zip(lines, code)]


def _windows(lines: list[str]) -> Iterator[tuple[str, str, str]]:
    """Every line with the two after it."""
    padded = [*lines, "", ""]
    return zip(padded, padded[1:], padded[2:])


def setup(app: Sphinx) -> None:
    """What Sphinx asks of an extension."""
    app.connect("source-read", _as_in_the_site)
    app.connect("autodoc-process-docstring", _prose)
