"""The bench: ``experiments`` and ``fit``."""

from __future__ import annotations

import click

from cli.options import (
    FileOf,
    design_argument,
    json_option,
    out_option,
    preset_option,
    quantity_option,
    seed_option,
    subcommand,
    workers_option,
)


@subcommand(
    "fit",
    "cli.commands.bench:fit",
    "Rate constants, leaks and active shares of gates from measured fluorescence.",
    examples=(
        "dsd-ncrn fit bench/join.toml plate1.xlsx -o fits",
        "dsd-ncrn fit bench reporter.csv gates.csv -o fits",
        "dsd-ncrn fit fits/petab_join/problem.yaml",
        'dsd-ncrn fit bench/join.toml qpcr.csv --cycle "30 s" --quick --json',
    ),
    groups={"How files are read": ("cycle", "time_unit")},
)
@click.argument("model", type=FileOf(".toml", ".yaml"), metavar="MODEL")
@click.argument("data", type=FileOf(".csv", ".txt", ".tsv", ".xlsx"), nargs=-1, metavar="[DATA]...")
@out_option("fit.json, parameters.csv, traces.csv, fit.html, petab_GATE/ and posterior_GATE.csv")
@quantity_option("--cycle", "time", "Length of a cycle, where an export has no times.", multiple=True)
@quantity_option("--time-unit", "time", 'Unit of times whose header names none, such as "1 min".', multiple=True)
@click.option("--petab", is_flag=True, help="Write each gate as a PEtab problem, too, with its fit as nominal values.")
@click.option("--quick", is_flag=True, help="Intervals by the covariance alone, and no search for other explanations.")
@click.option("--posterior", is_flag=True, help="Sample the posterior, too, by emcee (the extra `posterior`); takes minutes.")
@workers_option
@seed_option
@preset_option
@json_option
def fit() -> None:
    """Fit the gates of MODEL to all traces of DATA at once.

    MODEL is an assay file (.toml) with strands and layout, or a folder of them, as `dsd-ncrn experiments` writes it. DATA are
    exports of plate readers, fluorimeters or qPCR machines, as CSV, text or workbook. Gates are fitted side by side.

    MODEL can also be a PEtab problem (.yaml), as --petab writes it; the problem has its own data.

    --cycle and --time-unit are given once, for all files of DATA, or once for each, in their order.

    Wells that do not fit, parameters that these tubes do not determine and other explanations that fit as well are named.
    --seed is that of the posterior's samples; nothing else is random.
    """


@subcommand(
    "experiments",
    "cli.commands.bench:experiments",
    "The fewest tubes that tell how a design's gates really behave.",
    examples=(
        "dsd-ncrn experiments designs/linreg2d_bench.toml -o bench",
        "dsd-ncrn experiments designs/linreg2d_bench.toml --gate N1_1 --gate N4_raise -o bench",
        "dsd-ncrn experiments designs/linreg2d_bench.toml --gate N1_1 -o bench --example",
    ),
)
@design_argument
@click.option("--gate", "gates", multiple=True, metavar="REACTION", help="Only the gate of this reaction; can be repeated.")
@click.option("--tubes", type=click.IntRange(min=5), default=10, show_default=True, help="At most for each gate.")
@click.option("--pipetting", type=click.FloatRange(0.0, 0.5), default=0.05, show_default=True, help="Relative error of a dose.")
@click.option("--example", is_flag=True, help="Write example.csv, too: readings of made-up gates, to try `fit` on.")
@out_option("assay files, layout, volumes and pick list, predicted.csv, known.csv, protocol.md and order/NAME_reporters.toml")
@seed_option
@json_option
def experiments() -> None:
    """Plan the tubes that tell each gate's rate constants, leak, initial leak and active shares.

    There is always a tube that saturates the reporter, one without input for 12 h, one with more input than gate, and the one
    that best tells a partly inactive reporter from a gate that goes back. The others are those that tell most. Tubes that
    several gates share are mixed once.

    --seed is that of the made-up gates; nothing else is random.
    """
