"""Help and completion: every example can be typed, every name is offered, and every name offered is one."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from cli.families import STAGES
from cli.interface.looking import SHELLS
from cli.main import COMMANDS, GROUPS, main
from conftest import DESIGNS, Invoke
from dsd_ncrn.families import ENGINES

EXAMPLES = [example for command in COMMANDS.values() for example in command.examples]


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_can_be_typed(example: str) -> None:
    """Parsed as the shell and click would: redirections and the folders of earlier examples apart, files exist."""
    inner = re.search(r"\$\((.*?)\)", example)
    words = shlex.split((inner.group(1) if inner else example).partition(" > ")[0])
    assert words[0] == "dsd-ncrn"
    context = main.make_context("dsd-ncrn", words[1:])
    command = COMMANDS[words[1]]
    with context:
        assert command.make_context(words[1], words[2:], parent=context).params
    assert all((DESIGNS.parent / word).exists() for word in words if word.startswith("designs/"))


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_examples_of_the_command_and_the_common_options(name: str, invoke: Invoke) -> None:
    result = invoke(name, "--help")
    assert result.exit_code == 0
    assert f"dsd-ncrn {name}" in result.stdout.partition("Examples:")[2]
    assert {"--quiet", "--debug", "--help"} <= set(re.findall(r"--\w+", result.stdout.partition("Common options:")[2]))


def test_help_lists_the_commands_in_groups(invoke: Invoke) -> None:
    text = invoke("--help").stdout
    places = [text.index(f"\n{heading}:\n") for heading in GROUPS]
    assert places == sorted(places)
    assert all(f"\n  {name:<10}  " in text for name in COMMANDS)


def completed(*words: str) -> list[str]:
    *before, incomplete = words
    found = BashComplete(main, {}, "dsd-ncrn", "_DSD_NCRN_COMPLETE").get_completions(list(before), incomplete)
    return [item.value for item in found if item.type == "plain"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("comp",), ["compile", "compare", "completion"]),
        (("run", "--skip", "ls"), []),
        (("run", "--until", "dsd"), [name for name in STAGES if name.startswith("dsd")]),
        (("translate", "--scheme", "seal"), ["sealed"]),
        (("train", "--engine", ""), list(ENGINES)),
        (("order", "--vendor", "idt-"), ["idt-tube", "idt-plate"]),
        (("new", "x", "--task", "xor"), ["xor2d"]),
        (("compile", "--format", "s"), ["sbml", "svg"]),
        (("tune", "--max-"), ["--max-hours", "--max-fuel", "--max-length"]),
        (("list", "st"), ["stages"]),
    ],
)
def test_names_are_completed(words: tuple[str, ...], expected: list[str]) -> None:
    assert completed(*words) == expected


def test_design_files_are_completed_by_their_endings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.toml", "a.crn", "a.csv", "[b].toml"):
        (tmp_path / name).write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert completed("run", "") == ["[b].toml", "a.toml"]
    assert completed("compile", "a") == ["a.crn", "a.toml"]
    assert completed("run", f"{tmp_path}/[") == [f"{tmp_path}/[b].toml"]
    assert completed("run", "nowhere/") == []


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_prints_a_script_that_says_how_it_is_installed(shell: str, invoke: Invoke) -> None:
    script = invoke("completion", shell).stdout
    assert f"dsd-ncrn completion {shell}" in script
    assert f"_DSD_NCRN_COMPLETE={shell}_complete" in script


def test_zsh_finds_its_tag_in_the_first_line(invoke: Invoke) -> None:
    assert invoke("completion", "zsh").stdout.startswith("#compdef dsd-ncrn\n")


def test_bash_completes_with_the_script(tmp_path: Path, invoke: Invoke) -> None:
    program = tmp_path / "dsd-ncrn"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "from cli.main import main; main(prog_name=\'dsd-ncrn\')"\n')
    program.chmod(0o755)
    script = invoke("completion", "bash").stdout
    typed = f"COMP_WORDS=({program} run --skip dsd); COMP_CWORD=3; _dsd_ncrn_completion {program}; echo ${{COMPREPLY[*]}}"
    result = subprocess.run(["bash", "-c", f"{script}\n{typed}"], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["dsd_leaky", "dsd_sequences", "dsd_diluted"]
