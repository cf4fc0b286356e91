"""Judgement of sequences, designed here or elsewhere: every rule, every complex, every unwanted duplex, every leak site.

What stands in the way where sequences break hard rules: which rule, by how much, and what to relax.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.dsd.system import DsdSystem
from sequences.assignment import SequenceAssignment, check_covers, ordered
from sequences.crosstalk import WORST_SHOWN, CrosstalkMatrix, Interaction, domain_matrix, strand_matrix
from sequences.families import RULES
from sequences.folding import LARGEST_DEFECT, LOWEST_CORE, LOWEST_OPEN, TargetCheck, target_checks
from sequences.layout import Layout
from sequences.rules.base import Context, Verdict
from sequences.sites import LeakSite, ToeholdClass, ToeholdSite, energy_spread, leak_sites, toehold_classes, toehold_sites
from sequences.thermo import Energies

__all__ = [
    "WORST_SHOWN",
    "Interaction",
    "SequenceVerdicts",
    "ToeholdSite",
    "Verdict",
    "judge",
    "judge_domains",
    "obstacles",
    "shortfall",
]


@dataclass(frozen=True)
class SequenceVerdicts:
    """Everything found about the sequences of a circuit. Energies in kcal/mol.

    ``gap`` is the weakest perfect branch duplex less the worst duplex of a branch with a foreign complement, as a
    positive number; published sets reach 4 to 6 (Qian and Winfree 2011, 15 nt). ``toehold_spread_kcal`` is the widest
    difference among sites of the same toehold length. ``complexes`` and ``leak_sites`` are empty where only domains and
    strands were judged.
    """

    verdicts: tuple[Verdict, ...]
    domains: CrosstalkMatrix
    strands: CrosstalkMatrix
    toehold_sites: tuple[ToeholdSite, ...]
    toehold_classes: tuple[ToeholdClass, ...]
    complexes: tuple[TargetCheck, ...]
    leak_sites: tuple[LeakSite, ...]
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

    @property
    def flagged(self) -> tuple[TargetCheck, ...]:
        """Complexes that do not hold their target structure as surely as they should."""
        return tuple(each for each in self.complexes if each.flagged)

    @property
    def rank(self) -> tuple[int, int, float, float]:
        """Smaller is better: broken hard rules, broken soft ones, the gap, the spread of toeholds."""
        return self.hard_violations, len(self.failed), -self.gap, self.toehold_spread_kcal

    @property
    def worst_domains(self) -> tuple[Interaction, ...]:
        """The strongest unwanted duplexes of domains."""
        return self.domains.worst

    @property
    def worst_strands(self) -> tuple[Interaction, ...]:
        """The strongest unwanted duplexes of strands."""
        return self.strands.worst


def judge(system: DsdSystem, assignment: SequenceAssignment, rules: SequenceRules, temperature: float) -> SequenceVerdicts:
    """Apply every rule and look at every complex that is ordered, at a temperature (degrees Celsius) and in the rules' salt.

    Raises InputError where a domain has no sequence or one of another length.
    """
    check_covers(system, assignment)
    whole, words = ordered(system, assignment, rules, temperature)
    complexes = target_checks(whole, words, rules, temperature)
    leaks = leak_sites(system, assignment, rules, temperature)
    layout = Layout.of(whole)
    layout = replace(Layout.of(system), tops=layout.tops, bottoms=layout.bottoms)
    return _judged(system, layout, words, rules, temperature, complexes, leaks)


def judge_domains(
    system: DsdSystem, assignment: SequenceAssignment, rules: SequenceRules, temperature: float
) -> SequenceVerdicts:
    """The part of ``judge`` that looks at domains and strands alone and takes a tenth of the time, to compare candidates.

    ``temperature`` in degrees Celsius; raises InputError as ``judge``.
    """
    check_covers(system, assignment)
    return _judged(system, Layout.of(system), assignment, rules, temperature, (), ())


def _judged(
    system: DsdSystem,
    layout: Layout,
    assignment: SequenceAssignment,
    rules: SequenceRules,
    temperature: float,
    complexes: tuple[TargetCheck, ...],
    leaks: tuple[LeakSite, ...],
) -> SequenceVerdicts:
    context = Context(layout, rules, Energies.under(rules, temperature), assignment.sequences)
    found = tuple(verdict for rule in RULES.values() for verdict in rule.verdicts(context))
    weakest = max((context.energies.perfect(word) for _, word in context.branch_words()), default=0.0)
    worst = min(_values(found, "branch_crosstalk"), default=0.0)
    sites = toehold_sites(system, assignment, temperature)
    return SequenceVerdicts(
        verdicts=(*found, *(verdict for check in complexes for verdict in _on_complex(check))),
        domains=domain_matrix(found),
        strands=strand_matrix(context),
        toehold_sites=sites,
        toehold_classes=toehold_classes(sites, temperature),
        complexes=complexes,
        leak_sites=leaks,
        worst_crosstalk_kcal=worst,
        worst_structure_kcal=min(_values(found, "strand_structure"), default=0.0),
        toehold_spread_kcal=energy_spread(sites),
        weakest_perfect_kcal=round(weakest, 4),
        gap=round(worst - weakest, 4),
    )


def _on_complex(check: TargetCheck) -> Iterator[Verdict]:
    """Soft: a complex that is not sure of its structure is worth a look, but its strands may be in order."""
    for rule, value, limit, passed in (
        ("target_structure", check.core, LOWEST_CORE, check.core >= LOWEST_CORE),
        ("ensemble_defect", check.tube_defect, LARGEST_DEFECT, check.tube_defect <= LARGEST_DEFECT),
        ("gate_toehold", check.open_toehold, LOWEST_OPEN, check.open_toehold >= LOWEST_OPEN),
    ):
        yield Verdict(rule, check.component, round(value, 4), "fraction", limit, passed, hard=False)


def _values(verdicts: tuple[Verdict, ...], rule: str) -> list[float]:
    return [verdict.value for verdict in verdicts if verdict.rule == rule]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A hard rule that is broken: how often, the worst verdict, and what a user can do."""

    rule: str
    broken: int
    worst: Verdict
    remedy: str

    def __str__(self) -> str:
        worst = self.worst
        where = f"{worst.subject} has {worst.value:g} {worst.unit} where the limit is {worst.limit:g}"
        return f"{self.rule} is broken {self.broken} times (worst: {where}). {self.remedy}"


def obstacles(found: SequenceVerdicts) -> tuple[Obstacle, ...]:
    """The broken hard rules, the one that is broken most often first."""
    remedies = {rule.name: rule.remedy for rule in RULES.values()}
    broken = {name: [each for each in found.failed if each.hard and each.rule == name] for name in remedies}
    listed = (
        Obstacle(name, len(failed), max(failed, key=lambda each: abs(each.value - each.limit)), remedies[name])
        for name, failed in broken.items()
        if failed
    )
    return tuple(sorted(listed, key=lambda each: -each.broken))


def shortfall(found: SequenceVerdicts) -> str:
    """One message of what was achieved, which rules bind and what to relax; empty where no hard rule is broken."""
    if not found.hard_violations:
        return ""
    reasons = " ".join(str(each) for each in obstacles(found))
    return f"{found.hard_violations} hard sequence rules are broken, with a gap of {found.gap:g} kcal/mol reached. {reasons}"
