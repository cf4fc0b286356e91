"""Reading results, and the installation: ``report``, ``compare``, ``list``, ``doctor`` and ``completion``."""

from __future__ import annotations

from pathlib import Path

import click

from cli.options import OneOf, json_option, out_option, preset_option, run_argument, seed_option, subcommand


@subcommand(
    "report",
    "cli.report.page:report",
    "Rebuild the HTML report of a run.",
    examples=("dsd-ncrn report runs/linreg2d", "dsd-ncrn report runs/linreg2d --figures figures"),
)
@run_argument
@out_option("report.html (default: RUN_DIR)")
@click.option("--figures", type=click.Path(path_type=Path), metavar="FOLDER", help="Write every figure as SVG and PDF, too.")
@seed_option
@json_option
def report() -> None:
    """Rebuild the report of a run folder from its files alone, and its figures for a paper.

    Nothing in it is random: --seed is accepted and has no effect.
    """


@subcommand(
    "compare",
    "cli.compare.page:compare_runs",
    "Runs side by side: designs and results.",
    examples=(
        "dsd-ncrn compare runs/linreg2d runs/cooperative",
        "dsd-ncrn compare runs/linreg2d runs/cooperative -o comparison",
    ),
)
@click.argument("run_folders", type=click.Path(path_type=Path), nargs=-1, metavar="RUN_DIR RUN_DIR...")
@out_option("comparison.html and comparison.csv")
@seed_option
@json_option
def compare() -> None:
    """Show finished or partial runs side by side: how their designs differ, and their results.

    The first run is the reference. Nothing is random: --seed is accepted and has no effect.
    """


@subcommand(
    "list",
    "cli.commands.choices:list_choices",
    "List tasks, schemes, engines and other choices.",
    examples=("dsd-ncrn list engines", "dsd-ncrn list tasks --json"),
)
@click.argument("what", type=OneOf(["tasks", "circuits", "schemes", "leaks", "engines", "vendors", "templates", "stages"]))
@out_option("<what>.json")
@seed_option
@json_option
def list_choices() -> None:
    """List the tasks, circuits, schemes, leak models, engines, vendors, templates of `new`, or stages of `run`."""


@subcommand(
    "doctor", "cli.doctor.working:doctor", "Check the installation.", examples=("dsd-ncrn doctor", "dsd-ncrn doctor --json")
)
@out_option("doctor.json")
@json_option
def doctor() -> None:
    """Check the installation: packages, numerics, energies, disk space, and a tiny design from end to end.

    Each check is ok, a warning (some commands may not work) or a failure, with its remedy; exit code 1 if one fails.
    """


@subcommand(
    "rates",
    "cli.commands.choices:rates",
    "Rate constant of a displacement or toehold exchange.",
    examples=("dsd-ncrn rates 5", "dsd-ncrn rates 5 7 --preset duplex --json"),
)
@click.argument("bind", type=click.IntRange(min=1), metavar="BIND")
@click.argument("release", type=click.IntRange(min=0), default=0, metavar="[RELEASE]")
@out_option("rates.json")
@seed_option
@preset_option
@json_option
def rates() -> None:
    """Rate constant at which a strand with a toehold of BIND nt displaces one held by a toehold of RELEASE nt (default: none).

    Its band is that of the preset (default: gate). --seed is accepted and has no effect.
    """


SHELLS = ("bash", "zsh", "fish")


@subcommand(
    "completion",
    "cli.commands.choices:completion",
    "Set up completion in a shell.",
    examples=('eval "$(dsd-ncrn completion bash)"', "dsd-ncrn completion fish > ~/.config/fish/completions/dsd-ncrn.fish"),
)
@click.argument("shell", type=OneOf(SHELLS))
def completion() -> None:
    """Print the script that sets up completion of dsd-ncrn in a shell.

    It completes commands, options, design files, stages, schemes, engines, vendors, leak models and formats. The script
    says how to install it.
    """
