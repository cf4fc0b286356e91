"""What stands in the way where sequences break hard rules: which rule, by how much, and what to relax."""

from __future__ import annotations

from dataclasses import dataclass

from sequences.families import RULES
from sequences.rules.base import Verdict
from sequences.verdicts import SequenceVerdicts


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
