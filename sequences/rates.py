"""Rates of strand-level steps from the sequences of their toeholds.

The three-step model of Zhang & Winfree, J. Am. Chem. Soc. 131:17303 (2009): a toehold binds with k_f, branch migration over
a domain of b nt runs with k_b = 400 / b^2 per second, and a toehold of energy G opens with k_r = k_f (2 / b) exp(G / RT). Its
energy is that of its stacks, of the one on the branch beside it, and of starting a helix.

``SequenceRates`` takes the rates measured for the paper's own toeholds and multiplies them by what the model says of the
difference between a designed toehold and the paper's of the same length: the paper's toeholds come out as measured, and all
that differs from them is due to sequence and temperature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import exp

from dsd_ncrn.dsd.structure import Domain
from dsd_ncrn.kinetics.network import ReactionNetwork, Step, StepKind, Toehold
from dsd_ncrn.kinetics.rates import ASSOCIATION_PER_M_S
from dsd_ncrn.units import ZERO_CELSIUS_K
from sequences.assignment import SequenceAssignment
from sequences.bench import INITIATION, stack_energies
from sequences.thermo import GAS_CONSTANT
from sequences.words import BASES

BRANCH = "CCCTCATTCAATACCCTACG"
"""The paper's branch domain."""
TOEHOLD = "TCTCCATGTCACTTC"
"""The paper's toehold, which follows the branch on the invader; the first n nucleotides of it are one of n."""
MEASURED_AT = 25.0
"""Degrees Celsius."""


def toehold_energy(word: str, temperature: float) -> float:
    """Binding energy (kcal/mol) of a toehold given with the bases beside it that it stacks on.

    SantaLucia and Hicks (2004), 1 M salt, which 12.5 mM of magnesium is close to.
    """
    stacks = stack_energies(temperature)
    return INITIATION + float(sum(stacks[BASES.index(here), BASES.index(after)] for here, after in pairwise(word)))


def dissociation(energy: float, temperature: float, branch_nt: int = len(BRANCH)) -> float:
    """Rate (/s) with which a toehold of an energy (kcal/mol) opens beside a branch."""
    thermal = GAS_CONSTANT * (temperature + ZERO_CELSIUS_K)
    return ASSOCIATION_PER_M_S * (2 / branch_nt) * exp(energy / thermal)


def three_step(binding: float, release: float | None = None, branch_nt: int = len(BRANCH)) -> float:
    """Rate (/M/s) of a displacement from the rates (/s) with which the bound and the released toehold open.

    Without a released toehold the incumbent comes off as soon as the branch is displaced.
    """
    migration = 400 / branch_nt**2
    if release is None:
        return ASSOCIATION_PER_M_S * migration / (binding + migration)
    return ASSOCIATION_PER_M_S * migration * release / (binding * release + migration * (binding + release))


@dataclass(frozen=True)
class SequenceRates:
    """Rates of the steps of a circuit whose domains have sequences, at a temperature (degrees Celsius)."""

    assignment: SequenceAssignment
    temperature: float

    def network(self, network: ReactionNetwork) -> ReactionNetwork:
        """The same species and steps with the rates of the sequences.

        Steps without toeholds (leaks, hybridisations, those of the finite semantics) keep their rates.
        """
        return replace(network, steps=tuple(replace(step, rate=self.rate(step)) for step in network.steps))

    def rate(self, step: Step) -> float:
        """The rate of one step, nM^(1-n)/s."""
        return step.rate * self.factor(step)

    def factor(self, step: Step) -> float:
        """The rate of a step over the one that lengths alone give it."""
        bound, released = step.toeholds
        if step.kind == StepKind.DISPLACEMENT and bound is not None:
            usual = three_step(_published(bound), None if released is None else _published(released))
            return three_step(self.opening(bound), None if released is None else self.opening(released)) / usual
        if step.kind == StepKind.UNBINDING and released is not None:
            return self.opening(released) / _published(released)
        return 1.0

    def opening(self, toehold: Toehold) -> float:
        """The rate (/s) with which a toehold of the circuit opens."""
        return dissociation(self.energy(toehold), self.temperature)

    def energy(self, toehold: Toehold) -> float:
        """The energy (kcal/mol) of a toehold with the branches beside it."""
        return toehold_energy(self.word(toehold), self.temperature)

    def word(self, toehold: Toehold) -> str:
        """The bases of a toehold, with one base of each branch beside it."""
        before, after = (self._bases((domain,)) if _is_branch(domain) else "" for domain in (toehold.before, toehold.after))
        return before[-1:] + self._bases(toehold.domains) + after[:1]

    def _bases(self, domains: Sequence[Domain | None]) -> str:
        return self.assignment.spell(tuple(domain for domain in domains if domain is not None))


def _is_branch(domain: Domain | None) -> bool:
    return domain is not None and not domain.is_toehold


def target_energy(length: int) -> float:
    """The energy (kcal/mol, 25 degrees Celsius) of the paper's toehold of a length (nt)."""
    return toehold_energy(BRANCH[-1] + TOEHOLD[:length], MEASURED_AT)


def _published(toehold: Toehold) -> float:
    return dissociation(target_energy(sum(domain.length for domain in toehold.domains)), MEASURED_AT)
