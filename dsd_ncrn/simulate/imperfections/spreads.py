"""Imperfections that are factors (of stocks, gates, the volume), or one number of a realisation or of its handling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import exp, log1p, sqrt
from typing import Any

import numpy as np
from numpy.random import Generator

from dsd_ncrn.arrays import Floats, Ints, one_by_one
from dsd_ncrn.dsd.structure import Complex, Domain, Strand, strand_length
from dsd_ncrn.kinetics.network import Step, StepKind, Toehold
from dsd_ncrn.kinetics.rates import three_step
from dsd_ncrn.simulate.imperfections.realisation import Mixture, Realisation

NO_GATE = -1
LONG_NT = 60
"""Strands from this length on are truncated in part: each coupling of a synthesis fails in 0.5 to 1 %."""


class Pipetting:
    """Every stock has a concentration of its own, off by a factor that stays for the whole training.

    A lognormal factor for every component, of mean 1 and with the magnitude as its coefficient of variation. Errors of
    single additions, which differ from one to the next, are not modelled: over a training they average out.
    """

    name = "pipetting"
    largest = 0.1

    def apply(self, before: Realisation, mixture: Mixture, magnitude: float, random: Generator) -> Realisation:
        """See Imperfection."""
        variance = log1p(magnitude**2)
        factors = one_by_one(exp, sqrt(variance) * random.standard_normal(len(before.doses)) - variance / 2)
        return replace(before, doses=before.doses * factors)


class Inactive:
    """Some of every stock never reacts (synthesis errors, wrong folding, bad annealing).

    A fraction of every component, uniform between 0 and twice the magnitude, which is so the median. Chen et al. 2013
    (Nat. Nanotechnol. 8:755) fit a median of 12 % and allow 0 to 30 %. What is inactive is taken to be gone: it neither
    reacts nor blocks, and a top-up brings the active part back to what it was.
    """

    name = "inactive"
    largest = 0.15

    def apply(self, before: Realisation, mixture: Mixture, magnitude: float, random: Generator) -> Realisation:
        """See Imperfection."""
        return replace(before, doses=before.doses * (1.0 - random.uniform(0.0, 2 * magnitude, len(before.doses))))


class RateSpread:
    """Gates of equal toeholds react at different rates.

    A lognormal factor of median 1 for the reactions of every gate, forward and backward; the magnitude is the deviation of
    its logarithm. Fits of Chen et al. 2013 (Nat. Nanotechnol. 8:755) spread over two orders of magnitude between steps;
    sequences are not known here. Where a system has variants of its gates, the factor nearest to 1 of as many is taken.
    """

    name = "rate_spread"
    largest = 0.5

    def apply(self, before: Realisation, mixture: Mixture, magnitude: float, random: Generator) -> Realisation:
        """See Imperfection."""
        return replace(before, rates=before.rates * spread(mixture, magnitude, False, random))


class LeakSpread:
    """Gates leak at different rates, and one bad gate can spoil what a uniform rate would leave alone.

    A lognormal factor of median 1 for the leaks of every gate; the magnitude is the deviation of its logarithm.
    """

    name = "leak_spread"
    largest = 1.0

    def apply(self, before: Realisation, mixture: Mixture, magnitude: float, random: Generator) -> Realisation:
        """See Imperfection."""
        return replace(before, rates=before.rates * spread(mixture, magnitude, True, random))


class Dilution:
    """What an iteration adds takes volume: the magnitude is by how much of itself it grows in each. No chance is involved.

    What is not topped up, as the parameters, is forgotten by the same share in every iteration.
    """

    name = "dilution"
    largest = None

    def apply(self, before: Realisation, mixture: Mixture, magnitude: float, random: Generator) -> Realisation:
        """See Imperfection."""
        return replace(before, growth=magnitude)


class Truncated:
    """Long oligonucleotides are not all full-length, and a gate with a truncated strand does not do its work.

    The magnitude is the share of strands of ``LONG_NT`` and more that is truncated. Components that contain one are fewer by
    it, since what is truncated is taken to be gone. No chance is involved.
    """

    name = "truncated"
    largest = None

    def apply(self, before: Realisation, mixture: Mixture, magnitude: float, random: Generator) -> Realisation:
        """See Imperfection."""
        longest = [max(map(strand_length, component.complex.strands)) for component in mixture.system.components]
        whole = np.where(np.array(longest) >= LONG_NT, 1.0 - magnitude, 1.0)
        return replace(before, doses=before.doses * whole)


class ToeholdSpread:
    """Toeholds of equal length hold differently well, by their sequence.

    A lognormal factor of median 1 on how fast each toehold of the design opens, wherever it is; the magnitude is the deviation
    of its logarithm. Displacements follow by the three-step model of the rates, equilibria and what rests likewise.
    """

    name = "toehold_spread"
    largest = None

    def apply(self, before: Realisation, mixture: Mixture, magnitude: float, random: Generator) -> Realisation:
        """See Imperfection."""
        steps, rates = mixture.network.steps, mixture.network.rates
        held_by = [[held.domains for held in step.toeholds if held is not None] or _let_go(mixture, step) for step in steps]
        words = sorted({word for held in held_by for word in held}, key=str)
        opens = dict(zip(words, one_by_one(exp, magnitude * random.standard_normal(len(words)))))

        def share(bound: Toehold, released: Toehold | None, spread: bool) -> float:
            held = [
                rates.unbinding(strand_length(each.domains)) / rates.migration() * (opens[each.domains] if spread else 1.0)
                for each in (bound, released)
                if each is not None
            ]
            return three_step(*held)

        def factor(step: Step, held: Sequence[Strand]) -> float:
            bound, released = step.toeholds
            if step.kind == StepKind.DISPLACEMENT and bound is not None:
                return share(bound, released, True) / share(bound, released, False)
            return opens[held[-1]] if step.kind == StepKind.UNBINDING and held else 1.0

        return replace(before, rates=before.rates * np.array(list(map(factor, steps, held_by))), opens=opens)


def _let_go(mixture: Mixture, step: Step) -> list[Strand]:
    """The toehold that opens in a step of the finite semantics, if one does: what its complex has paired, and its parts not."""
    if step.kind != StepKind.UNBINDING:
        return []
    whole, *parts = (Counter(_paired(mixture.network.complexes[each])) for each in (*step.reactants, *step.products))
    for each in parts:
        whole.subtract(each)
    return [tuple(domain for domain, times in whole.items() if times)]


def _paired(complex_: Complex) -> list[Domain]:
    pairs = zip(complex_.domains, complex_.pairing, strict=True)
    return [domain for domain, partner in pairs if partner is not None and not domain.starred]


class BeadSlowdown:
    """Gates on beads react and leak more slowly: the magnitude is by how many times longer than in solution it takes."""

    name = "bead_slowdown"
    largest = None

    def apply(self, before: Realisation, mixture: Mixture, magnitude: float, random: Generator) -> Realisation:
        """See Imperfection."""
        tagged = np.append(mixture.on_beads, False)
        return replace(before, rates=np.where(tagged[gate_of_steps(mixture)], before.rates / (1.0 + magnitude), before.rates))


def gate_of_steps(mixture: Mixture) -> Ints:
    """The component whose bottom strand takes a step, in whatever state, shape (steps,); -1 for none."""
    owners = {
        strand: number
        for number, component in enumerate(mixture.system.components)
        for strand in component.complex.strands
        if not component.complex.is_strand and strand[0].starred
    }

    def owner(step: Step) -> int:
        strands = (strand for index in step.reactants for strand in mixture.network.complexes[index].strands)
        return next((owners[strand] for strand in strands if strand in owners), NO_GATE)

    return np.array([owner(step) for step in mixture.network.steps], dtype=np.int64)


def spread(mixture: Mixture, deviation: float, leaks: bool, random: Generator) -> Floats:
    """Factors of the steps, (steps,): one lognormal draw of median 1 for each gate, on its leaks or on all else.

    Steps of one gate share their factor, there and back, so that no equilibrium shifts. Of variants that is used whose rate is
    nearest to the usual one; their leaks, which are not looked at, are drawn for that one alone.
    """
    drawn = random.standard_normal((1 if leaks else mixture.system.variants, len(mixture.system.components)))
    factors = one_by_one(exp, deviation * np.take_along_axis(drawn, np.abs(drawn).argmin(axis=0)[None], axis=0)[0])
    gates = gate_of_steps(mixture)
    wanted = np.array([(step.kind == StepKind.LEAK) == leaks for step in mixture.network.steps], dtype=bool)
    return np.where(wanted & (gates != NO_GATE), factors[gates], 1.0)


class Resting:
    """Strands rest on open toeholds: the magnitude is a dissociation constant, nM. No chance is involved."""

    largest = None

    def __init__(self, name: str, field: str) -> None:
        self.name, self.field = name, field

    def apply(self, before: Realisation, mixture: Mixture, magnitude: float, random: Generator) -> Realisation:
        """See Imperfection."""
        changes: dict[str, Any] = {self.field: magnitude}
        return replace(before, **changes)


class Handled:
    """The field of this name in the handling; its chance is that of the tube."""

    largest = None

    def __init__(self, name: str) -> None:
        self.name = name

    def apply(self, before: Realisation, mixture: Mixture, magnitude: float, random: Generator) -> Realisation:
        """See Imperfection."""
        changes: dict[str, Any] = {self.name: magnitude}
        return replace(before, handling=replace(before.handling, **changes))


OCCLUSION, CROSS_BINDING = Resting("occlusion", "resting"), Resting("cross_binding", "cross")
ADDITION = Handled("addition")
STRAND_STOCK, COMPLEX_STOCK, CARRIED = Handled("strand_stock"), Handled("complex_stock"), Handled("carried")
PULL, MISSED, NEVER, LOST = Handled("pull"), Handled("missed"), Handled("never"), Handled("lost")
EVAPORATION, CALIBRATION, LOADING = Handled("evaporation"), Handled("calibration"), Handled("loading")
