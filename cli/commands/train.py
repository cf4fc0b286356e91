"""``dsd-ncrn train``: one training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.options import (
    OneOf,
    conditions_option,
    design_argument,
    engine_option,
    json_option,
    out_option,
    seed_option,
    subcommand,
    volume_option,
)

if TYPE_CHECKING:
    from cli.traces import EngineChoice
    from dsd_ncrn.analysis.study import Study


@subcommand(
    "train",
    examples=(
        "dsd-ncrn train designs/xor2d.toml --level ideal -o trained",
        "dsd-ncrn train designs/linreg2d.toml --iterations 10",
        "dsd-ncrn train designs/linreg2d.toml --leaks --epochs 1 --json",
        'dsd-ncrn train designs/linreg2d.toml --iterations 5 --engine ssa --volume "1 pL"',
    ),
)
@design_argument
@out_option("training_<level>.csv and the predictions of the test points")
@seed_option
@conditions_option
@click.option(
    "--level",
    type=OneOf(["value", "ideal", "autonomous", "dsd"]),
    default="dsd",
    show_default=True,
    help="The equations alone, the abstract network, the same under its own clock, or the strands.",
)
@click.option("--iterations", type=click.IntRange(min=1), help="Training points in all, in the place of --epochs.")
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    help="How often to go through the training points; as the design says if neither is given.",
)
@click.option("--leaks", is_flag=True, help="With leaks at the design's rate (level dsd).")
@click.option("--one-pot", is_flag=True, help="Without topping fuels up (level dsd).")
@engine_option
@volume_option
@json_option
def command(
    design: Path,
    out: Path | None,
    seed: int,
    conditions: str,
    level: str,
    iterations: int | None,
    epochs: int | None,
    leaks: bool,
    one_pot: bool,
    engine: str,
    volume: float | None,
    as_json: bool,
) -> None:
    """Train a design: its equations, its abstract network, or its strands."""
    from cli.console import display
    from cli.job import placed, shown_job
    from cli.output import deliver, show, table
    from cli.run.strands import training_outcome
    from cli.streams import warn
    from cli.traces import EngineChoice
    from dsd_ncrn.simulate.levels import level_of_strands

    choice = EngineChoice(engine, volume, seed)
    _check_options(level, leaks, one_pot, choice)
    _check_length(iterations, epochs)
    with placed(design), display() as shown:
        job = shown_job(design, seed, shown, choice.integrator, strands=level == "dsd", conditions=conditions)
        study = _lasting(job.study.ready if level == "dsd" else job.study, iterations, epochs)
        name = level if level != "dsd" else level_of_strands(leaks, not one_pot).name
        for note in study.data.notes:
            warn(note)
        shown.start(level)
        training = choice.simulating(study, level).training(name, lambda done, total: shown.advance(level, done / total))
        outcome = training_outcome(study, training)
        shown.done(level, outcome.note)
    deliver(out, outcome.files)
    (section,) = outcome.summary.values()
    rows = {**section, **{f"  {name}": value for name, value in section["parameters"].items()}}
    del rows["parameters"]
    show(as_json, section, table(rows.items()))


def _check_options(level: str, leaks: bool, one_pot: bool, choice: EngineChoice) -> None:
    from dsd_ncrn.errors import InputError

    for name, given in (("--leaks", leaks), ("--one-pot", one_pot)):
        if given and level != "dsd":
            raise InputError(f"{name} is for strands", level, "Leave it out, or give --level dsd.")
    if choice.stochastic and level not in ("ideal", "dsd"):
        raise InputError("--engine ssa counts molecules of networks with an external clock", level, "Levels: ideal, dsd.")


def _check_length(iterations: int | None, epochs: int | None) -> None:
    from dsd_ncrn.errors import InputError

    if iterations is not None and epochs is not None:
        raise InputError("--iterations and --epochs both say how long to train", f"{iterations} and {epochs}", "Give one.")


def _lasting(study: Study, iterations: int | None, epochs: int | None) -> Study:
    """Trained for as long as the command line says; calibration of strands uses the design's whole ideal training."""
    if iterations is None and epochs is None:
        return study
    return study.lasting(iterations=iterations, strand_iterations=None, **({} if epochs is None else {"epochs": epochs}))
