"""What ``simulate`` and ``train`` do: one iteration of a design, or a plain network; one training."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any, Unpack

from cli.commands.enumerate import Request, enumerated
from cli.commands.judge import judge
from cli.console import display, step, working
from cli.job import placed, shown_job
from cli.options import Stop, holds_strands, is_network
from cli.output import check_folder, deliver, show, table
from cli.run.strands import training_outcome
from cli.streams import warn
from cli.traces import EngineChoice, columns_of, design_trace, network_trace, side_by_side, strand_trace, trace_of, until
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.translated import FINITE
from dsd_ncrn.crn.rate_law import RateLaw
from dsd_ncrn.crn.text import load_crn
from dsd_ncrn.crn.types import Crn
from dsd_ncrn.errors import InputError
from dsd_ncrn.gates.network_run import NetworkRun
from dsd_ncrn.gates.sized_network import Limits
from dsd_ncrn.kinetics.build import Choices
from dsd_ncrn.kinetics.network import crn_of
from dsd_ncrn.runs.files import csv_text, plain
from dsd_ncrn.runs.trainings import Columns, parquet_bytes
from dsd_ncrn.simulate.results import Trajectory, level_of_strands


def simulate(
    design: Path,
    out: Path | None,
    seed: int,
    level: str,
    engine: str,
    volume: float | None,
    t_end: Stop | None,
    points: int | None,
    no_training: bool,
    form: str,
    law: RateLaw,
    largest: float,
    scale: float,
    as_json: bool,
    **choices: Unpack[Choices],
) -> None:
    """One iteration of a design, a plain network, or strands."""
    choice, stop = EngineChoice(engine, volume, seed), t_end.seconds if t_end else None
    if is_network(design) and level == "dsd":
        with working("simulate"):
            run = strand_trace(design, choice, stop, Limits(largest, scale), law, points)
        _both(run, out, form, as_json)
        return
    if is_network(design) or holds_strands(design):
        with working("simulate"):
            crn = load_crn(design, law) if is_network(design) else _strands(design, Request(choices))
            _check_start(crn)
            trace = network_trace(crn, choice, stop, points, str(design))
        columns = columns_of(trace)
    else:
        columns = _iteration(design, level, choice, t_end, no_training, points)
        trace = trace_of(columns)
    _write(out, columns, form, trace)
    _show(as_json, {name: values[-1] for name, values in columns.items()})


def _strands(path: Path, request: Request) -> Crn:
    """The enumerated strands of a file; what has no concentration is told."""
    network, levels = enumerated(path, 0, request)
    unstated = [name for name, level in levels.items() if level is None]
    if unstated:
        warn(f"{path}: {', '.join(unstated)} start at 0 nM. Give them a concentration: {unstated[0]} = ... @initial 10 nM.")
    return crn_of(network, path.stem, levels)


def _check_start(crn: Crn) -> None:
    """Warn where nothing can happen."""
    if not (any(crn.initial.values()) or crn.injections or any(not each.reactants for each in crn.reactions)):
        warn(f"every species of {crn.name} starts at 0, so nothing happens. Write {crn.species[0]} @initial 10 nM.")


def _iteration(
    design: Path, level: str, choice: EngineChoice, t_end: Stop | None, no_training: bool, points: int | None
) -> Columns:
    """One iteration of a design. Raises InputError for a unit of time where there is none."""
    if t_end is not None and t_end.unit and level == "ideal":
        remedy = "Give a plain number, or --level dsd."
        raise InputError("--t-end: a design's time has no unit at the level ideal", level, remedy)
    with display() as shown:
        job = shown_job(design, choice.seed, shown, choice.integrator, strands=level == "dsd")
        study = job.study.ready if level == "dsd" else job.study
        with step(shown, "simulate"):
            return until(design_trace(study, level, choice, no_training, points), t_end.seconds if t_end else None)


def _both(run: NetworkRun, out: Path | None, form: str, as_json: bool) -> None:
    """Both trajectories into a file; the last concentrations of both, and how far they are apart."""
    _write(out, side_by_side(run), form, run.ideal, run.dsd)
    end = {level: dict(zip(t.species, t.values[-1])) for level, t in (("ideal", run.ideal), ("dsd", run.dsd))}
    sized, stop = run.sized, float(run.ideal.times[-1])
    facts = {"time": stop, "seconds": sized.seconds, "scale": sized.scale, "reserve": sized.reserve}
    facts |= {"deviation": run.deviation, "slowdown": run.slowdown}
    rows = [(f"at {stop:g} s", "ideal", "dsd"), *((name, end["ideal"][name], end["dsd"][name]) for name in run.ideal.species)]
    lines = (
        f"{sized.seconds:.3g} s of DNA time make one second of the network without occlusion (the ideal case);",
        f"with occlusion usual steps are {run.slowdown:.3g} times slower, so it takes {sized.seconds * run.slowdown:.3g} s",
        f"gates hold at least {sized.reserve:g} times what they fire; of a join up to {max(run.used.values()):.1%} is used",
        f"largest difference: {run.deviation:.2%} of the largest concentration",
        "",
        table(rows),
    )
    show(as_json, plain({**facts, "used": run.used, **end}), "\n".join(lines))


def _write(out: Path | None, columns: Columns, form: str, *drawn: Trajectory) -> None:
    """The table of a simulation and its drawing."""
    check_folder(out)
    if out is None:
        return
    parquet = form == "parquet"
    content = parquet_bytes(columns) if parquet else csv_text(tuple(columns), zip(*columns.values()))
    deliver(out, {f"trajectories.{form}": content, "trajectories.svg": _drawing(drawn)})


MOST_CURVES = 12


def _drawing(drawn: tuple[Trajectory, ...]) -> bytes:
    """The species with the largest concentrations over time, as SVG; the ideal network beside its strands."""
    from matplotlib import pyplot

    from dsd_ncrn.plot import trajectory

    peaks = drawn[0].values.max(axis=0)
    shown = sorted(sorted(range(len(peaks)), key=lambda number: -peaks[number])[:MOST_CURVES])
    names = [drawn[0].species[number] for number in shown]
    library: Any = pyplot  # its types are left open
    with library.rc_context({"svg.hashsalt": "trajectories", "axes.grid": True, "grid.alpha": 0.3}):
        trajectory(*drawn, species=names, labels=("ideal", "strands")[: len(drawn)] if len(drawn) > 1 else ())
        content = BytesIO()
        library.gcf().savefig(content, format="svg", metadata={"Date": None}, bbox_inches="tight")
        library.close("all")
    return content.getvalue()


def _show(as_json: bool, last: dict[str, object]) -> None:
    show(as_json, plain(last), table(last.items()))


def train(
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
    semantics: str,
    tubes: int | None,
    data_seed: int | None,
    seeds: int | None,
    sequences: Path | None,
    workers: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """One training, or those of many tubes."""
    if tubes is not None:
        _check_tubes(level, leaks or one_pot or engine != "rosenbrock" or volume is not None)
        _check_length(iterations, epochs)
        many = (tubes, data_seed or 0, seeds or 1, sequences, workers, scheduler)
        judge(design, out, seed, conditions, iterations, epochs, semantics, *many, as_json)
        return
    only = {"--data-seed": data_seed, "--seeds": seeds, "--sequences": sequences}
    for name, given in {**only, "--workers": workers, "--scheduler": scheduler}.items():
        if given is not None:
            raise InputError(f"{name} is for many tubes", given, "Say how many with --tubes, or leave it out.")
    choice = EngineChoice(engine, volume, seed)
    _check_options(level, leaks, one_pot, semantics, choice)
    _check_length(iterations, epochs)
    with placed(design), display() as shown:
        job = shown_job(design, seed, shown, choice.integrator, strands=level == "dsd", conditions=conditions)
        study = _lasting(job.study.ready if level == "dsd" else job.study, iterations, epochs)
        study = study.with_resting(leaks) if semantics == FINITE else study
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


def _check_options(level: str, leaks: bool, one_pot: bool, semantics: str, choice: EngineChoice) -> None:
    for name, given in (("--leaks", leaks), ("--one-pot", one_pot), (f"--semantics {FINITE}", semantics == FINITE)):
        if given and level != "dsd":
            raise InputError(f"{name} is for strands", level, "Leave it out, or give --level dsd.")
    if choice.stochastic and level not in ("ideal", "dsd"):
        raise InputError("--engine ssa counts molecules of networks with an external clock", level, "Levels: ideal, dsd.")


def _check_tubes(level: str, others: bool) -> None:
    if level != "dsd" or others:
        remedy = "Leave out --level, --leaks, --one-pot, --engine and --volume."
        raise InputError("--tubes trains strands as the design and its conditions say, topped up", level, remedy)


def _check_length(iterations: int | None, epochs: int | None) -> None:
    if iterations is not None and epochs is not None:
        raise InputError("--iterations and --epochs both say how long to train", f"{iterations} and {epochs}", "Give one.")


def _lasting(study: Study, iterations: int | None, epochs: int | None) -> Study:
    """Trained for as long as the command line says; calibration of strands uses the design's whole ideal training."""
    if iterations is None and epochs is None:
        return study
    return study.lasting(iterations=iterations, strand_iterations=None, **({} if epochs is None else {"epochs": epochs}))
