"""``dsd-ncrn order``: order files and the protocol."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.options import FileOf, OneOf, Registered, json_option, out_option, seed_option, subcommand
from dsd_ncrn.errors import InputError
from sequences.families import VENDORS

if TYPE_CHECKING:
    from cli.console import Display
    from cli.job import Job

SHOWN = ("vendor", "oligos", "bases", "longest_nt", "modified", "plates", "advice")


@subcommand(
    "order",
    examples=(
        "dsd-ncrn order runs/linreg2d --vendor generic -o orders",
        "dsd-ncrn order designs/linreg2d.toml --vendor idt-plate --plate 384 --fill row",
        "dsd-ncrn order designs/linreg2d.toml --sequences sequences/sequences.csv",
        "dsd-ncrn order runs/linreg2d --certificate coa.csv",
    ),
)
@click.argument("source", type=FileOf(".toml"), metavar="DESIGN|RUN_DIR")
@out_option("order/, exchange/, protocol/, protocol.md and .html (default: RUN_DIR/order_<vendor>, or order_<vendor> here)")
@seed_option
@click.option("--vendor", type=Registered(tuple(VENDORS)), help="See `dsd-ncrn list vendors`; the design's if not given.")
@click.option("--sequences", type=FileOf(".csv"), metavar="FILE", help="Order these, from a CSV file.")
@click.option("--plate", type=OneOf(["96", "384"]), help="Wells of a plate; the design's if not given.")
@click.option("--fill", type=OneOf(["column", "row"]), help="Direction in which plates are filled, likewise.")
@click.option("--certificate", type=FileOf(".csv", ".xlsx"), metavar="FILE", help="What the vendor delivered (coa).")
@json_option
def command(
    source: Path,
    out: Path | None,
    seed: int,
    vendor: str | None,
    sequences: Path | None,
    plate: str | None,
    fill: str | None,
    certificate: Path | None,
    as_json: bool,
) -> None:
    """Write a vendor's order files and the lab protocol, from a finished run or straight from a design.

    A run folder itself is left as it is: its files belong to its run.
    """
    from cli.console import display, working
    from cli.job import chosen_vendor
    from cli.output import deliver, show, table
    from cli.run.lab import order_outcome

    with display() as shown:
        _check_sequences(source, sequences)
        job = _job(source, seed, shown)
        chosen = vendor or chosen_vendor(job).name
        _ = job.study.calibration
    given = {"vendor": chosen, "plate": int(plate) if plate else None, "fill": fill}
    order = job.study.design.order.model_copy(update={key: value for key, value in given.items() if value is not None})
    _find_sequences(job, sequences)
    with working("order"):
        outcome = order_outcome(job.sequenced, order, certificate)
    base = source if source.is_dir() else Path()
    deliver(out or base / f"order_{chosen}", outcome.files)
    section = outcome.summary["order"]
    show(
        as_json,
        section,
        table([*((name, section[name]) for name in SHOWN), *(("note", note) for note in section["notes"])]),
    )


def _check_sequences(source: Path, given: Path | None) -> None:
    """Raises InputError for a run without sequences, where none are given."""
    from sequences.tables import SEQUENCES_CSV

    if given is None and (source / "design.toml").exists() and not (source / SEQUENCES_CSV).exists():
        remedy = "Let `run` finish the stage sequences, or give them with --sequences."
        raise InputError("this run has no sequences yet", None, remedy, str(source))


def _job(source: Path, seed: int, shown: Display) -> Job:
    """The job of a design, or of a run with its seed."""
    from cli.job import shown_job
    from cli.run.summary import seed_of

    if not source.is_dir():
        return shown_job(source, seed, shown)
    design = source / "design.toml"
    if not design.exists():
        raise InputError(
            "this folder holds no run", None, "Give a design file, or a folder that `run` has written.", str(source)
        )
    job = shown_job(design, seed_of(source, seed), shown)
    job.folder = source
    return job


def _find_sequences(job: Job, given: Path | None) -> None:
    """The given sequences, else those of the run folder, else new ones."""
    from cli.commands.sequences import design_here
    from sequences.assignment import read_assignment

    if given is not None:
        job.found_sequences = read_assignment(given)
    elif job.folder is None:
        job.found_sequences = design_here(job)
