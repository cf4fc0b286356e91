"""What ``list`` and ``completion`` do: what there is to choose from, and what makes a shell complete it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from cli.families import STAGES, TEMPLATES
from cli.main import main
from cli.options import chosen_preset
from cli.output import deliver, show, table
from cli.streams import say
from dsd_ncrn.constants import DEFAULT_PRESET, ENDS, parted, rate_constants
from dsd_ncrn.families import ENGINES, LEAK_MODELS, SCHEMES, TASKS
from dsd_ncrn.kinetics.rates import rates_of
from dsd_ncrn.runs.files import json_text
from dsd_ncrn.units import per_nM_s_to_per_M_s
from sequences.families import VENDORS

Listing = Mapping[str, str]


def list_choices(what: str, out: Path | None, seed: int, as_json: bool) -> None:
    """What there is to choose from."""
    found = dict(_LISTINGS[what]())
    deliver(out, {f"{what}.json": json_text(found)})
    show(as_json, found, table(found.items()))


def rates(bind: int, release: int, out: Path | None, seed: int, as_json: bool) -> None:
    """The rate of a displacement or exchange by toehold lengths, with the band of its preset."""
    preset, end = parted(chosen_preset() or DEFAULT_PRESET)
    at = {each: per_nM_s_to_per_M_s(rates_of(f"{preset}:{each}").displacement(bind, release)) for each in ENDS}
    known = rate_constants(preset)["association"]
    found = {
        "bind_nt": bind,
        "release_nt": release,
        "k_per_M_per_s": at[end],
        "low": at["pessimistic"],
        "high": at["optimistic"],
        "preset": preset,
        "source": known.source,
        "conditions": known.conditions,
    }
    deliver(out, {"rates.json": json_text(found)})
    rate, low, high = (f"{each:.3g}" for each in (at[end], at["pessimistic"], at["optimistic"]))
    show(as_json, found, f"{bind} nt for {release}: {rate} /M/s ({low} to {high}), {preset}: {known.source}")


def _tasks() -> Listing:
    built_in = {name: task.description for name, task in TASKS.items()}
    return built_in | {"csv": "columns of a CSV file: task.csv, inputs, targets"}


def _circuits() -> Listing:
    """The ways in which a formula of a design may be written, each with an example; ``designs/`` has whole circuits."""
    return {
        "theta * x + beta": "linear in the inputs, element by element",
        "theta * x": "linear without a bias",
        "theta * z + beta": "first order in the state",
        "Theta @ x + beta": "a matrix of parameters",
        "theta * x - 0.5 * z * abs(z)": "damped rail by rail, bimolecular",
        "Theta @ x - z**3": "the paper's classifier; three molecules meet",
        "[theta1 * x1, theta2 * z1]": "one formula per dimension",
        "[theta1 * x1, z1 * z1]": "a chain: the second state integrates the square of the first",
        "[[theta1, 0], [0.5, theta2]] @ x - z": "a matrix of formulas",
    }


def _schemes() -> Listing:
    return {name: scheme.description for name, scheme in SCHEMES.items()} | {
        "two_domain": "annihilation by a two-domain join (Cardelli 2010)",
        "cooperative": "annihilation by cooperative hybridization (Zhang 2011), two-domain where polarity forbids it",
    }


def _leaks() -> Listing:
    return {name: _first_line(model) for name, model in LEAK_MODELS.items()}


def _engines() -> Listing:
    return {name: _first_line(engine) for name, engine in ENGINES.items()}


def _vendors() -> Listing:
    return {name: vendor.title for name, vendor in VENDORS.items()}


def _templates() -> Listing:
    return {name: template.description for name, template in TEMPLATES.items()}


def _stages() -> Listing:
    return {name: (stage.run.__doc__ or "").strip().partition("\n")[0] for name, stage in STAGES.items()}


def _first_line(thing: object) -> str:
    return (type(thing).__doc__ or "").strip().partition("\n")[0]


_LISTINGS: Mapping[str, Callable[[], Listing]] = {
    "tasks": _tasks,
    "circuits": _circuits,
    "schemes": _schemes,
    "leaks": _leaks,
    "engines": _engines,
    "vendors": _vendors,
    "templates": _templates,
    "stages": _stages,
}


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


def completion(shell: str) -> None:
    """What makes a shell complete commands, options, names and design files."""
    completer = SHELLS[shell](main, {}, PROGRAM, VARIABLE)
    script = completer.source_template % completer.source_vars()
    first, _, rest = script.partition("\n")
    lines = [f"# {line}" for line in HOW[shell]]
    say("\n".join([first, *lines, rest] if first.startswith("#") else [*lines, script]).rstrip("\n"))
