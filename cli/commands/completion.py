"""``dsd-ncrn completion``: what makes a shell complete commands, options, names and design files."""

from __future__ import annotations

from typing import ClassVar

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from cli.options import OneOf, subcommand

PROGRAM, VARIABLE = "dsd-ncrn", "_DSD_NCRN_COMPLETE"


class Bash(BashComplete):
    """As click's, but files and folders may be offered together, and a folder is gone into without a space."""

    source_template: ClassVar[str] = BashComplete.source_template.replace(
        "            COMPREPLY=()\n            compopt -o dirnames", "            compopt -o plusdirs -o filenames"
    )


SHELLS: dict[str, type[ShellComplete]] = {"bash": Bash, "zsh": ZshComplete, "fish": FishComplete}
HOW = {
    "bash": (
        'Now:          eval "$(dsd-ncrn completion bash)"',
        "From now on:  dsd-ncrn completion bash > ~/.local/share/bash-completion/completions/dsd-ncrn",
        "              (the folder is made with mkdir -p; bash 4.4 or later, with the package bash-completion)",
    ),
    "zsh": (
        'Now:          eval "$(dsd-ncrn completion zsh)"',
        "From now on:  dsd-ncrn completion zsh > ~/.zfunc/_dsd-ncrn",
        "              with these lines in ~/.zshrc: fpath+=~/.zfunc; autoload -U compinit; compinit",
    ),
    "fish": (
        "Now:          dsd-ncrn completion fish | source",
        "From now on:  dsd-ncrn completion fish > ~/.config/fish/completions/dsd-ncrn.fish",
    ),
}
"""How a script is installed, for the comment at its top."""


@subcommand(
    "completion",
    examples=('eval "$(dsd-ncrn completion bash)"', "dsd-ncrn completion fish > ~/.config/fish/completions/dsd-ncrn.fish"),
)
@click.argument("shell", type=OneOf(list(SHELLS)))
def command(shell: str) -> None:
    """Print the script that makes a shell complete what is typed after dsd-ncrn.

    It completes commands, options, design files, stages, schemes, engines, vendors, leak models and formats. The script
    says how it is installed.
    """
    from cli.main import main
    from cli.streams import say

    completer = SHELLS[shell](main, {}, PROGRAM, VARIABLE)
    script = completer.source_template % completer.source_vars()
    first, _, rest = script.partition("\n")
    lines = [f"# {line}" for line in HOW[shell]]
    say("\n".join([first, *lines, rest] if first.startswith("#") else [*lines, script]).rstrip("\n"))
