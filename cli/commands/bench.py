"""What ``experiments`` and ``fit`` do: the tubes of a design's gates; assay files and exports in, parameters out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from cli.bench.page import fits_html
from cli.bench.pipetting import placed
from cli.bench.plan import example_of, plan_files, protocol
from cli.console import display
from cli.job import shown_job
from cli.options import chosen_preset
from cli.output import deliver, show, table
from cli.run.workers import available_cpus, worker_pool
from dsd_ncrn.analysis.jobs import run_jobs
from dsd_ncrn.analysis.measured import GateBench, benches_of
from dsd_ncrn.assays.bench import BenchFile, missing_wells, read_bench, with_readings
from dsd_ncrn.assays.exports import Export, read_export
from dsd_ncrn.assays.petab import petab_files
from dsd_ncrn.assays.petab_reader import read_petab
from dsd_ncrn.assays.plan import Plan, plan_of
from dsd_ncrn.assays.posterior import KEPT, Posterior
from dsd_ncrn.assays.posterior import posterior as sampled
from dsd_ncrn.assays.results import GateFit, fit_gate, fits_json
from dsd_ncrn.assays.wells import Assay, Errors, read_values
from dsd_ncrn.errors import InputError
from dsd_ncrn.runs.files import json_text

PROBLEM = (".yaml", ".yml")
_Read = tuple[BenchFile, Assay, list[str]]


@dataclass(frozen=True)
class _How:
    """How gates are fitted: ``seed`` is that of the posterior, None where it is not sampled."""

    thorough: bool
    seed: int | None


def experiments(
    design: Path,
    gates: tuple[str, ...],
    tubes: int,
    pipetting: float,
    example: bool,
    out: Path | None,
    seed: int,
    as_json: bool,
) -> None:
    """Plan the tubes of a design's gates."""
    errors, plans = Errors(pipetting), list[tuple[GateBench, Plan]]()
    with display() as shown:
        job = shown_job(design, seed, shown)
        for bench in benches_of(job.study, gates):
            shown.start(bench.name)
            plans.append((bench, plan_of(bench.roles, errors, tubes)))
            shown.done(bench.name, f"{len(plans[-1][1].tubes)} tubes")
    wells = placed(plans)
    files = plan_files(plans, wells, job.study.design)
    if example:
        files["example.csv"] = example_of(plans, wells, errors, seed)
    deliver(out, files)
    document = {
        "wells": [
            {
                "plate": w.plate,
                "well": w.well,
                "gates": w.gates,
                "mix_nM": w.tube.doses,
                "hours": w.tube.hours,
                "why": w.tube.why,
            }
            for w in wells
            if w.tube is not None
        ],
        "known": {bench.name: {p.name: deviation for p, deviation in plan.known} for bench, plan in plans},
    }
    show(as_json, document, protocol(plans, wells, job.study.design))


def fit(
    model: Path,
    data: tuple[Path, ...],
    out: Path | None,
    cycle: tuple[float, ...],
    time_unit: tuple[float, ...],
    petab: bool,
    quick: bool,
    posterior: bool,
    workers: int | None,
    seed: int,
    as_json: bool,
) -> None:
    """Fit gates to exports."""
    if bool(data) is (model.suffix in PROBLEM):
        rule = "a PEtab problem has its data" if data else "there are no data"
        raise InputError(rule, None, "Give MODEL and exports, or a problem (.yaml) alone.", str(model))
    units, cycles = _of_each("--time-unit", time_unit, len(data)), _of_each("--cycle", cycle, len(data))
    exports = [read_export(*each) for each in zip(data, units, cycles)]
    read = [_read(file, exports) for file in _assay_files(model)]
    how, name = _How(not quick, seed if posterior else None), read[0][0].name if len(read) == 1 else f"{len(read)} gates"
    with display() as shown, worker_pool(min(workers or available_cpus(), len(read))) as pool:
        shown.start(name)
        if len(read) == 1:
            fits = [_fitted(how, read[0], partial(shown.advance, name))]
        else:
            fits = run_jobs(_fitted, how, read, pool, lambda done: shown.advance(name, done / len(read)))
        shown.done(name, f"rms up to {max(each.fit.rms_of_scale for each in fits):.2%} of full scale")
    document = fits_json(fits)
    made = {"fit.json": json_text(document), "parameters.csv": _parameters(fits), "traces.csv": _traces(fits)}
    for found in fits:
        if found.posterior is not None:
            made[f"posterior_{found.bench.name}.csv"] = _samples(found.posterior)
    if out is not None:
        made["fit.html"] = fits_html(fits)
    for found in fits if petab else ():
        values = {p.name: p.outside(float(x)) for p, x in zip(found.fit.parameters, found.fit.x)}
        problem = petab_files(found.fit.assay, values, found.fit.noise.deviation, found.bench)
        made |= {f"petab_{found.bench.name}/{name}": text for name, text in problem.items()}
    deliver(out, made)
    show(as_json, document, "\n\n".join(map(_told, fits)))


def _of_each(option: str, given: Sequence[float], files: int) -> Sequence[float | None]:
    """What an option says of each file: once for all of them, or once for each, in their order."""
    if len(given) not in (0, 1, files):
        raise InputError(f"{option} is given once, or once for each of {files} files", len(given))
    return given if len(given) == files else [*given, None][:1] * files


def _assay_files(model: Path) -> list[Path]:
    if not model.is_dir():
        return [model]
    found = sorted(model.glob("*.toml"))
    if not found:
        raise InputError(
            "the folder has no assay file", None, "`dsd-ncrn experiments DESIGN -o FOLDER` writes some.", str(model)
        )
    return found


def _read(file: Path, exports: Sequence[Export]) -> _Read:
    """An assay with its readings, and notes on them."""
    if file.suffix in PROBLEM:
        return *read_petab(file, chosen_preset()), []
    bench, assay = read_bench(file, chosen_preset())
    try:
        read = with_readings(assay, exports)
    except InputError as error:
        raise error.at(str(file)) from None
    notes = [f"{Path(each.file).name}: {note}" for each in exports for note in each.notes]
    notes += [f"well {name} of the layout is in no export" for name in missing_wells(assay, read)]
    return bench, read, notes


def _fitted(how: _How, read: _Read, tell: Callable[[float], None] = lambda share: None) -> GateFit:
    """The fit of one gate with all that follows from it."""
    found = fit_gate(*read, how.thorough)
    if how.seed is not None:
        found = replace(found, posterior=sampled(found.fit, how.seed, tell=tell))
    _ = found.warnings, found.checks  # worked out here, by a process of its own where there are several
    return found


def _told(found: GateFit) -> str:
    rows = [("parameter", "value (95 %)", "toeholds predict")]
    for each in found.estimates:
        predicted = f"{each.parameter.start:.3g}" if each.parameter.unit == "/M/s" else ""
        rows.append((each.parameter.name, str(each), predicted))
    heading = f"{found.bench.name}: rms {found.fit.rms_of_scale:.2%} of full scale"
    return "\n".join([heading, table(rows), *map(str, found.checks), *(f"! {warning}" for warning in found.warnings)])


def _samples(found: Posterior) -> str:
    """Samples, one a row, at most so many as are worth a file."""
    some = found.samples[:: max(1, len(found.samples) // KEPT)]
    lines = [",".join(each.name for each in found.parameters), *(",".join(map(repr, row)) for row in some.tolist())]
    return "\n".join(lines) + "\n"


def _parameters(fits: Sequence[GateFit]) -> str:
    lines = ["gate,parameter,value,low,high,known,unit"]
    lines += [
        f"{found.bench.name},{e.parameter.name},{e.value!r},{e.low!r},{e.high!r},{e.kind},{e.parameter.unit}"
        for found in fits
        for e in found.estimates
    ]
    return "\n".join(lines) + "\n"


def _traces(fits: Sequence[GateFit]) -> str:
    def rows(found: GateFit) -> Iterator[str]:
        for well in found.fit.assay.wells:
            if well.trace is not None:
                times, values = read_values(well.trace)
                shown = found.fit.predictions[well.name].values
                for at, value, predicted in zip(times.tolist(), values.tolist(), shown.tolist()):
                    yield f"{found.bench.name},{well.name},{at!r},{value!r},{predicted!r},{value - predicted!r}"

    return "\n".join(["gate,well,time_s,measured,predicted,residual", *(row for each in fits for row in rows(each))]) + "\n"
