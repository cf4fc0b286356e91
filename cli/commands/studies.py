"""What ``leaks`` and ``tune`` do: how much leak a design tolerates, whose does the harm, and what tolerates more."""

from __future__ import annotations

from contextlib import ExitStack
from math import inf
from pathlib import Path

from cli.console import display, step
from cli.job import placed, shown_job
from cli.output import check_folder, deliver, show, table
from cli.run.folder import digest
from cli.run.leaks import (
    Found,
    in_schemes,
    leak_bands,
    leak_study,
    leaks_section,
    sensitivity_files,
    sensitivity_rows,
    sensitivity_section,
    sensitivity_study,
    tuned_files,
    tuned_section,
    ways_rows,
    ways_section,
    ways_study,
    yield_study,
    yield_text,
)
from cli.run.sweeps import opened_store, spread, sweep
from dsd_ncrn.analysis.leaks import LeakSensitivity
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.tuning import Bounds, OperatingPoint, Question, Tuning, bench_of
from dsd_ncrn.analysis.tuning import tune as tuned
from dsd_ncrn.analysis.yields import Yield, require_imperfections
from dsd_ncrn.runs.tables import leak_files
from dsd_ncrn.units import per_nM_s_to_per_M_s


def leaks(
    design: Path,
    out: Path | None,
    seed: int,
    conditions: str,
    samples: int | None,
    method: str | None,
    ways: bool,
    workers: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """How much leak a design tolerates, and whose leaks do the harm."""
    check_folder(out)
    with ExitStack() as opened:
        shown = opened.enter_context(display())
        job = spread(shown_job(design, seed, shown, conditions=conditions), workers, scheduler)
        wanted = job.study.design.imperfections.samples if samples is None else samples
        with placed(design):
            _ = require_imperfections(job.study.design) if wanted else None
        store = opened.enter_context(opened_store(out and out / "leaks.sqlite", job.key))
        _ = job.study.calibration
        if store.found:
            shown.done("leaks", f"{store.found} trainings found in {store.path}, going on from there")
        with step(shown, "leaks", "at rising rates") as tell:
            found = leak_study(job, store, tell)
        with step(shown, "yield", f"{wanted} realisations" if wanted else "") as tell:
            made = yield_study(job, wanted, store, tell)
        with step(shown, "global", method or "") as tell:
            varied = sensitivity_study(job, method, store, tell) if method else None
        with step(shown, "ways", "one at a time" if ways else "") as tell:
            tried = ways_study(job, store, tell) if ways else {}
    deliver(out, leak_files(found, made, tried) | sensitivity_files(varied or ()))
    section = {
        **leaks_section(found, made),
        "bands": leak_bands(job.study, found),
        "global": sensitivity_section(varied),
        "ways": ways_section(tried),
    }
    ways_text = f"\n\n{table(ways_rows(tried))}" if tried else ""
    show(as_json, section, _leaks_text(job.study, found, made, varied) + ways_text)


def _leaks_text(study: Study, found: LeakSensitivity, made: Yield | None, varied: Found | None) -> str:
    curve = [("leak /M/s", "test error over ideal", "parameter error")]
    curve += [(each.rate_per_M_s, each.rmse_ratio, each.parameter_error_final) for each in found.curve]
    ranking = [("reaction", "share of the error", "parameter shift per /M/s")]
    ranking += [(each.origin, each.share, each.shift_per_M_s) for each in found.ranking.shares]
    worst = [("leak", "gate of", "rule", "parameter", "shift per /M/s")]
    worst += [
        (" + ".join(each.reactants), each.origin, each.rule, each.parameter, each.shift_per_M_s)
        for each in found.ranking.channels
    ]
    tolerated = "none that was tried" if found.tolerated_per_M_s is None else f"{found.tolerated_per_M_s:.3g} /M/s"
    conditions = study.design.conditions.name or "the design's own conditions"
    tube = f"the typical tube under {conditions}" if study.benched else "a tube that has no other error"
    tolerated += f", over {study.compared.iterations} iterations in {tube}"
    real = f"\n\nof real tubes {yield_text(made)}" if made else ""
    rows = sensitivity_rows(varied) if varied else []
    factors = f"\n\n{table([tuple(rows[0]), *(tuple(row.values()) for row in rows)])}" if rows else ""
    return f"{table(curve)}\n\ntolerated: {tolerated}\n\n{table(ranking)}\n\n{table(worst)}{real}{factors}"


def tune(
    design: Path,
    out: Path | None,
    seed: int,
    leak: float,
    candidates: int,
    iterations: int,
    schemes: tuple[str, ...],
    max_hours: float | None,
    max_fuel: float,
    max_length: int | None,
    workers: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Concentrations, toeholds and durations with which a design tolerates its leaks."""
    check_folder(out)
    with display() as shown:
        job = spread(shown_job(design, seed, shown), workers, scheduler)
    bounds = Bounds(max_hours or inf, max_fuel, max_length or inf)
    question = Question(per_nM_s_to_per_M_s(leak), iterations, bounds)
    benches = {name: bench_of(study, question) for name, study in in_schemes(job.study, schemes).items()}
    found: dict[str, Tuning] = {}
    with display() as shown:
        for name, bench in benches.items():
            shown.start(name)
            with opened_store(out and out / "tune.sqlite", digest(f"{job.key} {name} {question}")) as store:
                kept = f", {store.found} found in {store.path}" if store.found else ""
                with sweep(job, bench, store) as pool:
                    found[name] = tuned(bench, candidates, pool, lambda done, of, name=name: shown.advance(name, done / of))
            shown.done(name, f"{len(found[name].points)} candidates{kept}")
    deliver(out, tuned_files(found))
    show(as_json, tuned_section(found), "\n\n".join(f"{name}\n{_tuning_text(each)}" for name, each in found.items()))


def _tuning_text(found: Tuning) -> str:
    rows = [("", "first error", "mean error", "test error over ideal", "h/iteration", "uM in all", "strands", "tolerates /M/s")]
    rows += [_row("as it was", found.start, None), _row("best", found.best, None)]
    rows += [_row(f"front {number}", point, leak) for number, (point, leak) in enumerate(found.front, start=1)]
    return table(rows)


def _row(name: str, point: OperatingPoint, leak: float | None) -> tuple[object, ...]:
    if point.failure:
        return (name, point.failure, *(None,) * 6)
    errors = (point.first_error, point.mean_error, point.rmse_ratio)
    return (name, *errors, point.hours, point.fuel_nM / 1e3, point.strands, leak)
