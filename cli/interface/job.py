"""The main job and its orders: ``new``, ``run``, ``sequences`` and ``order``."""

from __future__ import annotations

from collections.abc import Callable

import click

from cli.families import REQUIRED_STAGES, STAGES, TEMPLATES
from cli.options import (
    NETWORK_ENDINGS,
    SPREAD,
    FileOf,
    OneOf,
    Registered,
    conditions_option,
    design_argument,
    json_option,
    network_argument,
    out_option,
    preset_option,
    seed_option,
    spread_options,
    subcommand,
)
from dsd_ncrn.families import TASKS
from sequences.families import VENDORS


def _columns_option(name: str, metavar: str, text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Names of columns between commas; who gives the option again names more of them."""

    def joined(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> str | None:
        return ",".join(given) if given else None

    return click.option(name, metavar=metavar, multiple=True, callback=joined, help=text)


@subcommand(
    "new",
    "cli.commands.new:new",
    "Write a design file, from a template or for a CSV file.",
    examples=(
        "dsd-ncrn new my_circuit",
        "dsd-ncrn new my_classifier --template classifier --task rings2d",
        "dsd-ncrn new my_data --csv data.csv",
        "dsd-ncrn new my_data --csv data.csv --inputs dose_a,dose_b --targets response -o designs",
    ),
    groups={"From a CSV file": ("csv", "inputs", "targets", "kind")},
)
@click.argument("name")
@click.option(
    "--template",
    type=OneOf(tuple(TEMPLATES)),
    help="What to begin with; regression if not given. See `dsd-ncrn list templates`.",
)
@click.option("--task", type=OneOf(tuple(TASKS)), metavar="TASK", help="Another built-in task, see `dsd-ncrn list tasks`.")
@click.option("--csv", type=FileOf(".csv", ".xlsx"), metavar="FILE", help="Make a design for this table with a header.")
@_columns_option("--inputs", "A,B", "Its columns that are inputs; guessed if not given.")
@_columns_option("--targets", "Y,Z", "Its columns that are learned; guessed if not given.")
@click.option(
    "--kind", type=OneOf(["regression", "classes"]), help="What a target of a few whole numbers is; guessed if not given."
)
@out_option("NAME.toml (default: here)")
@json_option
def new() -> None:
    """Write a design file NAME.toml in which every key is explained, from a template or for a CSV file of yours.

    For a CSV file it prints what it guessed (inputs, targets, regression or classification) and the test errors of the mean,
    of least squares and of a training of at most a week. Scaled and added columns go into a copy, NAME.csv. Existing files
    are never overwritten.
    """


NAMES = tuple(STAGES)
OPTIONAL = tuple(name for name in NAMES if name not in REQUIRED_STAGES)


@subcommand(
    "run",
    "cli.commands.run:run",
    "All steps and studies, order files and a report.",
    examples=(
        "dsd-ncrn run designs/linreg2d.toml",
        "dsd-ncrn run designs/xor2d.toml -o runs/first --skip leaks --skip order",
        "dsd-ncrn run designs/linreg2d.toml --until calibrate --print-after compile --print-after calibrate",
        "dsd-ncrn run designs/linreg2d_bench.toml --measured fits/fit.json -o runs/measured",
        "dsd-ncrn run designs/linreg2d.toml --quiet --json > summary.json",
    ),
    groups={"Which stages": ("skip", "until", "print_after", "fresh"), **SPREAD},
)
@design_argument
@out_option("all files of the run (default: runs/<name of the design>)")
@seed_option
@conditions_option
@preset_option
@click.option(
    "--measured",
    type=FileOf(".json"),
    metavar="FILE",
    help="Take gates as measured (fit.json of `fit`), and calibrate doses and waits on them.",
)
@click.option(
    "--skip",
    type=OneOf(OPTIONAL),
    multiple=True,
    metavar="STAGE",
    help=f"Leave a stage out; can be repeated: {', '.join(OPTIONAL)}.",
)
@click.option("--until", type=OneOf(NAMES), metavar="STAGE", help=f"Stop after this stage: {', '.join(NAMES)}.")
@click.option(
    "--print-after",
    type=OneOf(NAMES),
    multiple=True,
    metavar="STAGE",
    help="Print what a stage leaves, such as the network after compile; can be repeated.",
)
@click.option("--fresh", is_flag=True, help="Do everything again, even finished stages.")
@spread_options
@json_option
def run() -> None:
    """Compile, translate, calibrate, train, study leaks, design sequences, write order files and a report.

    All of it goes into one folder. An interrupted run goes on where it stopped; a finished one is left as it is. A second run
    in the same folder at the same time is refused.

    The summary is printed even if a stage fails, with --json as in summary.json. With --print-after nothing else is printed.
    """


@subcommand(
    "sequences",
    "cli.commands.lab:sequences",
    "Design sequences, or judge given ones.",
    examples=(
        "dsd-ncrn sequences designs/linreg2d.toml -o sequences",
        "dsd-ncrn sequences designs/linreg2d.toml --check sequences/sequences.csv --json",
    ),
)
@network_argument
@out_option("sequences.csv, sequences.json, verdicts.csv, complexes.csv, leak_sites.csv and the cross-talk matrices")
@seed_option
@click.option(
    "--check", type=FileOf(".csv", ".xlsx"), metavar="FILE", help="Judge these instead: a table by domain, or an IDT list."
)
@json_option
def sequences() -> None:
    """Design a sequence for every domain, and judge it by every rule; exit code 1 if a hard rule is broken.

    An interrupted search leaves the best sequences found so far.
    """


@subcommand(
    "order",
    "cli.commands.lab:order",
    "A vendor's order files and the lab protocol.",
    examples=(
        "dsd-ncrn order runs/linreg2d --vendor generic -o orders",
        "dsd-ncrn order designs/linreg2d.toml --vendor idt-plate --plate 384 --fill row",
        "dsd-ncrn order designs/linreg2d.toml --sequences sequences/sequences.csv",
        "dsd-ncrn order runs/linreg2d --certificate coa.csv",
    ),
)
@click.argument("source", type=FileOf(".toml", *NETWORK_ENDINGS), metavar="DESIGN|RUN_DIR")
@out_option("order/, exchange/, protocol/, protocol.md and .html (default: RUN_DIR/order_<vendor>, or order_<vendor> here)")
@seed_option
@click.option("--vendor", type=Registered(tuple(VENDORS)), help="See `dsd-ncrn list vendors`; the design's if not given.")
@click.option(
    "--sequences", type=FileOf(".csv", ".xlsx"), metavar="FILE", help="Order these: a table by domain, or an IDT list."
)
@click.option("--anyway", is_flag=True, help="Order even if sequences break hard rules.")
@click.option("--plate", type=OneOf(["96", "384"]), help="Wells of a plate; the design's if not given.")
@click.option("--fill", type=OneOf(["column", "row"]), help="Direction in which plates are filled; the design's if not given.")
@click.option(
    "--certificate", type=FileOf(".csv", ".xlsx"), metavar="FILE", help="Certificate of analysis: what the vendor delivered."
)
@json_option
def order() -> None:
    """Write a vendor's order files and the lab protocol, from a finished run or straight from a design or a plain network.

    The sequences are judged first: if they break a hard rule, nothing is written and the exit code is 1.

    Files of the run itself are not changed.
    """
