"""Reaction networks as SBML Level 3 Version 1, written and checked by libSBML.

The clock of a Neural CRN becomes a parameter for each phase, 0 or 1, that multiplies the rates of its reactions;
events switch them, so that a simulation of the file runs through one iteration and then stands still.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from dsd_ncrn.crn.exchange import (
    CONCENTRATION,
    NANOMOLE,
    SUBSTANCE,
    Named,
    Unit,
    additions,
    first_phase,
    is_dimensionless,
    named,
    rate_unit,
    remark,
    start_of,
    switches,
    units_of,
)
from dsd_ncrn.crn.rate_law import MEANINGS
from dsd_ncrn.crn.types import Crn
from dsd_ncrn.errors import CheckFailed

if TYPE_CHECKING:
    from libsbml import ASTNode, Model, SBase

LEVEL, VERSION = 3, 1
_SET = 0


def sbml_of(crn: Crn) -> str:
    """The network as an SBML document; its rates are k times the product of concentrations, written out.

    A network without phases is in nM and s, one with phases is dimensionless. Raises CheckFailed with libSBML's
    messages if its consistency check, that of units included, has anything to say.
    """
    import libsbml

    document = libsbml.SBMLDocument(LEVEL, VERSION)
    _fill(document.createModel(), named(crn))
    text = libsbml.writeSBMLToString(document)
    problems = sbml_problems(text)
    if problems:
        raise CheckFailed(f"libSBML's check of {crn.name}: {' '.join(problems)}")
    return text


def sbml_problems(text: str) -> tuple[str, ...]:
    """What libSBML's consistency check says of a document: errors and warnings, one text each."""
    import libsbml

    document = libsbml.readSBMLFromString(text)
    document.checkConsistency()
    errors = (document.getError(number) for number in range(document.getNumErrors()))
    return tuple(" ".join(error.getMessage().split()) for error in errors)


def _fill(model: Model, names: Named) -> None:
    dimensionless = is_dimensionless(names.crn)
    unit = "dimensionless"
    _set(model, Id=names.model, Name=_printable(names.crn.name), Notes=_notes(_conventions(names.crn)))
    if dimensionless:
        _set(model, SubstanceUnits=unit, ExtentUnits=unit, TimeUnits=unit, VolumeUnits=unit)
    else:
        _set(model, SubstanceUnits=SUBSTANCE, ExtentUnits=SUBSTANCE, TimeUnits="second", VolumeUnits="litre")
        for name, factors in {SUBSTANCE: NANOMOLE, **units_of(names.crn)}.items():
            _unit(model, name, factors)
    vessel = {"Id": names.vessel, "SpatialDimensions": 3, "Size": 1.0, "Constant": True}
    _set(model.createCompartment(), **vessel, Units=unit if dimensionless else "litre")
    _species(model, names, unit if dimensionless else SUBSTANCE)
    for number in range(len(names.reactions)):
        _reaction(model, names, number)
    _clock(model, names)


def _conventions(crn: Crn) -> str:
    if is_dimensionless(crn):
        phases = ", ".join(phase.name for phase in crn.phases)
        return f"{MEANINGS['product']}; dimensionless concentrations and times; one iteration: {phases}"
    return f"{MEANINGS['product']}; concentrations in nM, times in s"


def _unit(model: Model, name: str, factors: Unit) -> None:
    definition = model.createUnitDefinition()
    _set(definition, Id=name)
    for kind, scale, exponent in factors:
        _set(definition.createUnit(), Kind=_kind(kind), Scale=scale, Exponent=exponent, Multiplier=1.0)


def _kind(name: str) -> int:
    import libsbml

    return libsbml.UnitKind_forName(name)


def _species(model: Model, names: Named, substance: str) -> None:
    fixed = {"HasOnlySubstanceUnits": False, "BoundaryCondition": False, "Constant": False}
    start = start_of(names)
    for name, identifier in names.species.items():
        value = start[identifier]
        place = {"Compartment": names.vessel, "SubstanceUnits": substance}
        species = model.createSpecies()
        _set(species, Id=identifier, Name=_printable(name), InitialConcentration=value, **place, **fixed)


def _reaction(model: Model, names: Named, number: int) -> None:
    source = names.crn.reactions[number]
    unit = "dimensionless" if is_dimensionless(names.crn) else rate_unit(len(source.reactants))
    _parameter(model, names.rates[number], source.rate, unit, constant=True)
    reaction = model.createReaction()
    _set(reaction, Id=names.reactions[number], Name=_printable(source.origin.reaction), Reversible=False, Fast=False)
    if remark(source):
        _set(reaction, Notes=_notes(remark(source)))
    for create, side in ((reaction.createReactant, source.reactants), (reaction.createProduct, source.products)):
        for name, count in Counter(side).items():
            _set(create(), Species=names.species[name], Stoichiometry=float(count), Constant=True)
    factors = [_name(factor) for factor in names.factors(number)]
    clocks = [_name(clock) for clock in names.clocks_of(source)]
    gate = [_joined("PLUS", clocks)] if clocks else []
    _set(reaction.createKineticLaw(), Math=_joined("TIMES", [*factors[:2], *gate, *factors[2:]]))


def _parameter(model: Model, identifier: str, value: float, unit: str, constant: bool) -> None:
    _set(model.createParameter(), Id=identifier, Value=value, Units=unit, Constant=constant)


def _clock(model: Model, names: Named) -> None:
    start = first_phase(names.crn)
    for phase, identifier in names.clocks.items():
        _parameter(model, identifier, float(phase == start), "dimensionless", constant=False)
    for switch in switches(names.crn):
        ends = ((switch.ends, 0.0), (switch.starts, 1.0))
        changes = {names.clocks[phase]: _number(value) for phase, value in ends if phase is not None}
        _event(model, f"{switch.ends} ends", _number(switch.time), changes)
    unit = {} if is_dimensionless(names.crn) else {"Units": CONCENTRATION}
    for time, added in additions(names).items():
        sums = {name: _joined("PLUS", [_name(name), _number(amount, **unit)]) for name, amount in added.items()}
        _event(model, "addition", _number(time, **({"Units": "second"} if unit else {})), sums)


def _event(model: Model, name: str, time: ASTNode, changes: Mapping[str, ASTNode]) -> None:
    event = model.createEvent()
    _set(event, Name=name, UseValuesFromTriggerTime=True)
    condition = _joined("RELATIONAL_GEQ", [_node("NAME_TIME", Name="time"), time])
    _set(event.createTrigger(), InitialValue=True, Persistent=True, Math=condition)
    for variable, value in changes.items():
        _set(event.createEventAssignment(), Variable=variable, Math=value)


def _node(kind: str, **attributes: Any) -> ASTNode:
    import libsbml

    node = libsbml.ASTNode(getattr(libsbml, f"AST_{kind}"))
    _set(node, **attributes)
    return node


def _name(identifier: str) -> ASTNode:
    return _node("NAME", Name=identifier)


def _number(value: float, Units: str = "dimensionless") -> ASTNode:
    """A number with its unit, without which the units of a formula cannot be checked."""
    return _node("REAL", Value=value, Units=Units)


def _joined(kind: str, parts: Sequence[ASTNode]) -> ASTNode:
    """Sum, product or comparison of nodes; a single one as it is."""
    if len(parts) == 1:
        return parts[0]
    node = _node(kind)
    for part in parts:
        node.addChild(part)
    return node


def _set(element: SBase | ASTNode, **attributes: Any) -> None:
    """Set attributes by the names of libSBML's setters, which return a code where they refuse a value."""
    for name, value in attributes.items():
        code = getattr(element, f"set{name}")(value)
        assert code == _SET, f"libSBML refuses {name} = {value!r} ({code})"


def _notes(*paragraphs: str) -> str:
    body = "".join(f"<p>{escape(_printable(text))}</p>" for text in paragraphs)
    return f'<body xmlns="http://www.w3.org/1999/xhtml">{body}</body>'


def _printable(text: str) -> str:
    """The text without what XML cannot hold."""
    return "".join(character if character.isprintable() else "?" for character in text)
