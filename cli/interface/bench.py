"""The bench: ``fit``."""

from __future__ import annotations

import click

from cli.options import FileOf, json_option, out_option, quantity_option, seed_option, subcommand


@subcommand(
    "fit",
    "cli.commands.bench:fit",
    "Rate constants, leaks and active shares of gates from measured fluorescence.",
    examples=(
        "dsd-ncrn fit bench/join.toml plate1.xlsx -o fits",
        "dsd-ncrn fit bench reporter.csv gates.csv -o fits",
        'dsd-ncrn fit bench/join.toml qpcr.csv --cycle "30 s" --quick --json',
    ),
    groups={"How files are read": ("cycle", "time_unit")},
)
@click.argument("model", type=FileOf(".toml"), metavar="MODEL")
@click.argument("data", type=FileOf(".csv", ".txt", ".tsv", ".xlsx"), nargs=-1, required=True, metavar="DATA...")
@out_option("fit.json, parameters.csv, traces.csv and fit.html")
@quantity_option("--cycle", "time", "Length of a cycle, where the export has cycles and no times.")
@quantity_option("--time-unit", "time", 'The unit of bare times whose header names none, such as "1 min".')
@click.option("--quick", is_flag=True, help="Intervals by the covariance alone, and no search for other explanations.")
@seed_option
@json_option
def fit() -> None:
    """Fit the gates of MODEL to all traces of DATA at once.

    MODEL is an assay file (.toml) with strands and layout, or a folder of them, as `dsd-ncrn experiments` writes it. DATA are
    exports of plate readers, fluorimeters or qPCR machines, as CSV, text or workbook.

    It is told which wells do not fit, which parameters these tubes do not tell, and which other explanations fit as well.
    Nothing is random: --seed is accepted and changes nothing.
    """
