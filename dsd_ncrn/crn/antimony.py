"""Reaction networks as Antimony text, which Tellurium and the ``antimony`` package turn into SBML.

The clock is written as in the SBML form: a parameter for each phase, 0 or 1, switched by events through one iteration.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dsd_ncrn.crn.exchange import (
    CONCENTRATION,
    NANOMOLE,
    Named,
    Switch,
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

_KEYWORDS = """
    after algebraic and area assignment at compartment const constraint default_compartment delete DNA end event ext
    extent formula function gene geneProduct has import in is length maximize minimize model module not operator or
    reaction species substance substanceOnly time_unit unit var volume
"""
_CONSTANTS = """
    avogadro exponentiale FALSE False false INF Inf inf infinity NAN NaN nan notanumber pi time TRUE True true
"""
_FUNCTIONS = """
    abs acos acosh acot acoth acsc acsch arccos arccosh arccot arccoth arccsc arccsch arcsec arcsech arcsin arcsinh
    arctan arctanh asec asech asin asinh atan atanh ceil ceiling cos cosh cot coth csc csch delay divide eq equals exp
    factorial floor geq gt implies leq ln log log10 lt max min minus neq piecewise plus pow power quotient rateOf rem
    root sec sech sin sinh sqr sqrt tan tanh times xor
"""
_DISTRIBUTIONS = """
    bernoulli binomial cauchy chisquare exponential gamma laplace lognormal normal poisson rayleigh uniform
"""
_BASE_UNITS = "dimensionless item litre mole second"

RESERVED = frozenset(f"{_KEYWORDS} {_CONSTANTS} {_FUNCTIONS} {_DISTRIBUTIONS} {_BASE_UNITS}".split())
"""Words that Antimony keeps for itself, as its parser of version 3.3 was found to refuse them, and units used here."""


def antimony_of(crn: Crn) -> str:
    """The network as one Antimony model; its rates are k times the product of concentrations, written out.

    A network without phases is in nM and s, one with phases is dimensionless. A species with a name that Antimony
    reserves gets underscores at its end, and its name as display name.
    """
    units = {} if is_dimensionless(crn) else units_of(crn)
    names = named(crn, RESERVED | set(units))
    blocks = (_units(crn, units), _initial(names), _reactions(names), _constants(names), _clock(names))
    body = "\n\n".join("\n".join(f"  {line}" for line in block) for block in map(list, blocks) if block)
    return f"// {_one_line(crn.name)}: {MEANINGS['product']}\nmodel *{names.model}()\n{body}\nend\n"


def _units(crn: Crn, rates: dict[str, Unit]) -> Iterator[str]:
    if is_dimensionless(crn):
        base = dict.fromkeys(("substance", "extent", "time_unit", "volume"), "dimensionless")
    else:
        base = {"substance": _factors(NANOMOLE), "extent": _factors(NANOMOLE), "time_unit": "second", "volume": "litre"}
    yield from (f"unit {name} = {value};" for name, value in base.items())
    yield from (f"unit {name} = {_factors(factors)};" for name, factors in rates.items())


def _factors(unit: Unit) -> str:
    """A unit written as a product: (1e-9 mole)^-1 * litre * second^-1."""
    bases = ((f"(1e{scale} {kind})" if scale else kind, exponent) for kind, scale, exponent in unit)
    return " * ".join(base if exponent == 1 else f"{base}^{exponent}" for base, exponent in bases)


def _initial(names: Named) -> Iterator[str]:
    yield f"compartment {names.vessel} = 1;"
    yield f"{names.vessel} has volume;"
    start = start_of(names)
    for name, identifier in names.species.items():
        yield f"species {identifier} in {names.vessel};"
        yield f"{identifier} = {start[identifier]!r};"
        if identifier != name:
            yield f'{identifier} is "{name}";'


def _reactions(names: Named) -> Iterator[str]:
    for number, (identifier, reaction) in enumerate(zip(names.reactions, names.crn.reactions)):
        left, right = (_side(names, side) for side in (reaction.reactants, reaction.products))
        comment = f"  // {_one_line(remark(reaction))}" if remark(reaction) else ""
        yield f"{identifier}: {left} => {right}; {_rate(names, number)};{comment}"


def _side(names: Named, side: Iterable[str]) -> str:
    return " + ".join(names.species[name] for name in side)


def _rate(names: Named, number: int) -> str:
    vessel, constant, *reactants = names.factors(number)
    clocks = names.clocks_of(names.crn.reactions[number])
    gate = [f"({' + '.join(clocks)})" if len(clocks) > 1 else clocks[0]] if clocks else []
    return " * ".join([vessel, constant, *gate, *reactants])


def _constants(names: Named) -> Iterator[str]:
    dimensionless = is_dimensionless(names.crn)
    for identifier, reaction in zip(names.rates, names.crn.reactions):
        unit = "dimensionless" if dimensionless else rate_unit(len(reaction.reactants))
        yield f"{identifier} = {reaction.rate!r}; {identifier} has {unit};"


def _clock(names: Named) -> Iterator[str]:
    start = first_phase(names.crn)
    for phase, identifier in names.clocks.items():
        yield f"var {identifier} = {int(phase == start)}; {identifier} has dimensionless;"
    yield from (_event(names, switch) for switch in switches(names.crn))
    second, unit = ("dimensionless",) * 2 if is_dimensionless(names.crn) else ("second", CONCENTRATION)
    for time, added in additions(names).items():
        changes = ", ".join(f"{name} = {name} + {amount!r} {unit}" for name, amount in added.items())
        yield f"at (time >= {time!r} {second}): {changes};"


def _event(names: Named, switch: Switch) -> str:
    changes = [f"{names.clocks[switch.ends]} = 0 dimensionless"]
    if switch.starts is not None:
        changes.append(f"{names.clocks[switch.starts]} = 1 dimensionless")
    return f"at (time >= {switch.time!r} dimensionless): {', '.join(changes)};"


def _one_line(text: str) -> str:
    return " ".join(text.split())
