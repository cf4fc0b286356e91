"""Energies of DNA from ViennaRNA, at one temperature and salt, with its global state kept in order.

ViennaRNA holds its parameter set, temperature and salt in process-wide variables, and ``duplexfold`` keeps a private
copy of the parameters that only a change of temperature renews. ``Energies`` hides both: the DNA parameters are loaded
once, and whoever asks for an energy gets it under the conditions it was made for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt
from types import ModuleType

from dsd_ncrn.design.spec import SequenceRules
from sequences.words import reverse_complement

PARAMETER_SET = "DNA Mathews 2004 (ViennaRNA)"
"""The only set in use: ViennaRNA cannot switch sets within one process without leaving stale copies behind."""

_NM_PER_M = 1e9


def sodium_equivalent(rules: SequenceRules) -> float:
    """Sodium (M) that stabilises a duplex as the rules' sodium and magnesium (nM) do together.

    [Na+] + 3.3 sqrt([Mg2+]), both in M: the convention of Peyret (2000), also used by NUPACK and OligoCalc.
    """
    return rules.sodium / _NM_PER_M + 3.3 * sqrt(rules.magnesium / _NM_PER_M)


@cache
def _vienna() -> ModuleType:
    import RNA

    RNA.params_load_DNA_Mathews2004()
    return RNA


@dataclass(frozen=True, slots=True)
class Energies:
    """Energies in kcal/mol at a temperature (degrees Celsius) and a sodium-equivalent salt (M)."""

    temperature: float
    sodium: float

    @staticmethod
    def under(rules: SequenceRules, temperature: float) -> Energies:
        """The energies under a design's conditions."""
        return Energies(temperature, sodium_equivalent(rules))

    def duplex(self, first: str, second: str) -> float:
        """Energy of the best duplex of two strands, 0 where none is stable."""
        return min(0.0, self._ready().duplexfold(first, second).energy)

    def perfect(self, word: str) -> float:
        """Energy of a word with its exact complement."""
        return self.duplex(word, reverse_complement(word))

    def offtarget(self, first: str, second: str) -> float:
        """Worse of the two ways a word meets the complement of another: x with y*, and y with x*."""
        return min(self.duplex(first, reverse_complement(second)), self.duplex(second, reverse_complement(first)))

    def fold(self, word: str) -> float:
        """Energy of the best fold of one strand, 0 where it stays open."""
        return min(0.0, self._ready().fold(word)[1])

    def target(self, words: Sequence[str], dot_parens: Sequence[str]) -> TargetStructure:
        """How well strands, in circular order, hold one structure (dot-parentheses for each strand).

        The ensemble is that of the connected complex alone, without the equilibrium with its free strands.
        """
        compound = self._ready().fold_compound("&".join(words))
        compound.pf()
        structure = "".join(dot_parens)
        return TargetStructure(compound.pr_structure(structure), compound.ensemble_defect(structure))

    def _ready(self) -> ModuleType:
        """The library, with its global conditions set to these if another instance has changed them."""
        vienna = _vienna()
        if vienna.cvar.temperature != self.temperature or vienna.cvar.salt != self.sodium:
            vienna.cvar.salt = self.sodium
            # duplexfold rescales its own parameters only when it sees another temperature than last time
            vienna.cvar.temperature = self.temperature + 1.0
            vienna.duplexfold("A", "T")
            vienna.cvar.temperature = self.temperature
        return vienna


@dataclass(frozen=True, slots=True)
class TargetStructure:
    """Probability of exactly one structure, and the mean share of nucleotides that are not as it says (0 to 1)."""

    probability: float
    defect: float
