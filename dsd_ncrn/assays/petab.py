"""An assay as a PEtab problem (version 1), for other programs to fit: SBML, and tables of conditions, readings and parameters.

Schmiester et al., PLoS Comput. Biol. 17:e1008646 (2021). Times count from when a well was mixed, since PEtab has no start time
of its own for a well; noise is taken for independent, of the deviation that was found, since it has no correlated one.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from dsd_ncrn.assays.bench import BenchFile, pil_of
from dsd_ncrn.assays.measured import Quantity
from dsd_ncrn.assays.model import GateModel
from dsd_ncrn.assays.predict import HOUR_S
from dsd_ncrn.assays.wells import Assay, Parameter, Purpose, Well, read_values
from dsd_ncrn.errors import CheckFailed, InputError

SCALE = {True: "log", False: "lin"}
SHOWN = "shown"
"""The observable, or the beginning of its name where there are several plates."""
ANNOTATION = "urn:dsd_ncrn:assay"
"""Namespace of the model's annotation: the strands as PIL, by which a problem is read again."""


def petab_files(assay: Assay, values: Mapping[str, float], noise: float, bench: BenchFile | None = None) -> dict[str, str]:
    """The files of a problem by name; ``values`` of parameters by name are the nominal ones, ``noise`` is in readings' units.

    ``bench`` has the name of the gate and its reactions.

    Raises InputError for a model with strands that rest on toeholds, which rate laws of single steps do not have, and
    CheckFailed where libSBML finds fault with the model.
    """
    if assay.model.occlusion:
        rule = "PEtab has no strands that rest on toeholds"
        raise InputError(rule, f"{assay.model.occlusion:g} nM", "Fit with occlusion = 0, or without PEtab.")
    known = {**assay.fixed, **values}
    wells = [well for well in assay.wells if well.trace is not None and well.purpose is Purpose.SAMPLE]
    sought = [each for each in assay.parameters if each.quantity not in (Quantity.SHIFT, Quantity.LEVEL)]
    plates = dict.fromkeys(well.plate for well in wells)
    return {
        "model.xml": sbml_of_model(assay, known, bench),
        "conditions.tsv": _conditions(assay, wells, sought),
        "observables.tsv": _tsv(
            ["observableId", "observableFormula", "noiseFormula"],
            ([f"{SHOWN}{_of(plate)}", _formula(assay, plate, sought), f"{noise!r}"] for plate in plates),
        ),
        "measurements.tsv": _measurements(wells),
        "parameters.tsv": _parameters(sought, known),
        "problem.yaml": "format_version: 1\nparameter_file: parameters.tsv\nproblems:\n- sbml_files: [model.xml]\n"
        "  condition_files: [conditions.tsv]\n  observable_files: [observables.tsv]\n"
        "  measurement_files: [measurements.tsv]\n",
    }


def name_of(text: str) -> str:
    """A name as an identifier."""
    plain = re.sub(r"\W", "_", text)
    return plain if plain and not plain[0].isdigit() else f"_{plain}"


def id_of(parameter: Parameter) -> str:
    """The identifier of a parameter."""
    return name_of(parameter.name)


def _condition(well: Well) -> str:
    return f"{name_of(well.name)}{_of(well.plate)}"


def _of(plate: str) -> str:
    return f"_{name_of(plate)}" if plate else ""


def _tsv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter="\t", lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


def _conditions(assay: Assay, wells: Sequence[Well], sought: Sequence[Parameter]) -> str:
    """A condition for each well: its doses, and the factors on them."""
    factors = {(each.of, each.component): id_of(each) for each in sought if each.quantity is Quantity.DOSE}
    names = list(assay.model.components)
    header = ["conditionId", "conditionName", *(f"dose_{name_of(n)}" for n in names), *(f"factor_{name_of(n)}" for n in names)]
    rows = (
        [
            _condition(well),
            well.name,
            *(repr(float(well.doses.get(n, 0.0))) for n in names),
            *(factors.get((well.name, n), "1.0") for n in names),
        ]
        for well in wells
    )
    return _tsv(header, rows)


def _formula(assay: Assay, plate: str, sought: Sequence[Parameter]) -> str:
    """What the reader shows of the open and the unopened reporter."""
    mine = {each.quantity: id_of(each) for each in sought if each.of == plate and each.quantity in _READOUT}
    bright = " + ".join(name_of(n) for n, on in zip(assay.model.network.names, assay.model.bright) if on)
    amount = _amount(assay.model, assay.model.reporter)
    dark = mine.get(Quantity.DARK, "0")
    lamp = f"(1 + {mine[Quantity.DRIFT]} * time / {HOUR_S})" if Quantity.DRIFT in mine else "1"
    shining = f"({bright}) + {dark} * ({amount} - ({bright}))"
    return f"{mine.get(Quantity.BLANK, '0')} + {mine.get(Quantity.GAIN, '1')} * {lamp} * ({shining})"


_READOUT = (Quantity.BLANK, Quantity.GAIN, Quantity.DARK, Quantity.DRIFT)


def _measurements(wells: Sequence[Well]) -> str:
    rows: list[Sequence[object]] = []
    for well in wells:
        assert well.trace is not None
        for at, value in zip(*(part.tolist() for part in read_values(well.trace))):
            if at >= well.start:
                rows.append([f"{SHOWN}{_of(well.plate)}", _condition(well), repr(value), repr(at - well.start)])
    return _tsv(["observableId", "simulationConditionId", "measurement", "time"], rows)


def _parameters(sought: Sequence[Parameter], known: Mapping[str, float]) -> str:
    header = ["parameterId", "parameterScale", "lowerBound", "upperBound", "nominalValue", "estimate"]
    header += ["objectivePriorType", "objectivePriorParameters"]
    rows = (
        [
            id_of(p),
            SCALE[p.log],
            repr(p.low),
            repr(p.high),
            repr(known.get(p.name, p.start)),
            1,
            *(("parameterScaleNormal", f"{p.inside(p.start)!r};{p.spread!r}") if p.spread else ("", "")),
        ]
        for p in sought
    )
    return _tsv(header, rows)


def _amount(model: GateModel, name: str) -> str:
    """How much of a component is there and takes part, from the doses of a condition."""
    plain = name_of(name)
    share = f" * {name_of(f'{Quantity.ACTIVE} {name}')}" if not model.components[name].is_strand else ""
    added = f"dose_{plain} * factor_{plain}{share}"
    if share:
        return added
    left = f"{added} - {_LOSS}"
    return f"piecewise({left}, {left} > 0.001 * ({added}), 0.001 * ({added}))"


_LOSS, _INITIAL = name_of(Quantity.LOSS), name_of(Quantity.INITIAL)


def sbml_of_model(assay: Assay, known: Mapping[str, float], bench: BenchFile | None) -> str:
    """The network as SBML (nM, s); doses and their factors are parameters, from which the amounts at the start follow."""
    libsbml: Any = import_module("libsbml")
    document = libsbml.SBMLDocument(3, 1)
    model = document.createModel()
    said = {"name": bench.name if bench else "gate", "reactions": " ".join(bench.reactions) if bench else ""}
    said |= {"reporter": assay.model.reporter, "separate": "false" if assay.model.together else "true"}
    attributes = " ".join(f"{name}={quoteattr(value)}" for name, value in said.items())
    strands = escape(pil_of(assay.model.components))
    _set(model, Annotation=f'<annotation><assay xmlns="{ANNOTATION}" {attributes}>{strands}</assay></annotation>')
    vessel = model.createCompartment()
    _set(vessel, Id="vessel", Size=1.0, Constant=True, SpatialDimensions=3)
    wanted = {each.name: each.start for each in assay.parameters if not each.nuisance and each.quantity not in _READOUT}
    wanted |= {name: value for name, value in known.items() if name.startswith(tuple(_KINETIC))}
    wanted = {str(Quantity.LOSS): 0.0, str(Quantity.INITIAL): 0.0} | wanted
    for gate in (*assay.model.gates, assay.model.reporter):
        wanted.setdefault(f"{Quantity.ACTIVE} {gate}", 1.0)
    for group in assay.model.groups:
        wanted.setdefault(f"{Quantity.RATE} {group.name}", group.nominal * 1e9)
    for name in assay.model.components:
        wanted |= {f"dose_{name}": 0.0, f"factor_{name}": 1.0}
    for name, value in wanted.items():
        _set(model.createParameter(), Id=name_of(name), Value=float(known.get(name, value)), Constant=True)
    _species(model, assay.model)
    _reactions(model, assay.model)
    text: str = libsbml.writeSBMLToString(document)
    checked = libsbml.readSBMLFromString(text)
    if checked.getNumErrors(libsbml.LIBSBML_SEV_ERROR):
        raise CheckFailed(f"libSBML's check: {checked.getError(0).getMessage()}")
    return text


_KINETIC = (Quantity.RATE, Quantity.ACTIVE, Quantity.LOSS, Quantity.INITIAL)


def _species(model: Any, gate: GateModel) -> None:
    """Species, and what of them is there at the start: fresh components, less and plus what has been triggered."""
    libsbml: Any = import_module("libsbml")
    start = {name: _amount(gate, name) for name in gate.components}
    names, by_place = gate.network.names, {place: name for name, place in gate.places.items()}
    change: dict[str, list[str]] = {name: [] for name in names}
    for fresh in gate.gates:
        ways = [(by_place[other], products) for owner, other, products in gate.triggered if owner == fresh]
        total = " + ".join(f"({start[other]})" for other, _ in ways)
        for other, products in ways:
            one, other_ = f"{_INITIAL} * ({start[fresh]})", f"0.9 * ({total})"
            least = f"piecewise({one}, {one} < {other_}, {other_})"
            moved = f"piecewise({least} * ({start[other]}) / ({total}), {total} > 0, 0)"
            for lost in (fresh, other):
                change[lost].append(f" - {moved}")
            for place in products:
                change[names[place]].append(f" + {moved}")
    for name in names:
        _set(
            model.createSpecies(),
            Id=name_of(name),
            Compartment="vessel",
            InitialConcentration=0.0,
            HasOnlySubstanceUnits=False,
            BoundaryCondition=False,
            Constant=False,
        )
        text = f"({start.get(name, '0')}){''.join(change[name])}"
        if text != "(0)":
            assignment = model.createInitialAssignment()
            _set(assignment, Symbol=name_of(name), Math=libsbml.parseL3Formula(text))


def _reactions(model: Any, gate: GateModel) -> None:
    libsbml: Any = import_module("libsbml")
    group_of = {int(step): group for group in gate.groups for step in group.steps}
    for number, step in enumerate(gate.network.steps):
        reaction, group = model.createReaction(), group_of[number]
        _set(reaction, Id=f"r{number}", Reversible=False, Fast=False)
        for places, create in ((step.reactants, reaction.createReactant), (step.products, reaction.createProduct)):
            for place in dict.fromkeys(places):
                stoichiometry = float(places.count(place))
                _set(create(), Species=name_of(gate.network.names[place]), Stoichiometry=stoichiometry, Constant=True)
        ratio = float(gate.nominal[number]) / (group.nominal * 1e9)
        factors = [
            f"{ratio!r}",
            name_of(f"{Quantity.RATE} {group.name}"),
            *(name_of(gate.network.names[n]) for n in step.reactants),
        ]
        _set(reaction.createKineticLaw(), Math=libsbml.parseL3Formula(" * ".join(["vessel", *factors])))


def _set(element: Any, **values: object) -> None:
    for name, value in values.items():
        if getattr(element, f"set{name}")(value) != 0:
            raise CheckFailed(f"libSBML refuses {name} = {value!r}")
