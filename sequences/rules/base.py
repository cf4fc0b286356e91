"""What a sequence rule is: filters and constraints for the search, and verdicts on the result, from the same energies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.dsd.structure import Domain, Strand
from sequences.layout import Layout, ToeholdWord, spell
from sequences.thermo import Energies

PAIR = " with "
"""Stands between the two parties in the subject of a verdict on a pair."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule applied to one subject.

    ``value`` and ``limit`` are in ``unit``. A failed hard verdict makes the sequences unfit for ordering; a failed
    soft one is worth a look.
    """

    rule: str
    subject: str
    value: float
    unit: str
    limit: float
    passed: bool
    hard: bool


@dataclass(frozen=True)
class Context:
    """What rules work on. During the search ``sequences`` holds only the toeholds, which are chosen first.

    ``branch_goal`` (kcal/mol) is what the search tries to keep every branch pair above, and ``branch_floor`` what all of
    them already are above; verdicts use neither, but the design's limit.
    """

    layout: Layout
    limits: SequenceRules
    energies: Energies
    sequences: Mapping[str, str]
    branch_goal: float = 0.0
    branch_floor: float = 0.0

    def spell(self, strand: Strand) -> str:
        """The bases of a strand, 5' to 3'."""
        return spell(strand, self.sequences)

    def branch_words(self) -> Iterator[tuple[Domain, str]]:
        """Every branch domain with its bases."""
        return ((domain, self.sequences[domain.name]) for domain in self.layout.branches)

    def toehold_words(self) -> Iterator[tuple[ToeholdWord, str]]:
        """Every toehold word with its bases."""
        return ((word, self.spell(word)) for word in self.layout.toeholds)


@dataclass(frozen=True)
class SearchParts:
    """The circuit as nuad holds it: its constraints module, and its objects for branches, tops and bottoms."""

    nuad: ModuleType
    branches: Sequence[Any]
    tops: Sequence[Any]
    bottoms: Sequence[Any]


class Rule:
    """A sequence rule. A subclass overrides ``verdicts`` and whichever of the search's hooks it can serve."""

    name: ClassVar[str]
    hard: ClassVar[bool] = True
    remedy: ClassVar[str]
    """What a user can do where the rule cannot be met."""

    def filters(self, nuad: ModuleType, length: int, context: Context) -> Sequence[Any]:
        """nuad NumpyFilters that every branch word of a length (nt) must pass."""
        return ()

    def admits(self, word: str, context: Context) -> bool:
        """Whether a branch word may be proposed, in the company of the toeholds already chosen."""
        return True

    def constraints(self, parts: SearchParts, context: Context) -> Sequence[Any]:
        """nuad constraints whose violation the search reduces."""
        return ()

    def verdicts(self, context: Context) -> Iterator[Verdict]:
        """One verdict for every subject of the rule."""
        raise NotImplementedError

    def verdict(self, subject: str, value: float, unit: str, limit: float, passed: bool) -> Verdict:
        """A verdict of this rule."""
        return Verdict(self.name, subject, value, unit, limit, passed, self.hard)

    def at_least(self, subject: str, energy: float, limit: float) -> Verdict:
        """A verdict on an unwanted energy (kcal/mol): it passes where the energy is no stronger than the limit."""
        return self.verdict(subject, round(energy, 4), "kcal/mol", limit, energy >= limit - 1e-6)
