"""``dsd-ncrn compare``: runs side by side."""

from __future__ import annotations

from pathlib import Path

import click

from cli.options import json_option, out_option, seed_option, subcommand


@subcommand(
    "compare",
    examples=(
        "dsd-ncrn compare runs/linreg2d runs/cooperative",
        "dsd-ncrn compare runs/linreg2d runs/cooperative -o comparison",
    ),
)
@click.argument("run_folders", type=click.Path(path_type=Path), nargs=-1, metavar="RUN_DIR RUN_DIR...")
@out_option("comparison.html and comparison.csv")
@seed_option
@json_option
def command(run_folders: tuple[Path, ...], out: Path | None, seed: int, as_json: bool) -> None:
    """Show finished or partial runs side by side: what was changed in the design, and what that did.

    The first run is the one that the others are held against. Nothing is random: --seed is accepted and changes nothing.
    """
    from cli.compare.measures import compare
    from cli.compare.page import comparison_csv, comparison_html, comparison_json, comparison_text
    from cli.output import check_folder, deliver, show

    check_folder(out)
    comparison = compare(run_folders)
    if out is not None:
        deliver(out, {"comparison.csv": comparison_csv(comparison), "comparison.html": comparison_html(comparison)})
    show(as_json, comparison_json(comparison), comparison_text(comparison))
