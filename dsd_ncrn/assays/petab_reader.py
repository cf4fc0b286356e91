"""A PEtab problem as an assay again: its SBML names its strands, its tables what was mixed, read and is known beforehand.

Reactions follow from strands here, so that a problem whose SBML names none, or has other reactions or another observable than
follow from them, is refused; tables may have been changed by any program. Times count from when a well was mixed.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from dsd_ncrn.assays.bench import BenchFile
from dsd_ncrn.assays.exports import Trace
from dsd_ncrn.assays.measured import Quantity
from dsd_ncrn.assays.model import GateModel, gate_model
from dsd_ncrn.assays.petab import ANNOTATION, SCALE, SHOWN, id_of, name_of, petab_files
from dsd_ncrn.assays.wells import Assay, Errors, Parameter, Well
from dsd_ncrn.constants import DEFAULT_PRESET
from dsd_ncrn.design.files import read_text
from dsd_ncrn.dsd.pil import parse_pil
from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.kinetics.rates import rates_of

Row = Mapping[str, str]
_LISTED = re.compile(r"(\w+?)_files?:[ \t]*(?:\[([^\]]*)\]|([^\s\[][^\n]*)|((?:\s*\n\s*-[ \t]*[^\n:]+)+))")
_PRIOR = "parameterScaleNormal"


def read_petab(path: str | Path, rates: str = "") -> tuple[BenchFile, Assay]:
    """The problem of a YAML file; nominal values are where a fit begins.

    Raises InputError, with the file, for what is missing, and for a model that does not follow from strands.
    """
    tables = _Tables(Path(path))
    bench, model = _model(tables.file("sbml"), rates or DEFAULT_PRESET)
    wells = _wells(tables, model)
    rows = {row["parameterId"]: row for row in tables.rows("parameter", "parameterId", "parameterScale", "estimate")}
    doses = [row for name, row in rows.items() if name.startswith(name_of(Quantity.DOSE))]
    pipetting = max((_prior(row)[1] for row in doses if row.get("objectivePriorType")), default=0.0)
    errors = Errors(pipetting or float(bool(doses)), 0.0, not _any(rows, Quantity.GAIN), _any(rows, Quantity.DRIFT))
    assay = Assay(model, wells, errors)
    known = {id_of(parameter): parameter for parameter in assay.parameters}
    for name in rows:
        if name not in known:
            rule = "the model has no such parameter"
            raise InputError(rule, name, did_you_mean(name, known), str(tables.file("parameter")))
    given = {name: _parameter(known[name], row, str(tables.file("parameter"))) for name, row in rows.items()}
    sought = tuple(each for name, each in given.items() if rows[name]["estimate"] == "1")
    fixed = {each.name: float(rows[name]["nominalValue"]) for name, each in given.items() if rows[name]["estimate"] != "1"}
    fixed |= {p.name: _left_out(p) for name, p in known.items() if name not in rows}
    found = replace(assay, given=sought, fixed=fixed)
    _check(tables, found, bench)
    return bench, found


@dataclass(frozen=True)
class _Tables:
    """The files that a problem names."""

    path: Path

    def file(self, kind: str) -> Path:
        """The one file of a kind."""
        named: list[str] = []
        for key, *lists in _LISTED.findall(read_text(self.path)):
            if key == kind:
                named += [each.strip(" -\t'\"") for each in re.split(r"[,\n]", "".join(lists)) if each.strip(" -\t'\"")]
        if len(named) != 1:
            rule = f"a problem names one {kind} file here"
            raise InputError(rule, ", ".join(named) or None, f"Name it as {kind}_files.", str(self.path))
        return self.path.parent / named[0]

    def rows(self, kind: str, *needed: str) -> Sequence[Row]:
        """The rows of a table that has some columns."""
        path = self.file(kind)
        rows = _rows(read_text(path))
        for name in needed:
            if not rows or name not in rows[0]:
                raise InputError("the table has no such column, or no row", name, "See the format of PEtab.", str(path), 1)
        return rows


def _model(path: Path, rates: str) -> tuple[BenchFile, GateModel]:
    """What an SBML file says of strands, and the model that follows from them."""
    libsbml: Any = import_module("libsbml")
    model = libsbml.readSBMLFromString(read_text(path)).getModel()
    notes: Any = model.getAnnotation() if model is not None and model.isSetAnnotation() else libsbml.XMLNode()
    inside = [notes.getChild(n) for n in range(notes.getNumChildren())]
    node = next((each for each in inside if each.getURI() == ANNOTATION), None)
    if node is None:
        rule = "the SBML names no strands, from which reactions follow here"
        remedy = "Write an assay file with its strands, and give its table of measurements as DATA."
        raise InputError(rule, path.name, remedy, str(path))
    said = {name: node.getAttrValue(name) for name in ("name", "reporter", "reactions", "separate")}
    components = {each.name: each.complex for each in parse_pil(node.getChild(0).getCharacters(), str(path))}
    reactions, separate = tuple(said["reactions"].split()), said["separate"] == "true"
    bench = BenchFile(
        name=said["name"], strands=path.name, reporter=said["reporter"], reactions=reactions, separate_gates=separate
    )
    return bench, gate_model(components, bench.reporter, rates_of(rates), together=not separate)


def _wells(tables: _Tables, model: GateModel) -> tuple[Well, ...]:
    """The conditions with what was read of each."""
    points: dict[tuple[str, str], list[tuple[float, float]]] = {}
    path = str(tables.file("measurement"))
    needed = ("observableId", "simulationConditionId", "measurement", "time")
    for line, row in enumerate(tables.rows("measurement", *needed), start=2):
        try:
            point = float(row["time"]), float(row["measurement"])
        except ValueError as error:
            raise InputError(f"a time and a measurement are numbers: {error}", None, "Correct the row.", path, line) from None
        points.setdefault((row["simulationConditionId"], row["observableId"]), []).append(point)
    wells, conditions = list[Well](), {row["conditionId"]: row for row in tables.rows("condition", "conditionId")}
    for (name, shown), read in points.items():
        if name not in conditions:
            raise InputError("no such condition", name, did_you_mean(name, conditions), path)
        row, times = conditions[name], np.array(sorted(read))
        doses = {each: float(row.get(f"dose_{name_of(each)}") or 0.0) for each in model.components}
        title = row.get("conditionName") or name
        trace = Trace(title, times[:, 0], times[:, 1], np.zeros(len(times), dtype=bool), file=path)
        plate = shown.removeprefix(SHOWN).removeprefix("_")
        wells.append(Well(title, {each: dose for each, dose in doses.items() if dose > 0}, trace, plate=plate))
    return tuple(wells)


def _any(rows: Mapping[str, Row], quantity: Quantity) -> bool:
    return any(re.match(rf"{name_of(quantity)}(_|$)", name) for name in rows)


def _prior(row: Row) -> tuple[float, float]:
    mean, spread = (float(each) for each in row["objectivePriorParameters"].split(";"))
    return mean, spread


def _parameter(usual: Parameter, row: Row, file: str) -> Parameter:
    """A parameter with the bounds, the prior and the nominal value of its row."""
    if row["parameterScale"] != SCALE[usual.log] or row.get("objectivePriorType", "") not in ("", _PRIOR):
        value = f"{row['parameterScale']} {row.get('objectivePriorType', '')}".strip()
        rule = f"{row['parameterId']} is sought on the scale {SCALE[usual.log]}, its prior {_PRIOR} or none"
        raise InputError(rule, value, "Write it so.", file)
    low, high, nominal = (float(row[name]) for name in ("lowerBound", "upperBound", "nominalValue"))
    if not row.get("objectivePriorType"):
        return replace(usual, low=low, high=high, start=nominal, spread=0.0)
    mean, spread = _prior(row)
    return replace(usual, low=low, high=high, start=usual.outside(mean), spread=spread)


def _left_out(parameter: Parameter) -> float:
    """What holds for a parameter that a problem has not: a dose as it is meant, a share of all, nothing lost."""
    return 1.0 if parameter.quantity in (Quantity.DOSE, Quantity.ACTIVE, Quantity.GAIN) else 0.0


def _check(tables: _Tables, assay: Assay, bench: BenchFile) -> None:
    """Raises InputError where reactions or observables are others than follow from the strands."""
    ours = petab_files(assay, {}, 1.0, bench)
    libsbml: Any = import_module("libsbml")

    def laws(text: str) -> list[str]:
        model = libsbml.readSBMLFromString(text).getModel()
        return sorted(libsbml.formulaToL3String(each.getKineticLaw().getMath()) for each in model.getListOfReactions())

    path = tables.file("sbml")
    if laws(read_text(path)) != laws(ours["model.xml"]):
        rule = "the reactions are others than follow from the strands at these rates"
        raise InputError(rule, path.name, "Give the preset with which the problem was written.", str(path))
    formulas = {row["observableId"]: row["observableFormula"] for row in _rows(ours["observables.tsv"])}
    for row in tables.rows("observable", "observableId", "observableFormula"):
        if re.sub(r"\s", "", row["observableFormula"]) != re.sub(r"\s", "", formulas.get(row["observableId"], "")):
            rule = "the observable is another than the open reporter with blank, gain and glow"
            raise InputError(rule, row["observableId"], "Keep the formula.", str(tables.file("observable")))


def _rows(text: str) -> Sequence[Row]:
    return list(csv.DictReader(text.splitlines(), delimiter="\t"))
