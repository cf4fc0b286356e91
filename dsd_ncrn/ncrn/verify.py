"""Proofs of a compilation in symbols: the mass action of the slow reactions is the differential equation they came from.

Every real variable x stands for Xp - Xm (or X), |z| for Zp + Zm, the clock for 1 and a finite fuel for its full amount.
With these put in, both sides are polynomials with rational coefficients in the concentrations; they are compared term by
term. Conservation laws are the integer vectors that every reaction leaves alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from dsd_ncrn.crn.types import Crn, Reaction
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.ncrn.dynamics import Terms
from dsd_ncrn.ncrn.equations import derive
from dsd_ncrn.ncrn.exact import Polynomial, Symbol, constant, null_space, rational_ring
from dsd_ncrn.ncrn.rails import Variables
from dsd_ncrn.ncrn.roster import BIAS, roster, shape_of
from dsd_ncrn.ncrn.slow import ERROR, READOUT, gradient_scale, readout_equations
from dsd_ncrn.ncrn.types import Variable

TOLERANCE = Fraction(1, 10**12)
"""Rates are floating-point numbers: a product of two coefficients may differ from the exact one by a rounding."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A variable whose change by mass action differs from the algebra, in a stage."""

    stage: str
    variable: str
    difference: str


def mismatches(spec: DesignSpec, dimension: int, outputs: int = 1) -> tuple[Mismatch, ...]:
    """Compare mass action and algebra for every variable that a slow stage changes; empty where all agree.

    Raises what ``compile_design`` raises.
    """
    circuit = spec.circuit
    shape = shape_of(circuit, dimension, outputs)
    dynamics = derive(circuit, shape)
    names = roster(circuit, dynamics, shape)
    crn = compile_design(spec, dimension, outputs).crn
    extra = {variable.symbol: variable for variable in (*names.errors, *names.gradients)}
    algebra = Algebra(crn, {**names.variables, **extra}, circuit.zb_cap or 1.0)
    adjoint = {names.variables[symbol].symbol: terms for symbol, terms in dynamics.adjoint.items()}
    gradient = {item.symbol: dynamics.gradient.get(of.symbol, ()) for item, of in zip(names.gradients, names.parameters)}
    scales = {g.symbol: gradient_scale(circuit, p) for g, p in zip(names.gradients, names.parameters)}
    slow = [reaction for reaction in crn.reactions if not reaction.fast]
    stages: list[tuple[str, str, Iterable[Variable], Mapping[Symbol, Terms]]] = [
        ("N1", "C1", names.z, dynamics.forward),
        ("N3", "C2", (*names.zb, *names.adjoints, *names.gradients), {**dynamics.backward, **adjoint, **gradient}),
        *(("readout", phase, *readout_equations(names, phase)) for phase in (READOUT, ERROR) if names.weights),
    ]
    return tuple(
        found
        for stage, phase, variables, equations in stages
        for found in algebra.compare(stage, [r for r in slow if phase in r.phases], variables, equations, scales)
    )


class Algebra:
    """The ring of polynomials in a network's concentrations."""

    def __init__(self, crn: Crn, variables: Variables, cap: float = 1.0) -> None:
        self.ring = rational_ring(crn.species)
        self.species = dict(zip(crn.species, self.ring.gens)) | dict.fromkeys(crn.fuel_species, self.number(cap))
        self.species |= dict.fromkeys({BIAS} & set(crn.species), self.ring.one)
        self.variables = variables

    def number(self, value: float) -> Polynomial:
        """The decimal as written, as an exact rational."""
        return constant(self.ring, value)

    def real(self, variable: Variable, sign: int = -1) -> Polynomial:
        """The number that a variable's species stand for; its size with ``sign`` 1."""
        plus, *minus = (self.species.get(name, self.ring.zero) for name in variable.species)
        amount = plus + sign * sum(minus, self.ring.zero)
        return amount if variable.scale == 1.0 else amount.quo_ground(self.number(variable.scale).coeff(1))

    def rates(self, reactions: Iterable[Reaction]) -> dict[str, Polynomial]:
        """The change of every species by mass action."""
        rates: dict[str, Polynomial] = dict.fromkeys(self.species, self.ring.zero)
        for reaction in reactions:
            flux = prod((self.species[name] for name in reaction.reactants), start=self.number(reaction.rate))
            for name in reaction.reactants:
                rates[name] -= flux
            for name in reaction.products:
                rates[name] += flux
        return rates

    def right_side(self, terms: Terms) -> Polynomial:
        """The algebraic right-hand side."""
        return sum((self._term(term.coefficient, term.factors) for term in terms), self.ring.zero)

    def _term(self, coefficient: float, factors: Iterable[Symbol]) -> Polynomial:
        values = (self.real(self.variables[each.plain], 1 if each.absolute else -1) for each in factors)
        return prod(values, start=self.number(coefficient))

    def compare(
        self,
        stage: str,
        reactions: Iterable[Reaction],
        variables: Iterable[Variable],
        equations: Mapping[Symbol, Terms],
        scales: Mapping[Symbol, float],
    ) -> list[Mismatch]:
        """The variables whose change is not that of their equation."""
        rates = self.rates(reactions)
        found: list[Mismatch] = []
        for variable in variables:
            plus, *minus = (rates.get(name, self.ring.zero) for name in variable.species)
            wanted = self.right_side(equations[variable.symbol]) * self.number(scales.get(variable.symbol, 1.0))
            difference = plus - sum(minus, self.ring.zero) - wanted
            if any(abs(value) > TOLERANCE for value in difference.coeffs()):
                found.append(Mismatch(stage, variable.name, str(difference)))
        return found


@dataclass(frozen=True, slots=True)
class Conservation:
    """An amount that nothing changes: the weighted sum of some species, in a phase or (empty) in all of them."""

    phase: str
    weights: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        parts = [
            f"{'-' if weight < 0 else '+'} {'' if abs(weight) == 1 else f'{abs(weight)} '}{name}"
            for name, weight in self.weights
        ]
        text = " ".join(parts).removeprefix("+ ")
        return f"{text} is constant" + (f" in {self.phase}" if self.phase else "")


def conservation_laws(crn: Crn) -> tuple[Conservation, ...]:
    """A basis of the conserved sums of the whole network, then of each of its phases among what reacts there.

    The left null space of the stoichiometric matrix, over the integers (Schuster and Höfer 1991).
    """
    found = [Conservation("", weights) for weights in _null_space(crn.species, crn.reactions)]
    for phase in crn.phases:
        running = [reaction for reaction in crn.reactions if not reaction.phases or phase.name in reaction.phases]
        reacting = {name for reaction in running for name in (*reaction.reactants, *reaction.products)}
        there = [name for name in crn.species if name in reacting]
        found += [Conservation(phase.name, weights) for weights in _null_space(there, running)]
    return tuple(found)


def _null_space(species: Sequence[str], reactions: Iterable[Reaction]) -> list[tuple[tuple[str, int], ...]]:
    rows = {tuple(r.products.count(name) - r.reactants.count(name) for name in species) for r in reactions}
    if not rows:
        return []
    return [_whole(dict(zip(species, vector))) for vector in null_space(sorted(rows))]


def _whole(vector: Mapping[str, Fraction]) -> tuple[tuple[str, int], ...]:
    """The entries that are not zero, as the smallest whole numbers; the first is positive."""
    from math import gcd, lcm

    entries = {name: Fraction(int(value.numerator), int(value.denominator)) for name, value in vector.items() if value}
    scale = lcm(*(value.denominator for value in entries.values()))
    numbers = {name: int(value * scale) for name, value in entries.items()}
    common = gcd(*numbers.values()) * (1 if next(iter(numbers.values())) > 0 else -1)
    return tuple((name, number // common) for name, number in numbers.items())
