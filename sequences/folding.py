"""Whether complexes take their target structures, by partition functions of all their strands together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.dsd.structure import Complex
from dsd_ncrn.dsd.system import DsdSystem
from sequences.assignment import SequenceAssignment
from sequences.thermo import Energies


@dataclass(frozen=True, slots=True)
class TargetCheck:
    """How one component holds its target structure.

    ``probability`` is that of exactly the target, ``defect`` the mean share of nucleotides in another state (0 to 1), both
    in the ensemble of the connected complex: that the strands have met is taken for granted.
    """

    component: str
    length: int
    probability: float
    defect: float


def target_checks(
    system: DsdSystem,
    assignment: SequenceAssignment,
    rules: SequenceRules,
    temperature: float,
    names: Iterable[str] | None = None,
) -> tuple[TargetCheck, ...]:
    """Target structures of the named components, or of every different complex of more than one strand.

    Costs about 10 ms for a gate of 100 nt, growing with the cube of the length. ``temperature`` in degrees Celsius.
    """
    energies = Energies.under(rules, temperature)
    chosen = set(names) if names is not None else _first_of_each_complex(system)
    return tuple(
        _check(component.name, component.complex, assignment, energies)
        for component in system.components
        if component.name in chosen
    )


def dot_parens(complex_: Complex) -> list[str]:
    """The pairing of a complex base by base: one string of dots and parentheses for each strand."""
    marks = [
        ("." if partner is None else "(" if partner > index else ")") * complex_.domains[index].length
        for index, partner in enumerate(complex_.pairing)
    ]
    texts, start = [], 0
    for strand in complex_.strands:
        texts.append("".join(marks[start : start + len(strand)]))
        start += len(strand)
    return texts


def _first_of_each_complex(system: DsdSystem) -> set[str]:
    names: dict[Complex, str] = {}
    for component in system.components:
        if len(component.complex.strands) > 1:
            names.setdefault(component.complex, component.name)
    return set(names.values())


def _check(name: str, complex_: Complex, assignment: SequenceAssignment, energies: Energies) -> TargetCheck:
    words = [assignment.spell(strand) for strand in complex_.strands]
    target = energies.target(words, dot_parens(complex_))
    return TargetCheck(name, sum(map(len, words)), target.probability, target.defect)
