"""Judgement of sequences, designed here or elsewhere, by every rule, with the worst interactions and the achieved gap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nsmallest
from itertools import combinations_with_replacement

from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.dsd.structure import Strand, strand_text
from dsd_ncrn.dsd.system import DsdSystem
from sequences.assignment import SequenceAssignment, check_covers
from sequences.layout import Layout
from sequences.rules import RULES
from sequences.rules.base import PAIR, Context, Verdict
from sequences.sites import ToeholdSite, energy_spread, toehold_sites
from sequences.thermo import Energies

__all__ = ["Interaction", "SequenceVerdicts", "ToeholdSite", "Verdict", "judge"]

WORST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Interaction:
    """An unwanted duplex of two domains or strands, energy in kcal/mol."""

    first: str
    second: str
    energy: float


@dataclass(frozen=True)
class SequenceVerdicts:
    """Everything found about the sequences of a circuit. Energies in kcal/mol.

    ``gap`` is the weakest perfect branch duplex less the worst duplex of a branch with a foreign complement, as a
    positive number; published sets reach 4 to 6 (Qian and Winfree 2011, 15 nt). ``toehold_spread_kcal`` is the widest
    difference among sites of the same toehold length.
    """

    verdicts: tuple[Verdict, ...]
    worst_domains: tuple[Interaction, ...]
    worst_strands: tuple[Interaction, ...]
    toehold_sites: tuple[ToeholdSite, ...]
    worst_crosstalk_kcal: float
    worst_structure_kcal: float
    toehold_spread_kcal: float
    weakest_perfect_kcal: float
    gap: float

    @property
    def failed(self) -> tuple[Verdict, ...]:
        """Verdicts that did not pass, hard ones first."""
        return tuple(sorted((each for each in self.verdicts if not each.passed), key=lambda each: not each.hard))

    @property
    def hard_violations(self) -> int:
        """Number of hard verdicts that did not pass."""
        return sum(each.hard for each in self.failed)


def judge(system: DsdSystem, assignment: SequenceAssignment, rules: SequenceRules, temperature: float) -> SequenceVerdicts:
    """Apply every rule at a temperature (degrees Celsius) and in the rules' salt.

    Raises InputError where a domain has no sequence or one of another length.
    """
    check_covers(system, assignment)
    context = Context(Layout.of(system), rules, Energies.under(rules, temperature), assignment.sequences)
    verdicts = tuple(verdict for rule in RULES for verdict in rule.verdicts(context))
    crosstalk = _values(verdicts, "branch_crosstalk")
    weakest = max((context.energies.perfect(word) for _, word in context.branch_words()), default=0.0)
    worst = min(crosstalk, default=0.0)
    sites = toehold_sites(system, assignment, temperature)
    return SequenceVerdicts(
        verdicts=verdicts,
        worst_domains=_worst_domains(verdicts),
        worst_strands=_worst_strands(context),
        toehold_sites=sites,
        worst_crosstalk_kcal=worst,
        worst_structure_kcal=min(_values(verdicts, "strand_structure"), default=0.0),
        toehold_spread_kcal=energy_spread(sites),
        weakest_perfect_kcal=round(weakest, 4),
        gap=round(worst - weakest, 4),
    )


def _values(verdicts: tuple[Verdict, ...], rule: str) -> list[float]:
    return [verdict.value for verdict in verdicts if verdict.rule == rule]


def _worst_domains(verdicts: tuple[Verdict, ...]) -> tuple[Interaction, ...]:
    pairs = [each for each in verdicts if PAIR in each.subject]
    worst = nsmallest(WORST_SHOWN, pairs, key=lambda each: each.value)
    return tuple(Interaction(*_two(each.subject), each.value) for each in worst)


def _two(subject: str) -> tuple[str, str]:
    first, _, second = subject.partition(PAIR)
    return first, second


def _worst_strands(context: Context) -> tuple[Interaction, ...]:
    """Floating strands with each other, and with pieces of gates that are not theirs (their toehold included)."""
    energies = context.energies
    found = [
        Interaction(strand_text(one), strand_text(other), energies.duplex(context.spell(one), context.spell(other)))
        for one, other in combinations_with_replacement(context.layout.tops, 2)
    ]
    found += [
        Interaction(strand_text(strand), strand_text(piece), energies.duplex(context.spell(strand), context.spell(piece)))
        for strand in context.layout.tops
        for piece in _pieces(context.layout)
        if not _branches(strand) & _branches(piece)
    ]
    return tuple(nsmallest(WORST_SHOWN, found, key=lambda each: each.energy))


def _pieces(layout: Layout) -> Iterator[Strand]:
    """What a floating strand may meet on a gate: a branch's complement between the toeholds beside it."""
    pieces = {}
    for bottom in layout.bottoms:
        places = [index for index, domain in enumerate(bottom) if not domain.is_toehold]
        for before, after in zip([-1, *places], [*places[1:], len(bottom)]):
            pieces[bottom[before + 1 : after]] = None
    return iter(pieces)


def _branches(strand: Strand) -> set[str]:
    return {domain.name for domain in strand if not domain.is_toehold}
