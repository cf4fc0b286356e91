"""What ``redesign`` does: a design that learns under its conditions, the front of what nothing beats, what each idea bought."""

from __future__ import annotations

from dataclasses import replace
from math import inf, isnan
from pathlib import Path
from typing import Any

from cli.console import display
from cli.job import placed, shown_job
from cli.output import check_folder, deliver, show, table
from cli.run.folder import digest
from cli.run.sweeps import opened_store, spread, sweep
from dsd_ncrn.analysis.crossing import CrossBinding, cross_binding
from dsd_ncrn.analysis.redesign import Limits, Plan, Redesign, Redesigned, case_of
from dsd_ncrn.analysis.redesign import redesign as redesigned
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.yields import require_imperfections
from dsd_ncrn.design.load import dump_design
from dsd_ncrn.errors import InputError
from dsd_ncrn.runs.files import plain
from dsd_ncrn.runs.tables import FRONT, ideas_text, redesign_text
from sequences.exchange import given_toeholds
from sequences.laboratory import order_price


def redesign(
    design: Path,
    out: Path | None,
    seed: int,
    conditions: str,
    candidates: int,
    draws: int,
    tubes: int,
    iterations: int,
    sequences: Path | None,
    max_hours: float | None,
    max_fuel: float,
    max_length: int | None,
    max_beads: float,
    max_cost: float | None,
    workers: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Form, scheme and operating point with which a design learns under its conditions."""
    check_folder(out)
    limits = Limits(max_hours or inf, max_fuel, max_length or inf, max_beads, max_cost or inf)
    with display() as shown:
        job = spread(shown_job(design, seed, shown, strands=False, conditions=conditions), workers, scheduler)
        with placed(design):
            require_imperfections(job.study.design)
            plan, prices = Plan(draws, tubes, iterations, limits, first=seed), job.study.design.order.prices
            if max_cost and not prices:
                raise InputError("--max-cost needs the design's price list", None, "Add [order.prices], see design-file.md.")
            case = case_of(job.study, plan, _price if prices else None)
        if sequences:
            job.study = replace(job.study, design=case.spec)
            job.cross(given_toeholds(sequences, job.study.designed))
            case = replace(case, crossing=job.study.crossing)
        shown.start("redesign")
        with opened_store(out and out / "redesign.sqlite", digest(f"{job.key} {case.plan}")) as store:
            kept = f", {store.found} found in {store.path}" if store.found else ""
            with sweep(job, case, store) as pool:
                found = redesigned(case, candidates, pool, lambda done, of: shown.advance("redesign", done / of))
        shown.done("redesign", f"{len(found.points)} candidates{kept}")
    files = {"redesigned.toml": dump_design(found.design), FRONT.file: FRONT.text(found.front)}
    deliver(out, files | {"redesign.csv": redesign_text(found), "ideas.csv": ideas_text(found)})
    crossing = cross_binding(case.bases[0])
    show(as_json, plain(_section(found, crossing)), _text(found, crossing))


def _price(study: Study) -> float:
    """Of a candidate's order."""
    return order_price(study.designed, study.design, study.experiment)


def _section(found: Redesign, crossing: CrossBinding | None) -> dict[str, Any]:
    return {
        "candidates": len(found.points),
        "failed": sum(bool(point.failure) for point in found.points),
        "start": _row(found.points[0]),
        "best": {**_row(found.best), "knobs": dict(zip(found.knobs, found.best.positions))},
        "front": [_row(point) for point in found.front],
        "without": {name: point and _row(point) for name, point in found.without.items()},
        "cross_binding": crossing and crossing.section,
    }


def _row(point: Redesigned) -> dict[str, Any]:
    return {each.name: getattr(point, each.name) for each in FRONT.columns}


def _text(found: Redesign, crossing: CrossBinding | None) -> str:
    head = ("", "learned", "of", "share", "h/iteration", "slurry uL", "uM in all", "strands", "nt ordered", "price")
    named = {"as it started": found.points[0], "best": found.best}
    named |= {f"front {number}": point for number, point in enumerate(found.front, start=1)}
    named |= {f"best, {name}": point or found.best for name, point in found.without.items()}
    bound = f"\n\ntoeholds that should not bind: {crossing.text}" if crossing else ""
    return table([head, *(_line(name, point) for name, point in named.items())]) + bound


def _line(name: str, point: Redesigned) -> tuple[object, ...]:
    if point.failure:
        return (name, point.failure, *(None,) * 8)
    price = None if isnan(point.price) else round(point.price)
    amounts = (point.hours, point.slurry_uL, point.fuel_nM / 1e3, point.strands, point.ordered_nt, price)
    return (name, point.learned, point.tubes, point.share, *amounts)
