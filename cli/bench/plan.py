"""The files of a bench plan: assay files and strands, the layout of the plate, what to pipette, what each well will show."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import tomli_w

from cli.bench.pipetting import (
    AUXILIARY_NM,
    PICK_LIST,
    STOCK_NM,
    VOLUME_UL,
    Placed,
    pick_rows,
    pipetting_rows,
    stock_rows,
    transfers,
    tubes,
)
from dsd_ncrn.analysis.measured import GateBench
from dsd_ncrn.assays.bench import mix_of, pil_of
from dsd_ncrn.assays.plan import Plan, before
from dsd_ncrn.assays.synthetic import made_up, vary
from dsd_ncrn.assays.wells import Errors, Parameter
from dsd_ncrn.design.load import changed, dump_design
from dsd_ncrn.design.spec import DesignSpec
from sequences.robot.plan import LEAST_UL

LITTLE_LEARNED = 0.9
"""Of the deviation before any tube: above that share these tubes tell nothing."""


def plan_files(plans: Sequence[tuple[GateBench, Plan]], wells: Sequence[Placed], design: DesignSpec) -> dict[str, str]:
    """Every file of a plan, by name; among them ``design`` with the reporters, whose order has their strands."""
    files = {f"{bench.name}.toml": _assay_file(bench) for bench, _ in plans}
    files |= {f"{bench.name}.pil": pil_of(bench.model.components) for bench, _ in plans}
    auxiliary = {each for bench, _ in plans for each in bench.roles.auxiliaries}
    files["layout.csv"] = _layout(wells)
    moved = transfers(wells, auxiliary, {name for bench, _ in plans for name in (*bench.roles.inputs, bench.roles.output)})
    filled = tubes(moved)
    files["pipetting.csv"] = _csv("plate,well,source,stock_nM,volume_uL", pipetting_rows(moved))
    files["stocks.csv"] = _csv("slot,tube,source,nM,volume_uL,made_of", stock_rows(filled))
    files["picklist.csv"] = _csv(PICK_LIST, pick_rows(moved, filled))
    files["predicted.csv"] = _csv("plate,well,time_s,low_nM,middle_nM,high_nM", _predicted(wells))
    files["known.csv"] = _csv("gate,parameter,deviation,unit", _known(plans))
    files[order_file(design)] = dump_design(changed(design, {"translation.reporters": reporters_of(plans, design)}))
    files["protocol.md"] = protocol(plans, wells, design)
    return files


def order_file(design: DesignSpec) -> str:
    """The design with the reporters that the plan needs, in a folder of its own: the others are assay files."""
    return f"order/{design.name}_reporters.toml"


def reporters_of(plans: Sequence[tuple[GateBench, Plan]], design: DesignSpec) -> list[str]:
    """The species whose reporters the plan needs, and those that the design has anyway."""
    return sorted({*design.translation.reporters, *(bench.species for bench, _ in plans)})


def _csv(header: str, rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header.split(","), *rows])
    return text.getvalue()


def _assay_file(bench: GateBench) -> str:
    values: dict[str, Any] = {
        "name": bench.name,
        "strands": f"{bench.name}.pil",
        "reporter": bench.model.reporter,
        "layout": "layout.csv",
        "occlusion": f"{bench.model.occlusion:g} nM",
        "reactions": [bench.name],
    }
    return tomli_w.dumps(values)


def _layout(wells: Sequence[Placed]) -> str:
    several = len({each.plate for each in wells}) > 1
    header = "well,mix,start,purpose,gate,hours,why" + (",export" if several else "")

    def row(each: Placed) -> list[object]:
        tube, last = each.tube, ([f"plate_{each.plate}"] if several else [])
        if tube is None:
            return [each.well, "", "", "blank", " ".join(each.gates), "", "buffer alone", *last]
        mix = mix_of(tube.doses)
        return [each.well, mix, "0 s", "sample", " ".join(each.gates), f"{tube.hours:g}", tube.why, *last]

    return _csv(header, map(row, wells))


def _predicted(wells: Sequence[Placed]) -> Iterator[Sequence[object]]:
    for each in wells:
        for row in zip(*(np.asarray(part).tolist() for part in each.band)) if each.band else ():
            yield each.plate, each.well, *(f"{value:.5g}" for value in row)


def _known(plans: Sequence[tuple[GateBench, Plan]]) -> Iterator[Sequence[object]]:
    for bench, plan in plans:
        for parameter, deviation in plan.known:
            yield bench.name, parameter.name, f"{deviation:.3g}", "of the logarithm" if parameter.log else parameter.unit


def how_well(parameter: Parameter, deviation: float) -> str:
    """A deviation as people say it."""
    if deviation > LITTLE_LEARNED * before(parameter):
        return "not determined"
    if not parameter.log:
        return f"± {deviation:.2g}"
    return f"± {deviation:.0%}" if deviation < 0.5 else f"within {np.exp(2 * deviation):.2g}x, if at all"


def protocol(plans: Sequence[tuple[GateBench, Plan]], wells: Sequence[Placed], design: DesignSpec) -> str:
    """The plan to be printed."""
    reporters = ", ".join(f"`reporter_{each}`" for each in reporters_of(plans, design))
    hours = max((each.tube.hours for each in wells if each.tube), default=0.0)
    lines = [
        f"# Gates of {design.name} on the bench",
        "",
        f"{len(wells)} wells of {VOLUME_UL:g} µL, read for {hours:g} h; stocks of {STOCK_NM / 1e3:g} µM, of auxiliary strands "
        f"{AUXILIARY_NM / 1e3:g} µM.",
        "",
        f"1. Order the strands with {reporters}, each with a dye that faces a quencher: "
        f"`dsd-ncrn order THIS_FOLDER/{order_file(design)} -o order` (`--sequences FILE` if the design has some already).",
        "2. Mix everything except what step 3 adds, warm the plate up, and read it once. `stocks.csv` says what is in each "
        f"stock tube, and what to dilute so that no volume is below {LEAST_UL:g} µL; a robot reads `picklist.csv` "
        "(the cherrypicking protocol of the Opentrons library).",
        "3. Add signals last (to wells without any: the gate), note the time on the reader's clock, and write it into the "
        "column `start` of `layout.csv`.",
        "4. Read every well about 40 times over its hours, closer together at first; keep reader, gain and filters.",
        "5. `dsd-ncrn fit THIS_FOLDER EXPORT -o fits`, then `dsd-ncrn run DESIGN --measured fits/fit.json`.",
        *(["6. Put the plate into the file name of each export: `plate_1`, `plate_2`, …"] if wells[-1].plate > 1 else []),
        "",
        "| plate | well | mix (nM) | hours | tells | gates | open reporter at the end (nM) |",
        "|---|---|---|---|---|---|---|",
    ]
    for each in wells:
        tube, of = each.tube, ", ".join(each.gates)
        if tube is None:
            lines.append(f"| {each.plate} | {each.well} | buffer | | blank | | |")
        else:
            low, middle, high = (float(part[-1]) for part in each.band[1:])
            ends = f"{middle:.1f} ({low:.1f} to {high:.1f})"
            lines.append(f"| {each.plate} | {each.well} | {mix_of(tube.doses)} | {tube.hours:g} | {tube.why} | {of} | {ends} |")
    lines += ["", "How well each parameter will be known:", ""]
    for bench, plan in plans:
        known = ", ".join(f"{parameter.name} {how_well(parameter, deviation)}" for parameter, deviation in plan.known)
        lines.append(f"- {bench.name}: {known}")
    return "\n".join(lines) + "\n"


def example_of(plans: Sequence[tuple[GateBench, Plan]], wells: Sequence[Placed], errors: Errors, seed: int) -> str:
    """Made-up readings of a plan, one a row, as a laboratory with gates of its own would export them."""
    random, rows = np.random.default_rng(seed), list[Sequence[object]]()
    truths = {bench.name: vary(bench.model, random) for bench, _ in plans}
    models = {bench.name: bench.model for bench, _ in plans}
    for each in wells:
        # a tube that gates share has the reporter alone, and that of the first of them
        times, values = made_up(models[each.gates[0]], each.tube, truths[each.gates[0]], errors, random)
        rows += [[each.well, f"{at:g}", f"{value:.2f}"] for at, value in zip(times.tolist(), values.tolist())]
    return _csv("well,Time [s],fluorescence", rows)
