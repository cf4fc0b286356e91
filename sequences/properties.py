"""Numbers a bench needs of one oligo: mass, absorbance, melting temperature, yield."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import TYPE_CHECKING

from dsd_ncrn.units import ZERO_CELSIUS_K
from sequences.layout import reverse_complement

if TYPE_CHECKING:
    from dsd_ncrn.arrays import Floats


_MASS = {"A": 313.209, "C": 289.184, "G": 329.208, "T": 304.196}
_MASS_END = -61.964
_SODIUM_FOR_HYDROGEN = 21.982

_SINGLE = {"A": 15400, "C": 7400, "G": 11500, "T": 8700}
_DOUBLE = {
    "AA": 27400, "AC": 21200, "AG": 25000, "AT": 22800, "CA": 21200, "CC": 14600, "CG": 18000, "CT": 15200,
    "GA": 25200, "GC": 17600, "GG": 21600, "GT": 20000, "TA": 23400, "TC": 16200, "TG": 19000, "TT": 16800,
}  # fmt: skip

_GAS_CONSTANT = 1.987
_STACKS = {
    "AA": (-7.6, -21.3), "AT": (-7.2, -20.4), "TA": (-7.2, -21.3), "CA": (-8.5, -22.7), "GT": (-8.4, -22.4),
    "CT": (-7.8, -21.0), "GA": (-8.2, -22.2), "CG": (-10.6, -27.2), "GC": (-9.8, -24.4), "GG": (-8.0, -19.9),
}  # fmt: skip
"""Enthalpy (kcal/mol) and entropy (cal/mol/K) of stacks 5' to 3' in 1 M salt, SantaLucia and Hicks 2004.

TA has the entropy of the unified table of 1998, which its free energy of -0.58 implies: the -20.4 that copies of the later
table print is that of AT, and would make it -0.87.
"""

_START = (0.2, -5.7)
_TERMINAL_AT = (2.2, 6.9)
_SYMMETRY_ENTROPY = -1.4

INITIATION = 1.96
"""Free energy of starting a duplex (kcal/mol, 37 degrees Celsius), SantaLucia and Hicks 2004."""


def molecular_weight(word: str) -> float:
    """Mass in g/mol of the anhydrous free acid with 5'-OH and 3'-OH (the sum IDT gives)."""
    return sum(_MASS[base] for base in word) + _MASS_END


def extinction_260(word: str) -> float:
    """Molar extinction coefficient of the single strand at 260 nm, in 1/(M cm), 25 degrees Celsius, pH 7.

    Nearest neighbours of Cantor, Warshaw and Shapiro (1970), as in Tataurov, You and Owczarzy, Biophys Chem 133:66
    (2008); about 4 % uncertain.
    """
    if len(word) == 1:
        return _SINGLE[word]
    return sum(_DOUBLE[pair] for pair in _pairs(word)) - sum(_SINGLE[base] for base in word[1:-1])


def sodium_salt_mass(word: str) -> float:
    """Mass in g/mol of the sodium salt: every phosphate's hydrogen replaced, 21.982 more for each."""
    return molecular_weight(word) + _SODIUM_FOR_HYDROGEN * (len(word) - 1)


def complex_extinction_260(words: Sequence[str], paired: Sequence[bool]) -> float:
    """Molar extinction coefficient at 260 nm of strands of which some bases are paired, in 1/(M cm).

    ``paired`` has an entry for every base of all words in order. Strands absorb less by 0.287 for their share of paired A and
    T, and by 0.059 for that of G and C: for a perfect duplex the formula of Tataurov, You and Owczarzy (2008).
    """
    total, first = 0.0, 0
    for word in words:
        bound = [base for base, is_paired in zip(word, paired[first : first + len(word)]) if is_paired]
        at = sum(base in "AT" for base in bound)
        total += extinction_260(word) * (1 - (0.287 * at + 0.059 * (len(bound) - at)) / len(word))
        first += len(word)
    return total


def nmol_per_od(word: str) -> float:
    """Amount (nmol) that absorbs one OD at 260 nm in 1 mL and 1 cm."""
    return 1e6 / extinction_260(word)


def ug_per_od(word: str) -> float:
    """Mass (ug) that absorbs one OD at 260 nm in 1 mL and 1 cm."""
    return molecular_weight(word) / extinction_260(word) * 1e3


def resuspension_volume(nmol: float, concentration_uM: float = 100.0) -> float:
    """Volume (uL) that brings a dry amount (nmol) to a concentration (uM)."""
    return nmol / concentration_uM * 1e3


def full_length_fraction(length: int, coupling: float = 0.993) -> float:
    """Share of molecules that lack no base: one coupling fewer than nucleotides.

    Coupling efficiencies of 0.99 to 0.995 are usual.
    """
    return coupling ** (length - 1)


def melting_temperature(word: str, concentration_nM: float, sodium: float) -> float:
    """Tm (degrees Celsius) of a word with its complement, each strand at half the total concentration given.

    SantaLucia and Hicks, Annu Rev Biophys 33:415 (2004), two states; ``sodium`` is the sodium-equivalent salt (M), whose
    entropy is 0.368 ln[Na+] for each phosphate pair.
    """
    self_paired = word == reverse_complement(word)
    enthalpy, entropy = _duplex_terms(word)
    entropy += 0.368 * (len(word) - 1) * log(sodium) + (_SYMMETRY_ENTROPY if self_paired else 0.0)
    effective = concentration_nM * 1e-9 / (1 if self_paired else 4)
    return 1000 * enthalpy / (entropy + _GAS_CONSTANT * log(effective)) - ZERO_CELSIUS_K


def stack_energies(temperature: float) -> Floats:
    """A 4 x 4 array of stacking free energies (kcal/mol) in 1 M salt, indexed by the 5' and 3' base in ACGT order."""
    import numpy as np

    kelvin = temperature + ZERO_CELSIUS_K
    return np.array([[_stack(a + b)[0] - kelvin * _stack(a + b)[1] / 1000 for b in "ACGT"] for a in "ACGT"])


def _duplex_terms(word: str) -> tuple[float, float]:
    """Enthalpy (kcal/mol) and entropy (cal/mol/K) of a perfect duplex in 1 M salt."""
    ends = sum(base in "AT" for base in (word[0], word[-1]))
    terms = [_START, *(_stack(pair) for pair in _pairs(word)), *[_TERMINAL_AT] * ends]
    return sum(term[0] for term in terms), sum(term[1] for term in terms)


def _stack(pair: str) -> tuple[float, float]:
    return _STACKS[pair] if pair in _STACKS else _STACKS[reverse_complement(pair)]


def _pairs(word: str) -> list[str]:
    return [word[index : index + 2] for index in range(len(word) - 1)]
