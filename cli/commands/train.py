"""``dsd-ncrn train``: one training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.options import design_argument, engine_option, json_option, out_option, seed_option, volume_option
from cli.subcommand import OneOf, subcommand

if TYPE_CHECKING:
    from cli.console import Display
    from cli.engines import EngineChoice
    from cli.stages.job import Job
    from cli.stages.types import Outcome, Tell
    from dsd_ncrn.simulate.results import Training


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
    from cli.engines import EngineChoice
    from cli.output import deliver, show, table
    from cli.prepare import calibrated, shown_job
    from cli.stages.job import placed

    choice = EngineChoice(engine, volume, seed)
    _check_options(level, leaks, one_pot, choice)
    _check_length(iterations, epochs)
    with placed(design), display() as shown:
        job = shown_job(design, seed, shown, choice.integrator, strands=level == "dsd")
        if level == "dsd":
            calibrated(job, shown)
        _set_length(job, level, iterations, epochs)
        outcome = _trained(job, choice, level, leaks, one_pot, shown)
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


def _set_length(job: Job, level: str, iterations: int | None, epochs: int | None) -> None:
    """Train for as long as the command line says; calibration of strands uses the design's whole ideal training."""
    if iterations is None and epochs is None:
        return
    length = {"iterations": iterations, "strand_iterations": None} | ({} if epochs is None else {"epochs": epochs})
    plan = {"training": job.spec.training.model_copy(update=length)}
    if level == "dsd":
        job.study = replace(job.study, spec=job.study.spec.model_copy(update=plan))
    else:
        job.spec = job.spec.model_copy(update=plan)


def _trained(job: Job, choice: EngineChoice, level: str, leaks: bool, one_pot: bool, shown: Display) -> Outcome:
    """One training with a display."""
    from cli.stages.training import training_outcome

    shown.start(level)
    training = _training(job, choice, level, leaks, one_pot, lambda share: shown.advance(level, share))
    outcome = training_outcome(job, training)
    shown.done(level, outcome.note)
    return outcome


def _training(job: Job, choice: EngineChoice, level: str, leaks: bool, one_pot: bool, tell: Tell) -> Training:
    from cli.stages.abstract import autonomous_training
    from cli.stages.training import strands_training
    from dsd_ncrn.simulate.training import train_ideal, train_value

    def progress(done: int, total: int) -> None:
        tell(done / total)

    levels: dict[str, Callable[[], Training]] = {
        "value": lambda: train_value(job.spec, job.data, progress),
        "ideal": lambda: train_ideal(job.spec, job.data, job.ncrn, choice.ideal(job), progress),
        "autonomous": lambda: autonomous_training(job, tell),
        "dsd": lambda: strands_training(job, leaks, not one_pot, tell),
    }
    if level == "dsd":
        job.study = choice.study(job)
    return levels[level]()
