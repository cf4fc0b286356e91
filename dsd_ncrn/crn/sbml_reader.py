"""Reaction networks from SBML of any level, as far as they are mass action.

Every kinetic law is multiplied out to a polynomial of the concentrations. A term k [A] [B] becomes a reaction of A and B that
makes of them what the reaction makes of its reactants, a term that is taken off the way back; what neither is in a term nor
follows from one is no mass action, and is refused. Concentrations become nM and times s where the file has units.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from dsd_ncrn.crn.types import SPECIES, Crn, Injection, Origin, Reaction
from dsd_ncrn.design.files import read_text
from dsd_ncrn.errors import InputError
from dsd_ncrn.units import AVOGADRO

MOST_FACTORS = 20
"""Of a term, as molecules of one species in the text form."""
_CONVERSIONS = ("expandFunctionDefinitions", "promoteLocalParameters", "expandInitialAssignments")
Polynomial = dict[tuple[str, ...], float]
"""A sum: the factors of each term, sorted, with its coefficient."""


def read_sbml(path: str | Path) -> Crn:
    """The network of an SBML file, named as the file. Raises InputError for what is no mass action in one volume.

    Species that do not change, or are at the boundary, are given back by every reaction, as ``@constant`` ones of the text.
    """
    import libsbml

    document: Any = libsbml.readSBMLFromString(read_text(path))
    for conversion in _CONVERSIONS:
        properties = libsbml.ConversionProperties()
        properties.addOption(conversion, True)
        document.convert(properties)
    for number in range(document.getNumErrors()):
        error = document.getError(number)
        if error.getSeverity() >= libsbml.LIBSBML_SEV_ERROR:
            raise InputError(" ".join(error.getMessage().split()), file=str(path), line=error.getLine() or None)
    model = document.getModel()
    if model is None:
        raise InputError("the file has no model", file=str(path))
    return _Reader(str(path), model).network(Path(path).stem)


@dataclass
class _Reader:
    file: str
    model: Any
    names: dict[str, str] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    amounts: set[str] = field(default_factory=set)
    volume: float = 1.0

    def fail(self, element: Any, rule: str, value: object = None, remedy: str = "") -> NoReturn:
        """Raise InputError for an element of the file."""
        raise InputError(rule, value, remedy, self.file, element.getLine() or None)

    def network(self, name: str) -> Crn:
        """The network; what of the model it cannot say is refused."""
        model = self.model
        species = list(model.getListOfSpecies())
        for rule in model.getListOfRules():
            self.fail(rule, "a network of mass action has no rules", rule.getVariable() or rule.getElementName())
        vessels = {each.getCompartment() for each in species}
        volumes = {c.getSize() if c.isSetSize() else 1.0 for c in model.getListOfCompartments() if c.getId() in vessels}
        if len(volumes) > 1 or not all(0 < volume < math.inf for volume in volumes):
            self.fail(model, "all species are in one volume, or in equal ones", sorted(volumes))
        self.volume = next(iter(volumes), 1.0)
        given = [each.getName() for each in species]
        usable = len(set(given)) == len(given) and all(SPECIES.fullmatch(each) for each in given)
        self.names = {each.getId(): each.getName() if usable else each.getId() for each in species}
        self.kept = {self.names[each.getId()] for each in species if each.getConstant() or each.getBoundaryCondition()}
        self.amounts = {each.getId() for each in species if each.getHasOnlySubstanceUnits()}
        unit, second = self.concentration_unit(species), self.time_unit()
        initial = {self.names[each.getId()]: self.initial(each) * unit for each in species}
        reactions = tuple(self.reactions(unit, second))
        if not reactions:
            self.fail(model, "the model has no reaction that happens")
        injections = tuple(self.injections(unit, second))
        start = {name: value for name, value in initial.items() if value}
        return Crn(name, tuple(self.names.values()), reactions, initial=start, injections=injections)

    def initial(self, species: Any) -> float:
        """The concentration at the start, in the model's unit; 0 where there is none."""
        value = species.getInitialConcentration() if species.isSetInitialConcentration() else math.nan
        if species.isSetInitialAmount():
            value = species.getInitialAmount() / self.volume
        value = 0.0 if math.isnan(value) else value
        if not 0 <= value < math.inf:
            self.fail(species, "an initial concentration is finite and not negative", value)
        return value

    def reactions(self, unit: float, second: float) -> Iterator[Reaction]:
        """A reaction for each term of each kinetic law; ``unit`` in nM and ``second`` in s are the model's units."""
        for reaction in self.model.getListOfReactions():
            law = reaction.getKineticLaw()
            if law is None or law.getMath() is None:
                self.fail(reaction, "a reaction has a kinetic law", reaction.getId())
            change = Counter[str]()
            for sign, side in ((-1, reaction.getListOfReactants()), (1, reaction.getListOfProducts())):
                for each in side:
                    count = each.getStoichiometry()
                    if each.isSetStoichiometryMath() or not 0 < count <= MOST_FACTORS or count != int(count):
                        self.fail(each, f"a stoichiometric coefficient is a whole number up to {MOST_FACTORS}", count)
                    change[self.names[each.getSpecies()]] += sign * int(count)
            entered = [self.names[each.getSpecies()] for each in reaction.getListOfReactants()]
            for factors, coefficient in self.polynomial(law.getMath()).items():
                if not math.isfinite(coefficient):
                    self.fail(law, "a rate constant is a finite number", coefficient)
                left = sorted(factors, key=lambda name: (name not in entered, entered.index(name) if name in entered else 0))
                right = self.made(left, change, 1 if coefficient > 0 else -1)
                if right is None:
                    formula = reaction.getKineticLaw().getFormula()
                    remedy = "What a reaction uses up is a factor of each term of its rate."
                    self.fail(reaction, f"the rate of {reaction.getId()} is no mass action", formula, remedy)
                rate = abs(coefficient) / self.volume * unit ** (1 - len(left)) / second
                yield Reaction(tuple(left), right, rate, origin=Origin(reaction.getId()))

    def made(self, left: list[str], change: Mapping[str, int], sign: int) -> tuple[str, ...] | None:
        """What a term makes of its factors; None where it would take what it does not have."""
        right = Counter(left)
        for name, count in change.items():
            if name not in self.kept:
                right[name] += sign * count
        return None if min(right.values(), default=0) < 0 else tuple(right.elements())

    def polynomial(self, node: Any) -> Polynomial:
        """A formula multiplied out, its species as concentrations and everything else as numbers."""
        import libsbml

        kind, children = node.getType(), [node.getChild(number) for number in range(node.getNumChildren())]
        if kind == libsbml.AST_NAME and node.getName() in self.names:
            return {(self.names[node.getName()],): self.volume if node.getName() in self.amounts else 1.0}
        if not self.has_species(node):
            value = libsbml.SBMLTransforms.evaluateASTNode(node, self.model)
            return {(): value} if value else {}
        parts = [self.polynomial(child) for child in children]
        if kind == libsbml.AST_PLUS:
            return _sum(parts)
        if kind == libsbml.AST_MINUS:
            return _sum([*parts[:-1], _product([parts[-1], {(): -1.0}])])
        if kind == libsbml.AST_TIMES:
            return self.limited(node, _product(parts))
        if kind == libsbml.AST_DIVIDE and set(parts[1]) == {()}:
            return _product([parts[0], {(): 1.0 / parts[1][()]}])
        if kind in (libsbml.AST_POWER, libsbml.AST_FUNCTION_POWER) and set(parts[1]) <= {()}:
            power = parts[1].get((), 0.0)
            if power == int(power) and 0 <= power <= MOST_FACTORS:
                return self.limited(node, _product([parts[0]] * int(power)))
        rule = "a rate of mass action is made of sums, products and whole powers"
        return self.fail(self.model, rule, libsbml.formulaToL3String(node))

    def limited(self, node: Any, found: Polynomial) -> Polynomial:
        """A product, unless it has more factors than a reaction can have molecules."""
        if max(map(len, found), default=0) > MOST_FACTORS:
            self.fail(self.model, f"a rate has up to {MOST_FACTORS} factors")
        return found

    def has_species(self, node: Any) -> bool:
        """Whether a formula depends on a species, or on the time, which no mass action does."""
        import libsbml

        if node.getType() == libsbml.AST_NAME_TIME:
            self.fail(self.model, "a rate of mass action does not depend on the time")
        return node.getName() in self.names or any(self.has_species(node.getChild(n)) for n in range(node.getNumChildren()))

    def injections(self, unit: float, second: float) -> Iterator[Injection]:
        """Events that add to species at a time, as additions; all others are refused."""
        import libsbml

        for event in self.model.getListOfEvents():
            trigger = event.getTrigger() and event.getTrigger().getMath()
            time = math.nan
            if (
                trigger
                and trigger.getType() in (libsbml.AST_RELATIONAL_GEQ, libsbml.AST_RELATIONAL_GT)
                and not event.isSetDelay()
            ):
                clock, limit = trigger.getChild(0), trigger.getChild(1)
                if clock.getType() == libsbml.AST_NAME_TIME and not self.has_species(limit):
                    time = libsbml.SBMLTransforms.evaluateASTNode(limit, self.model)
            for each in event.getListOfEventAssignments():
                name = self.names.get(each.getVariable())
                value = self.polynomial(each.getMath()) if name is not None else {}
                added = value.pop((), 0.0)
                if name is None or set(value) != {(name,)} or not 0 <= added < math.inf or not 0 <= time < math.inf:
                    remedy = "It may add to a species: A = A + 3 when time >= 100."
                    self.fail(event, "an event adds to a species at a time", event.getId() or event.getName(), remedy)
                yield Injection(time * second, name, added * unit)

    def concentration_unit(self, species: list[Any]) -> float:
        """The model's unit of concentration in nM; 1 where it has none."""
        factors = {self.factor(each) for each in species} or {1.0}
        if len(factors) > 1:
            self.fail(self.model, "all species have one unit", sorted(factors))
        return factors.pop()

    def factor(self, species: Any) -> float:
        """A species' unit of concentration in nM."""
        found = species.getDerivedUnitDefinition()
        scale, powers = _si(found)
        if species.getHasOnlySubstanceUnits() and powers in ({"mole": 1}, {"item": 1}):
            litre, size = _si(self.model.getCompartment(species.getCompartment()).getDerivedUnitDefinition())
            scale, powers = scale / litre, powers | {kind: -power for kind, power in size.items()}
        nM = {"mole": 1e6, "item": 1e6 / AVOGADRO}  # of 1 per cubic metre
        substance = next((kind for kind in nM if powers == {kind: 1, "metre": -3}), None)
        return scale * nM[substance] if substance else 1.0

    def time_unit(self) -> float:
        """The model's unit of time in s; 1 where it has none."""
        name = self.model.getTimeUnits() if self.model.getLevel() > 2 else "time"
        definition = self.model.getUnitDefinition(name)
        scale, powers = _si(definition) if definition is not None else (1.0, {})
        return scale if powers == {"second": 1} else 1.0


def _si(definition: Any) -> tuple[float, dict[str, int]]:
    """A unit as a multiple of base units of the SI and their powers."""
    import libsbml

    scale, powers = 1.0, dict[str, int]()
    converted = libsbml.UnitDefinition.convertToSI(definition)  # to be kept: its list does not outlive it
    for unit in converted.getListOfUnits():
        scale *= (unit.getMultiplier() * 10.0 ** unit.getScale()) ** unit.getExponent()
        kind = libsbml.UnitKind_toString(unit.getKind())
        if kind != "dimensionless":
            powers[kind] = powers.get(kind, 0) + unit.getExponent()
    return scale, {kind: power for kind, power in powers.items() if power}


def _sum(parts: list[Polynomial]) -> Polynomial:
    found: Polynomial = {}
    for part in parts:
        for factors, coefficient in part.items():
            found[factors] = found.get(factors, 0.0) + coefficient
    return {factors: coefficient for factors, coefficient in found.items() if coefficient}


def _product(parts: list[Polynomial]) -> Polynomial:
    found: Polynomial = {(): 1.0}
    for part in parts:
        terms = [{tuple(sorted((*a, *b))): x * y} for a, x in found.items() for b, y in part.items()]
        found = _sum(terms)
    return found
