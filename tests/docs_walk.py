"""Does what a page of the documentation says: writes its files, makes its changes, runs its commands.

Blocks count in their order. A block with a path in its first line (``# dsd_ncrn/…``), or in a comment before it, is that
file; a ``diff`` block changes the file in its ``+++`` line; in other blocks a line that begins with ``$ `` is a command of this
project, and the lines after it are what it prints, ``...`` standing for lines left out.

With RENEW_PAGES=1 in the environment what a command prints now is written into the page in place of lines that no longer hold.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from click.testing import CliRunner

from cli.main import main

ROOT = Path(__file__).resolve().parent.parent
_BLOCK = re.compile(
    r"(?:<!-- (?P<note>file: [\w./-]+) -->\n+)?^```(?P<language>[\w-]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_PATH = re.compile(r"# (?P<path>[\w./-]+\.(?:py|toml|crn|pil))\b.*")
_NUMBER = re.compile(r"-?\d[\d,]*\.?\d*(?:e-?\d+)?")
_SECONDS = re.compile(r"\(\d+\.\d s\)")
_PROGRESS = re.compile(r"\d%, .* (?:left|so far)$")
_PRECISION = 1e-3
_CALL = "import sys; sys.argv[0] = 'dsd-ncrn'; from cli.main import main; main()"


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, its lines, and what a comment before it says."""

    language: str
    text: str
    note: str = ""

    @property
    def path(self) -> str | None:
        """The file that the block is."""
        if self.note.startswith("file: "):
            return self.note.removeprefix("file: ")
        found = _PATH.fullmatch(self.text.partition("\n")[0])
        return found["path"] if found else None


def blocks_of(page: str) -> tuple[Block, ...]:
    """The fenced blocks of a page under docs/."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return tuple(Block(found["language"], found["text"], found["note"] or "") for found in _BLOCK.finditer(text))


def walk(page: str, folder: Path) -> int:
    """Do in ``folder`` what a page says; the number of commands that were run."""
    done = 0
    for block in blocks_of(page):
        if block.language == "diff":
            _change(block.text, folder)
        elif block.path is not None:
            target = folder / block.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        else:
            for command, expected in _commands(block.text):
                printed = _printed(command, expected, folder)
                if os.environ.get("RENEW_PAGES"):
                    _renew(ROOT / "docs" / page, expected, printed)
                else:
                    _compare(expected, printed, command)
                done += 1
    return done


def _change(diff: str, folder: Path) -> None:
    """Put the lines of a diff in place of those that it takes away."""
    head, *lines = diff.splitlines()
    target = folder / head.removeprefix("+++ ").strip()
    before = "\n".join(line[1:] for line in lines if line[:1] in ("-", " "))
    after = "\n".join(line[1:] for line in lines if line[:1] in ("+", " "))
    text = target.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{target} has not exactly one:\n{before}"
    target.write_text(text.replace(before, after), encoding="utf-8")


def _commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Every command of a block with the lines that it is said to print."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *expected = part.rstrip().splitlines()
        yield command.partition("   #")[0], expected


def _printed(command: str, expected: list[str], folder: Path) -> list[str]:
    """What a command prints, without its progress; it fails only if the page says so."""
    words = shlex.split(command)
    assert words[:3] == ["uv", "run", "dsd-ncrn"], f"not a command of this project: {command}"
    code, output = (_run_copy if (folder / "cli").exists() else _run_here)(words[3:], folder)
    printed = [line for line in output.splitlines() if line.strip() and not _PROGRESS.search(line)]
    assert code == 0 or any(line.startswith("Error") for line in expected), "\n".join([command, *printed])
    return printed


def _run_copy(words: list[str], folder: Path) -> tuple[int, str]:
    """Exit code and output of a command of the project's copy in a folder."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "120"}
    to = subprocess.PIPE
    call = [sys.executable, "-c", _CALL, *words]
    ran = subprocess.run(call, cwd=folder, env=environment, stdout=to, stderr=subprocess.STDOUT, text=True, check=False)
    return ran.returncode, ran.stdout


def _run_here(words: list[str], folder: Path) -> tuple[int, str]:
    """Exit code and output of a command, without a process of its own."""
    with chdir(folder):
        ran = CliRunner().invoke(main, words, env={"COLUMNS": "120"})
    return ran.exit_code, ran.output


def _renew(page: Path, expected: list[str], printed: list[str]) -> None:
    """Write into a page, for each line that a command is said to print, the one most like it that it prints now, in order."""
    lines, at = [*expected], 0
    for number, line in enumerate(expected):
        if line.strip() not in ("", "...") and printed[at:]:
            likeness = [_likeness(line, new) for new in printed[at:]]
            best = at + likeness.index(max(likeness))
            if not alike(line, printed[best]):
                lines[number] = printed[best]
            at = best + 1
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("\n".join(expected), "\n".join(lines), 1), encoding="utf-8")


def _likeness(line: str, printed: str) -> float:
    """How much two lines agree but for their numbers."""
    return SequenceMatcher(None, _NUMBER.sub("0", line), _NUMBER.sub("0", printed)).ratio()


def _compare(expected: list[str], printed: list[str], command: str) -> None:
    """Each run of expected lines is somewhere in the output: results and messages come by two streams, in either order."""
    for part in "\n".join(["", *expected]).split("\n..."):
        lines = [line for line in part.splitlines() if line.strip()]
        found = any(_same(lines, printed[at : at + len(lines)]) for at in range(len(printed)))
        assert found or not lines, "\n".join([f"$ {command}", "should print", *lines, "but prints", *printed])


def _same(lines: list[str], printed: list[str]) -> bool:
    return len(lines) == len(printed) and all(map(alike, lines, printed))


def alike(line: str, printed: str) -> bool:
    """Equal but for spaces, times in brackets, and the fourth digit of numbers."""
    one, other = (_SECONDS.sub("", text) for text in (line, printed))
    if _NUMBER.sub("0", one).split() != _NUMBER.sub("0", other).split():
        return False
    pairs = zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)
    return all(_near(float(a.replace(",", "")), float(b.replace(",", ""))) for a, b in pairs)


def _near(one: float, other: float) -> bool:
    """Numbers below 1e-6 are rounding errors, which differ from machine to machine."""
    return abs(one - other) <= max(_PRECISION * max(abs(one), abs(other)), 1e-6)
