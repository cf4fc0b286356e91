"""Energies of DNA from ViennaRNA, at one temperature and salt, with its global state kept in order.

ViennaRNA holds its parameter set, temperature and salt in process-wide variables, and ``duplexfold`` keeps a private
copy of the parameters that only a change of temperature renews. ``Energies`` hides both: the DNA parameters are loaded
once, and whoever asks for an energy gets it under the conditions it was made for.

What strands in one tube come to: concentrations of complexes at equilibrium, from their free energies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate
from math import exp, sqrt
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dsd_ncrn.design.section import HOTTEST
from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.errors import InputError
from dsd_ncrn.units import GAS_CONSTANT, NM_PER_M, ZERO_CELSIUS_K
from sequences.layout import reverse_complement

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from dsd_ncrn.arrays import Floats


PARAMETER_SET = "DNA Mathews 2004 (ViennaRNA)"
"""The only set in use: ViennaRNA cannot switch sets within one process without leaving stale copies behind."""

FRAYING = 2
"""Pairs at each end of a helix that may be open without the helix counting as broken: every end breathes."""

_KEPT = 500_000


def sodium_equivalent(rules: SequenceRules) -> float:
    """Sodium (M) that stabilises a duplex as the rules' sodium and magnesium (nM) do together.

    [Na+] + 3.3 sqrt([Mg2+]), both in M: the convention of Peyret (2000), also used by NUPACK and OligoCalc.
    """
    return rules.sodium / NM_PER_M + 3.3 * sqrt(rules.magnesium / NM_PER_M)


@cache
def _vienna() -> ModuleType:
    import RNA

    RNA.params_load_DNA_Mathews2004()
    return RNA


@dataclass(frozen=True, slots=True)
class Energies:
    """Energies in kcal/mol at a temperature (degrees Celsius) and a sodium-equivalent salt (M).

    Raises InputError above 70 degrees.
    """

    temperature: float
    sodium: float

    def __post_init__(self) -> None:
        if self.temperature > HOTTEST:
            remedy = "Give a lower chemistry.temperature."
            raise InputError(f"energies of sequences hold up to {HOTTEST:g} °C", self.temperature, remedy)

    @staticmethod
    def under(rules: SequenceRules, temperature: float) -> Energies:
        """The energies under a design's conditions."""
        return Energies(temperature, sodium_equivalent(rules))

    def duplex(self, first: str, second: str) -> float:
        """Energy of the best duplex of two strands, 0 where none is stable."""
        return _duplex(self, first, second)

    def perfect(self, word: str) -> float:
        """Energy of a word with its exact complement."""
        return self.duplex(word, reverse_complement(word))

    def offtarget(self, first: str, second: str) -> float:
        """Worse of the two ways a word meets the complement of another: x with y*, and y with x*."""
        return min(self.duplex(first, reverse_complement(second)), self.duplex(second, reverse_complement(first)))

    def fold(self, word: str) -> float:
        """Energy of the best fold of one strand, 0 where it stays open."""
        return _fold(self, word)

    def ensemble(self, words: Sequence[str]) -> float:
        """Free energy of all structures that hold these strands, in this circular order, together in one complex."""
        vienna = self.library()
        model = vienna.md()
        model.compute_bpp = 0
        return vienna.fold_compound("&".join(words), model).pf()[1]

    def unpaired(self, word: str) -> Floats:
        """Probability of each nucleotide of a strand on its own to be unpaired, shape (nt,)."""
        compound = self.compound([word])
        compound.pf()
        return _unpaired(compound)

    def target(self, words: Sequence[str], dot_parens: Sequence[str]) -> TargetStructure:
        """How well strands, in circular order, hold one structure (dot-parentheses for each strand).

        The ensemble is that of the connected complex alone, without the equilibrium with its free strands.
        """
        return _target(self, tuple(words), tuple(dot_parens))

    def open(self, word: str) -> float:
        """The probability that no nucleotide of a strand is paired to another of it."""
        return self.target([word], ["." * len(word)]).probability

    def thermal(self) -> float:
        """k T in kcal/mol."""
        return GAS_CONSTANT * (self.temperature + ZERO_CELSIUS_K)

    def compound(self, words: Sequence[str]) -> Any:
        """ViennaRNA's object for strands together."""
        return self.library().fold_compound("&".join(words))

    def library(self) -> ModuleType:
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
    """How a complex holds a structure.

    ``probability`` is that of exactly this structure; ``core`` that every helix is there but for at most ``FRAYING`` pairs
    at each of its ends, and that what should be open is open; ``defect`` is the mean share of nucleotides that are not as it
    says; ``unpaired`` the probability of each nucleotide to be unpaired, shape (nt,), strands in their order.
    """

    probability: float
    core: float
    defect: float
    unpaired: Floats


@lru_cache(maxsize=_KEPT)  # a search comes back to the same pairs at the start of every round
def _duplex(energies: Energies, first: str, second: str) -> float:
    return min(0.0, energies.library().duplexfold(first, second).energy)


@lru_cache(maxsize=_KEPT)
def _fold(energies: Energies, word: str) -> float:
    return min(0.0, energies.library().fold(word)[1])


def forget() -> None:
    """Forget every energy worked out so far, so that what is timed next starts from nothing."""
    for known in (_duplex, _fold, _target):
        known.cache_clear()


@lru_cache(maxsize=4096)  # several verdicts look at the same complex
def _target(energies: Energies, words: tuple[str, ...], dot_parens: tuple[str, ...]) -> TargetStructure:
    compound, structure, vienna = energies.compound(words), "".join(dot_parens), _vienna()
    ensemble = compound.pf()[1]
    # pr_structure of ViennaRNA 2.8 is too low by the same factor for every strand after the first
    exact = exp((ensemble - compound.eval_structure(structure)) / energies.thermal())
    constrained = energies.compound(words)
    constrained.hc_add_from_db(core_pairs(dot_parens), vienna.CONSTRAINT_DB_DEFAULT | vienna.CONSTRAINT_DB_ENFORCE_BP)
    core = exp((ensemble - constrained.pf()[1]) / energies.thermal())
    return TargetStructure(min(1.0, exact), min(1.0, core), compound.ensemble_defect(structure), _unpaired(compound))


def core_pairs(dot_parens: Sequence[str]) -> str:
    """A structure as constraints: parentheses for pairs that must form, x for bases that must not, a dot for the others.

    The last ``FRAYING`` pairs at both ends of each helix, also at nicks, are left open to chance.
    """
    structure = "".join(dot_parens)
    ends = {0, *accumulate(map(len, dot_parens))}
    marks = ["x" if mark == "." else "." for mark in structure]
    for helix in _helices(structure, ends):
        for here, there in helix[FRAYING:-FRAYING]:
            marks[here], marks[there] = "(", ")"
    return "".join(marks)


def _helices(structure: str, ends: Set[int]) -> Iterator[list[tuple[int, int]]]:
    """Rows of stacked pairs (0-based), broken where a strand begins (``ends``) on either side."""
    helix: list[tuple[int, int]] = []
    for here, there in _pairs(structure):
        stacked = helix and helix[-1] == (here - 1, there + 1) and here not in ends and there + 1 not in ends
        if helix and not stacked:
            yield helix
            helix = []
        helix.append((here, there))
    if helix:
        yield helix


def _pairs(structure: str) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    waiting: list[int] = []
    for position, mark in enumerate(structure):
        if mark == "(":
            waiting.append(position)
        elif mark == ")":
            pairs.append((waiting.pop(), position))
    return sorted(pairs)


def _unpaired(compound: Any) -> Floats:
    """The probability of each nucleotide to be unpaired, once the partition function is known."""
    import numpy as np

    # ViennaRNA counts from 1, and has each pair once, above the diagonal.
    paired = np.array(compound.bpp())[1:, 1:]
    return 1.0 - paired.sum(axis=0) - paired.sum(axis=1)


_ROUNDS = 500
_SETTLED = 1e-9
_HALVINGS = 40
_LONGEST_STEP = 5.0
_ROUNDING = 1e-14


def equilibrium(counts: ArrayLike, energies: ArrayLike, totals: ArrayLike, thermal: float) -> Floats:
    """Concentrations (M) of complexes at equilibrium, shape (complexes,).

    ``counts`` (complexes, strands) says how many of each strand a complex has, ``energies`` (complexes,) are their free
    energies (kcal/mol, 1 M standard state), ``totals`` (strands,) the strands' concentrations (M), ``thermal`` is k T.
    Every strand must also be there as a complex of its own. Minimises the convex dual of the free energy, Dirks et al.,
    SIAM Rev 49:65 (2007), by Newton's method.
    """
    import numpy as np

    counts, totals = np.asarray(counts, dtype=float), np.asarray(totals, dtype=float)
    # In logarithms: amounts range over many orders of magnitude.
    weights = -np.asarray(energies, dtype=float) / thermal
    # From below: no complex has more than there is of its strands, whatever its energy.
    logs = np.full(len(totals), min(0.0, float(np.min((np.log(totals.min()) - weights) / counts.sum(axis=1)))))
    for _ in range(_ROUNDS):
        amounts = np.exp(counts @ logs + weights)
        # The dual's gradient is what strands are in excess of their totals: 0 where mass balances.
        gradient = counts.T @ amounts - totals
        if np.all(np.abs(gradient) <= _SETTLED * totals):
            return amounts
        # Its Hessian is C^T diag(c) C, positive definite as every strand is a complex too.
        step = -np.linalg.solve((counts.T * amounts) @ counts, gradient)
        logs = logs + _damped(step, logs, counts, weights, totals)
    raise ArithmeticError("the equilibrium of a tube did not settle")


def _damped(step: Floats, logs: Floats, counts: Floats, weights: Floats, totals: Floats) -> Floats:
    """The step, shortened until the dual falls."""
    import numpy as np

    def dual(at: Floats) -> float:
        return float(np.exp(np.minimum(counts @ at + weights, 700.0)).sum() - totals @ at)

    # Far from the minimum exponentials overshoot: steps are bounded, then halved until the dual falls.
    step = step * min(1.0, _LONGEST_STEP / float(np.abs(step).max()))
    now = dual(logs)
    for _ in range(_HALVINGS):
        if dual(logs + step) <= now + _ROUNDING * abs(now):
            break
        step = step / 2
    return step
