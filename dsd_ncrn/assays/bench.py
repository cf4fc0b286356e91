"""An assay as files: a TOML file that says what the gate is, a layout of wells as CSV, and exports of instruments.

    name = "join"
    strands = "join.pil"
    reporter = "reporter"
    layout = "layout.csv"

The layout has a row for each well: ``well,mix,start`` with ``20 join + 10 A + 30 reporter`` (nM) as mix. ``start`` is the time
of mixing on the clock of the export, in s or with a unit. Further columns are ``purpose`` (sample, blank, control, held out),
``gate`` where assays share a layout, ``export`` where wells are in several files, ``label`` where one is read in several ways.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from pydantic import Field

from dsd_ncrn.assays.exports import Export
from dsd_ncrn.assays.model import GateModel, gate_model
from dsd_ncrn.assays.wells import Assay, Errors, Purpose, Well, read_values
from dsd_ncrn.constants import DEFAULT_PRESET
from dsd_ncrn.design.load import load_section
from dsd_ncrn.design.section import Dissociation, Section, Time
from dsd_ncrn.design.tables import Table, is_missing, read_table
from dsd_ncrn.dsd.pil import read_pil
from dsd_ncrn.dsd.structure import Complex
from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.kinetics.rates import rates_of
from dsd_ncrn.units import parse_quantity

COLUMNS = ("well", "mix", "start", "purpose", "gate", "export", "label")
SHORTEST_S, LONGEST_S = 20.0, 1.2e6
"""No gate at nM is followed for less, or for more: two weeks, where 12 h in s that are called min are a month."""
LEAST_NM, MOST_NM = 0.05, 1e5
"""Between these is the largest dose of an assay whose doses are in nM."""
DARKER = 0.01
"""Of full scale: less than three times that is no misplaced blank."""
_PART = re.compile(r"([\d.]+(?:[eE][+-]?\d+)?)\s*(?:nM\s+)?(\S+)")


class BenchFile(Section):
    """What an assay file says."""

    format: int = 1
    name: str
    """Of the gate, by which the layout and a design know it."""
    strands: str
    """PIL file with the complexes of the gate, its inputs, its auxiliary strands and its reporter."""
    reporter: str
    """The complex with dye and quencher: a duplex of two strands, the dye on the one with the open toehold."""
    layout: str = "layout.csv"
    """Table of the wells."""
    rates: str = DEFAULT_PRESET
    """Preset or file of the rate constants that are taken for a first guess."""
    occlusion: Dissociation = 0.0
    """Dissociation constant of a 5-nt toehold on which a strand rests where it displaces nothing, as in designs."""
    pipetting: float = Field(default=0.05, ge=0, le=1)
    """Relative error of each dose of each well."""
    start_error: Time = 10.0
    """Error of the time of mixing."""
    readings_in_nM: bool = False
    """Whether readings are concentrations already: then there is no blank and no gain to be found."""
    drift: bool = False
    """Whether the lamp drifts; a control well tells by how much."""
    separate_gates: bool = False
    """Whether each gate of the file has rate constants of its own, and not all one forward, one reverse and one leak."""
    reactions: tuple[str, ...] = ()
    """The reactions of a design whose gates these are."""


def read_bench(path: str | Path, rates: str = "") -> tuple[BenchFile, Assay]:
    """An assay file with its strands and layout, not yet read; ``rates`` in place of those that it names.

    Raises InputError with file and line for whatever is wrong.
    """
    given, folder = load_section(path, BenchFile), Path(path).parent
    strands = folder / given.strands
    components = {each.name: each.complex for each in read_pil(strands)}
    try:
        model = gate_model(
            components, given.reporter, rates_of(rates or given.rates), given.occlusion, not given.separate_gates
        )
        _ = model.bright
    except InputError as error:
        raise error.at(str(path)) from None
    wells = _wells(read_table(folder / given.layout), given.name, model)
    errors = Errors(given.pipetting, given.start_error, given.readings_in_nM, given.drift)
    return given, Assay(model, wells, errors)


def _wells(table: Table, gate: str, model: GateModel) -> tuple[Well, ...]:
    columns = {name: table.cells(name) for name in COLUMNS if name in table.header}
    for needed in ("well", "mix"):
        if needed not in columns:
            raise InputError("the layout has no such column", needed, "Its header is well,mix,start.", table.file, 1)
    found: dict[tuple[str, str], Well] = {}
    for number, line in enumerate(table.lines):
        cells = {name: column[number] for name, column in columns.items()}
        if gate not in (cells.get("gate") or gate).split():
            continue
        well = _well(cells, table.file, line, model)
        if (well.name, well.plate) in found:
            raise InputError("the well is there twice", well.name, "Name each well once.", table.file, line)
        found[well.name, well.plate] = well
    most = max((dose for well in found.values() for dose in well.doses.values()), default=1.0)
    if not LEAST_NM <= most <= MOST_NM:
        rule = f"the largest dose of {gate} is {most:.3g} nM, so that the unit of its doses is wrong"
        raise InputError(rule, None, "Write the doses of the layout in nM.", table.file, 1, table.header.index("mix") + 1)
    if not found:
        raise InputError(f"the layout has no wells of {gate}", None, "Name the gate in its column.", table.file, 1)
    return tuple(found.values())


def _well(cells: Mapping[str, str], file: str, line: int, model: GateModel) -> Well:
    purpose = cells.get("purpose", "") or "sample"
    if purpose not in list(Purpose):
        raise InputError("no such purpose of a well", purpose, did_you_mean(purpose, list(Purpose)), file, line)
    try:
        start = _start(cells.get("start", ""))
        doses = doses_of(cells["mix"])
    except InputError as error:
        raise error.at(file, line) from None
    for name in doses:
        if name not in model.components:
            raise InputError("the strands have no such component", name, did_you_mean(name, model.components), file, line)
    return Well(cells["well"], doses, None, start, Purpose(purpose), cells.get("export", ""), cells.get("label", ""))


def _start(text: str) -> float:
    if is_missing(text):
        return 0.0
    return float(text) if re.fullmatch(r"-?[\d.]+", text) else parse_quantity(text, "time")


def doses_of(mix: str) -> dict[str, float]:
    """``20 join + 30 nM reporter`` as nM by component. Raises InputError for what is no dose."""
    found: dict[str, float] = {}
    for part in mix.split("+") if mix.strip() else ():
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise InputError("a mix is doses in nM and components", part.strip(), "Write 20 join + 10 A + 30 reporter.")
        found[match[2]] = found.get(match[2], 0.0) + float(match[1])
    return found


def mix_of(doses: Mapping[str, float]) -> str:
    """The text of doses, nM."""
    return " + ".join(f"{dose:.4g} {name}" for name, dose in doses.items() if dose > 0)


def with_readings(assay: Assay, exports: Sequence[Export]) -> Assay:
    """The assay with the traces of its wells; a well without one is left out only where it is named in no export.

    Raises InputError where a well is in several exports and its row names none, where no well is in any, where the unit of time
    is wrong, and where a sample is darker than a blank.
    """
    wells: list[Well] = []
    for well in assay.wells:
        named = [each for each in exports if not well.plate or well.plate in Path(each.file).name]
        holding = [each for each in named if any(trace.well == well.name for trace in each.traces)]
        if len(holding) > 1:
            files = ", ".join(Path(each.file).name for each in holding)
            raise InputError(f"well {well.name} is in several exports", files, "Name one in the column export of the layout.")
        if holding:
            trace, plate = holding[0].trace(well.name, well.label), well.plate or Path(holding[0].file).name
            lasts = float(np.ptp(trace.times))
            if not SHORTEST_S <= lasts <= LONGEST_S:
                rule = f"the trace lasts {lasts:.3g} s, so that the unit of its times is wrong"
                raise trace.error(rule, None, "Write Time [s], [min] or [h] in the header, or give --time-unit.")
            wells.append(replace(well, trace=trace, plate=plate))
    if not wells:
        known = ", ".join(dict.fromkeys(trace.well for each in exports for trace in each.traces))
        raise InputError("no well of the layout is in the exports", known, "Call the wells as the instrument does.")
    plates = dict.fromkeys(well.plate for well in wells)
    for plate in plates:
        _check_blank([well for well in wells if well.plate == plate], assay.errors.in_nM)
    return replace(assay, wells=tuple(wells if len(plates) > 1 else [replace(well, plate="") for well in wells]))


def _check_blank(wells: Sequence[Well], in_nM: bool) -> None:
    """Raises InputError for a sample that is darker than a blank, from the first reading to the last but for noise."""
    read = {well.name: read_values(well.trace)[1] for well in wells if well.trace is not None}
    blanks = [read[well.name] for well in wells if well.purpose is Purpose.BLANK]
    if not (blanks or in_nM):
        return
    dark = np.concatenate(blanks) if blanks else np.zeros(1)
    span = max(float(np.ptp(values)) for values in read.values())
    level, noise = float(np.median(dark)), max(float(np.std(dark)), DARKER * span)
    for well in wells:
        trace = well.trace
        if trace is None or well.purpose is not Purpose.SAMPLE:
            continue
        brightest = float(np.quantile(read[well.name], 0.9))
        if brightest < level - 3 * noise:
            rule = f"negative after the blank of {level:.4g} is taken off"
            raise trace.error(rule, round(brightest, 4), "Correct the layout, or leave the well out.")


def missing_wells(assay: Assay, read: Assay) -> tuple[str, ...]:
    """The wells of a layout that no export has."""
    found = {well.name for well in read.wells}
    return tuple(well.name for well in assay.wells if well.name not in found)


def pil_of(components: Mapping[str, Complex]) -> str:
    """Components as PIL text, without concentrations."""
    domains = {d.name: d.length for each in components.values() for d in each.domains}
    lines = [f"length {name} = {length}" for name, length in domains.items()]
    return "\n".join([*lines, "", *(f"{name} = {each.kernel}" for name, each in components.items())]) + "\n"
