"""What ``train --tubes`` does: real tubes over several draws of the data, beside the ideal network and least squares."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import mean
from typing import Any

from cli.console import display, step
from cli.job import placed, shown_job
from cli.output import check_folder, deliver, show, table
from cli.run.folder import digest
from cli.run.leaks import share_text
from cli.run.sweeps import opened_store, spread, sweep
from dsd_ncrn.analysis.crossing import CrossBinding, cross_binding
from dsd_ncrn.analysis.judging import THRESHOLD, judged, learned, yardstick
from dsd_ncrn.analysis.results import Judged, Yardstick
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.translated import FINITE
from dsd_ncrn.analysis.yields import Drawn, require_imperfections
from dsd_ncrn.errors import InputError
from dsd_ncrn.runs.files import plain
from dsd_ncrn.runs.tables import JUDGED, YARDSTICKS
from sequences.exchange import given_toeholds


def judge(
    design: Path,
    out: Path | None,
    seed: int,
    conditions: str,
    iterations: int | None,
    epochs: int | None,
    semantics: str,
    tubes: int,
    data_seed: int,
    seeds: int,
    sequences: Path | None,
    workers: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Train ``tubes`` realisations, drawn by ``seed``, at each of ``seeds`` draws of the data, from ``data_seed`` on."""
    check_folder(out)
    found, sticks, crossing = list[Judged](), list[Yardstick](), None
    with ExitStack() as opened:
        shown = opened.enter_context(display())
        for drawn_from in range(data_seed, data_seed + seeds):
            job = spread(shown_job(design, drawn_from, shown, conditions=conditions), workers, scheduler)
            with placed(design):
                require_imperfections(job.study.design)
            if sequences:
                job.cross(given_toeholds(sequences, job.study.designed))
            study = _lasting(job.study.ready, iterations, epochs)
            sticks.append(yardstick(study))
            crossing = cross_binding(study)
            drawn, explicit = Drawn(study, seed), semantics == FINITE
            if explicit:
                drawn = Drawn(study.with_resting(drawn.leaking), seed)
            base = digest(f"{job.key} {seed} {study.plan.strand_iterations}" + f" {semantics}" * explicit)
            with (
                step(shown, "tubes", f"data seed {drawn_from}") as tell,
                opened_store(out and out / "tubes.sqlite", base) as store,
                sweep(job, drawn, store) as pool,
            ):
                found += judged(drawn, tubes, pool, lambda done, total, tell=tell: tell(done / total))
    deliver(out, {JUDGED.file: JUDGED.text(found), YARDSTICKS.file: YARDSTICKS.text(sticks)})
    show(as_json, plain(_section(found, sticks, crossing)), _text(found, sticks, crossing))


def _lasting(study: Study, iterations: int | None, epochs: int | None) -> Study:
    """Strands and ideal network trained for as long as the command line says. Raises InputError where that is too long."""
    wanted = iterations if epochs is None else epochs * len(study.data.train_x)
    if wanted is None:
        return study
    if wanted > study.ideal.iterations:
        remedy = "Raise training.epochs in the design, or ask for fewer."
        raise InputError("tubes cannot train longer than the ideal network that judges them", wanted, remedy)
    return study.lasting(strand_iterations=wanted)


def _section(found: Sequence[Judged], sticks: Sequence[Yardstick], crossing: CrossBinding | None) -> dict[str, Any]:
    """What the command prints: lists have an entry for each tube, ``data`` one for each draw of the data."""
    count, alive = learned(found), [each for each in found if not each.failure]
    return {
        "tubes": count.of,
        "learned": count.count,
        "threshold": THRESHOLD,
        "interval": count.interval,
        "learned_share": [each.learned_share for each in found],
        "data_seed": [each.data_seed for each in found],
        "rmse_before": [each.before for each in found],
        "rmse_after": [each.after for each in found],
        "failed": len(found) - len(alive),
        "iterations": max(each.iterations for each in sticks),
        "hours_per_iteration": mean(each.hours for each in alive) if alive else None,
        "calibration": {
            "aliquots": mean(each.aliquots for each in alive) if alive else None,
            "hours": mean(each.calibration_hours for each in alive) if alive else None,
        },
        "cross_binding": crossing and crossing.section,
        "ideal_rmse_after": mean(each.ideal for each in sticks),
        "least_squares_rmse_after": mean(each.least_squares for each in sticks),
        "data": [
            {
                "data_seed": each.data_seed,
                "ideal_after": each.ideal,
                "least_squares": each.least_squares,
                "ideal_share_of_least_squares": each.ideal_share,
                "learned": learned([tube for tube in found if tube.data_seed == each.data_seed]).count,
            }
            for each in sticks
        ],
    }


def _text(found: Sequence[Judged], sticks: Sequence[Yardstick], crossing: CrossBinding | None) -> str:
    rows: list[tuple[object, ...]] = [("data seed", "tube", "error before", "after", "learned share", "")]
    rows += [(each.data_seed, each.tube, each.before, each.after, each.learned_share, each.failure[:60]) for each in found]
    data: list[tuple[object, ...]] = [("data seed", "before", "ideal network", "least squares", "ideal's share of theirs")]
    data += [(each.data_seed, each.before, each.ideal, each.least_squares, each.ideal_share) for each in sticks]
    section = _section(found, sticks, crossing)
    work = section["calibration"]
    took = f"an iteration takes {section['hours_per_iteration']:.3g} h" if work["hours"] is not None else "no tube was trained"
    took += f"; a tube's calibration {work['aliquots']:.0f} aliquots in {work['hours']:.3g} h" if work["aliquots"] else ""
    count = f"{share_text(learned(found))} learned {THRESHOLD:.0%} of what the ideal network learns"
    bound = f"\ntoeholds that should not bind: {crossing.text}" if crossing else ""
    return f"{table(rows)}\n\n{table(data)}\n\n{count}; {took}{bound}"
