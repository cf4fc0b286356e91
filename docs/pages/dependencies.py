"""What the project depends on and why, from the comments of pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_LINE = re.compile(r'\s*"(?P<name>[\w-]+)(?P<version>[^"]*)",?\s*(?:#\s*(?P<reason>.*))?')
_GROUP = re.compile(r"(?P<name>\w+) = \[(?P<rest>.*)")
_TITLES = {
    "dependencies": ("Installed with the package", "What `pip install` brings."),
    "design": ("For the sequence search", "Installed by `uv sync`, or by hand with `--no-deps`."),
    "cluster": ("For sweeps on a cluster", "An extra: `uv sync --extra cluster`, or `pip install '.[cluster]'`."),
    "posterior": ("For the posterior of fits", "An extra: `uv sync --extra posterior`, or `pip install '.[posterior]'`."),
    "dev": ("For tests and linters", "Not needed to use the package; `make demo` leaves them out."),
    "peers": ("Other tools that tests and benchmarks compare with", "Not needed to use the package."),
    "browser": ("For tests of the pages in a browser", "Not needed to use the package."),
    "docs": ("For this site", "Not needed to use the package."),
}
REASONS = {
    "numpy": "arrays",
    "scipy": "sparse matrices, the coefficients of an explicit stepper, optimisation",
    "click": "the command line",
    "numba": "compiles the stiff stepper and the mass-action kernels",
    "psutil": "nuad's own need",
    "ordered-set": "nuad's own need",
    "pathos": "nuad's own need",
    "tabulate": "nuad's own need",
    "scadnano": "nuad's own need; writes the scadnano design of `exchange/`",
    "nuad": "the sequence search; it asks for nupack, which is on no registry and not used here",
    "pytest": "runs the tests",
    "pytest-xdist": "runs them in two processes",
    "pytest-cov": "measures what they cover",
    "hypothesis": "tests with random inputs",
    "ruff": "linter and formatter",
    "import-linter": "keeps the layers of the architecture",
    "ipykernel": "runs the notebooks",
}
"""Where pyproject.toml has no comment on the line."""
_BY_HAND = {
    "stiff integration, sparse LU (`simulate/engines`)": "CVODE, an engine too, takes 7 times as long for an iteration of "
    "`linreg2d`; no library advances eight tubes of one network side by side",
    "derivatives by all rate constants (`engines/adjoint.py`)": "automatic differentiation sees no compiled steps",
    "enumeration (`kinetics`)": "Peppercorn, with which it is compared, takes 82 to 1,356 times as long",
    "occlusion, beads, volumes, imperfections (`simulate`)": "no library models a tube that is pipetted",
    "compiler, gates, sizing (`ncrn`, `dsd`, `gates`)": "what the project is about; proofs go through SymPy and `crnverifier`",
    "duplex energies of many words (`sequences/duplexes.py`)": "ViennaRNA's own terms, in a tenth of its time each; what is "
    "reported is ViennaRNA's",
    "PIL and `.crn` text (`dsd/pil_parser.py`, `crn/text.py`)": "Peppercorn's parser gives no place of an error",
    "Antimony text (`crn/antimony.py`)": "a template and reserved words, of which its library (C++, 19 MB) has no list; "
    "it reads back every file in the tests",
    "drawings of strands (`dsd/drawing.py`)": "scadnano, whose files are written too, draws designs in a browser; equal "
    "complexes give equal bytes here",
    "places of a reaction graph (`crn/placing.py`)": "Graphviz is a program to install; networkx lays out points, not boxes",
    "reading tables (`tasks`, `assays/exports.py`)": "pandas and polars guess decimal commas and dates, and give no line of an "
    "error; a table has thousands of rows, not millions",
    "result files (`runs`, `sequences/tables.py`)": "one description writes, reads and documents a file; Parquet is pyarrow's",
    "fits (`assays`)": "SciPy's least squares, with noise and profiles around it; `--petab` hands the problem to pyPESTO",
    "robot scripts (`sequences/robot`)": "the makers' simulator runs them in the tests (`make robots`)",
}
"""What could be a library's, and why it is not."""


class Dependency(NamedTuple):
    """One package, the versions that will do, and what it is for."""

    group: str
    name: str
    version: str
    reason: str


def dependencies_of(root: Path) -> tuple[Dependency, ...]:
    """Every dependency of pyproject.toml; ``reason`` is the comment on its line, or else that of ``REASONS``."""
    return tuple(_found((root / "pyproject.toml").read_text(encoding="utf-8")))


def _found(text: str) -> Iterator[Dependency]:
    group = ""
    for line in text.splitlines():
        start = _GROUP.fullmatch(line)
        if start:
            group = start["name"]
            line = start["rest"].rstrip("]")
        match = _LINE.fullmatch(line)
        if match and group in _TITLES:
            yield Dependency(group, match["name"], match["version"], match["reason"] or REASONS.get(match["name"], ""))
        elif line.strip() == "]":
            group = ""


def declared(root: Path) -> frozenset[str]:
    """The names of all dependencies, read as TOML."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    lists = [project["project"]["dependencies"], *extras.values(), *project["dependency-groups"].values()]
    return frozenset(re.split(r"[<>=!~]", each)[0].strip() for group in lists for each in group)


def dependencies_page(root: Path) -> str:
    """The page as Markdown."""
    found = dependencies_of(root)
    parts: list[str] = []
    for group, (title, text) in _TITLES.items():
        rows = [f"| `{each.name}` | {each.version or 'any'} | {each.reason} |" for each in found if each.group == group]
        parts.append("\n".join([f"## {title}", "", text, "", "| package | versions | for |", "|---|---|---|", *rows, ""]))
    head = "# Dependencies\n\n<!-- made by docs/pages from pyproject.toml -->\n\nWhat each package is for."
    rows = [f"| {what} | {why} |" for what, why in _BY_HAND.items()]
    by_hand = ["## Written here", "", "| what | why no library does it |", "|---|---|", *rows, ""]
    return "\n".join([f"{head} Versions are locked in `uv.lock`.", "", *parts, *by_hand])
