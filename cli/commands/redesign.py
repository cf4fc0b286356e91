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
from dsd_ncrn.analysis.beads import PER_UL
from dsd_ncrn.analysis.crossing import CrossBinding, cross_binding
from dsd_ncrn.analysis.limits import Limits
from dsd_ncrn.analysis.redesign import Plan, Redesign, Redesigned, case_of
from dsd_ncrn.analysis.redesign import redesign as redesigned
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.yields import require_imperfections
from dsd_ncrn.design.load import dump_design
from dsd_ncrn.errors import InputError
from dsd_ncrn.runs.files import plain
from dsd_ncrn.runs.tables import FRONT, ideas_text, redesign_text
from sequences.exchange import given_toeholds
from sequences.laboratory import order_outlook


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
    max_beads: float | None,
    max_cost: float | None,
    workers: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Form, scheme and operating point with which a design learns under its conditions."""
    check_folder(out)
    with display() as shown:
        job = spread(shown_job(design, seed, shown, strands=False, conditions=conditions), workers, scheduler)
        with placed(design):
            require_imperfections(job.study.design)
            spec = job.study.design
            if max_cost and not spec.order.prices:
                raise InputError("--max-cost needs the design's price list", None, "Add [order.prices], see design-file.md.")
            slurry = max_beads or spec.imperfections.slurry_most * PER_UL
            limits = Limits(max_hours or inf, max_fuel, max_length or inf, slurry, max_cost or inf)
            case = case_of(job.study, Plan(draws, tubes, iterations, limits, first=seed), _ordered)
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
    written = {each.number: f"candidate_{each.number}.toml" for each in found.front if each.number and each is not found.best}
    files = {"redesigned.toml": dump_design(found.design)}
    files |= {name: dump_design(case.candidate(found.points[n - 1].positions)) for n, name in written.items()}
    files |= {FRONT.file: FRONT.text(found.front), "redesign.csv": redesign_text(found), "ideas.csv": ideas_text(found)}
    deliver(out, files)
    crossing = cross_binding(case.bases[0])
    other = f"train {out / 'redesigned.toml'} --tubes 10 --seeds 10 --data-seed {seed + draws}" if out else ""
    show(as_json, plain(_section(found, crossing)), _text(found, crossing, other))


def _ordered(study: Study) -> tuple[float, tuple[str, ...]]:
    """What an order of a candidate says."""
    return order_outlook(study.designed, study.design, study.experiment)


def _section(found: Redesign, crossing: CrossBinding | None) -> dict[str, Any]:
    return {
        "candidates": len(found.points),
        "failed": sum(bool(point.failure) for point in found.points),
        "beyond": sum(bool(point.beyond) for point in found.points),
        "start": _row(found.points[0]),
        "best": {**_row(found.best), "knobs": dict(zip(found.knobs, found.best.positions))},
        "front": [_row(point) for point in found.front],
        "without": {name: point and _row(point) for name, point in found.without.items()},
        "cross_binding": crossing and crossing.section,
    }


def _row(point: Redesigned) -> dict[str, Any]:
    return {each.name: getattr(point, each.name) for each in FRONT.columns}


def _text(found: Redesign, crossing: CrossBinding | None, other: str) -> str:
    head = ("", "learned", "of", "share", "h/iteration", "slurry uL", "uM in all", "strands", "nt ordered", "price", "remarks")
    first, best = found.points[0], found.best
    named = {"best, as it started": best} if best is first else {"as it started": first, f"best, {_called(best)}": best}
    named |= {f"front, {_called(point)}": point for point in found.front if point not in (first, best)}
    named |= {f"best, {name}": point for name, point in found.without.items() if point}
    lacking = [name for name, point in found.without.items() if not point]
    beyond = sum(bool(point.beyond) for point in found.points)
    says = [table([head, *(_line(name, point) for name, point in named.items())])]
    says += [f"so already in the best: {', '.join(lacking)}"] if lacking else []
    says += [f"{beyond} of {len(found.points)} candidates are beyond their bounds"] if beyond else []
    says += [f"toeholds that should not bind: {crossing.text}"] if crossing else []
    says += (
        [f"the best is the luckiest of {len(found.points)} in the same tubes; on other draws: dsd-ncrn {other}"]
        if other
        else []
    )
    return "\n\n".join(says)


def _called(point: Redesigned) -> str:
    return f"candidate {point.number}" if point.number else "another form"


def _line(name: str, point: Redesigned) -> tuple[object, ...]:
    if point.failure:
        return (name, point.failure, *(None,) * 9)
    price = None if isnan(point.price) else round(point.price)
    amounts = (round(point.hours, 1), round(point.slurry_uL, 1), round(point.fuel_nM / 1e3, 2), point.strands, point.ordered_nt)
    remarks = [*(["stopped early"] if point.stopped else []), *([f"beyond: {point.beyond}"] if point.beyond else [])]
    return (name, point.learned, point.tubes, round(point.share, 3), *amounts, price, "; ".join(remarks))
