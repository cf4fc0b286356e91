"""The wheel has one name: ``cli`` and ``sequences`` lie in it below ``dsd_ncrn``, where no other package's folders are.

In the repository they stand beside the library, which must not know of them; there, and in an editable installation, nothing
is rewritten. In the wheel every import of them, and every text that names one of their modules, has ``dsd_ncrn.`` before it.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LIBRARY, MOVED = "dsd_ncrn", ("cli", "sequences")
_NAME = f"({'|'.join(MOVED)})"
_REWRITTEN = (
    (re.compile(rf"^(\s*from ){_NAME}(?=[. ])", re.MULTILINE), rf"\1{LIBRARY}.\2"),
    (re.compile(rf"^(\s*)import {_NAME}(?: as \2)?$", re.MULTILINE), rf"\1from {LIBRARY} import \2 as \2"),
    (re.compile(rf'(?<=import_module\()(f?"){_NAME}(?=[."])'), rf"\1{LIBRARY}.\2"),
    (re.compile(rf'(?<="){_NAME}(?=\.[\w.]+:\w+")'), rf"{LIBRARY}.\1"),  # a member of a family, "module:attribute"
    (re.compile(rf'(?<="){_NAME}(?=\.(?:report|compare)")'), rf"{LIBRARY}.\1"),  # packages with templates
)


def moved(text: str) -> str:
    """A source file as it stands in the wheel."""
    for pattern, replacement in _REWRITTEN:
        text = pattern.sub(replacement, text)
    return text


class OneName(BuildHookInterface):
    """Gives the wheel its files; an editable installation has the repository's."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Copy all sources and rewrite those that import."""
        self.place = Path(mkdtemp(prefix="wheel-"))
        if version == "editable":
            return
        for name in (LIBRARY, *MOVED):
            target = self.place / (name if name == LIBRARY else f"{LIBRARY}/{name}")
            shutil.copytree(Path(self.root) / name, target, ignore=shutil.ignore_patterns("__pycache__", "*.nbc", "*.nbi"))
        for path in self.place.rglob("*.py"):
            path.write_text(moved(path.read_text(encoding="utf-8")), encoding="utf-8")
        build_data["force_include"][str(self.place / LIBRARY)] = LIBRARY

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the copies."""
        shutil.rmtree(self.place, ignore_errors=True)
