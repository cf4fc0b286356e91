"""Energies of many words on each other's complements: what ViennaRNA's ``duplexfold`` gives, a tenth of the time each.

All terms are the library's own: those of loops, of ends with what stacks on them, and of starting a duplex.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numba
import numpy as np

from sequences.layout import reverse_complement
from sequences.rules.words import TOP_BASES
from sequences.thermo import Energies

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dsd_ncrn.arrays import Floats, Ints

    Small = NDArray[np.int16]

LARGEST_LOOP = 4
"""Unpaired nt of the loops that are looked at: a duplex with larger ones comes out too weak, 1 in 100 of those beyond -10."""
_PAIRS = {"CG": 1, "AT": 5, "TA": 6, "TG": 4}
_TURNED = {1: 2, 5: 6, 6: 5, 4: 3}
"""ViennaRNA's numbers of pairs, and of the same seen from the other strand."""
_CODE = {"A": 1, "C": 2, "G": 3, "T": 4}
_NO_PAIR = 30_000
HUNDREDTHS = 100
BULGE, UNSEEN = 250, 100
"""What a bulge costs at least, and what ends and symmetric loops win beside all stacks, 0.01 kcal/mol: beyond 1 in 100 duplexes
is stronger than these say."""


@dataclass(frozen=True, eq=False)
class Tables:
    """Energies (0.01 kcal/mol) by the numbers of letters in ``TOP_BASES``.

    ``kind`` (letters, letters) numbers the pairs of a letter and a letter's complement, -1 for none. ``loops`` are by unpaired
    nt on both sides, by the pairs before and after, and by the four letters beside these. ``starts`` and ``ends`` are by a pair
    and the letters beside it, the last number for no letter.
    """

    kind: Small
    loops: Small
    starts: Small
    ends: Small

    @staticmethod
    def of(energies: Energies) -> Tables:
        """Those of the library at a temperature and salt."""
        vienna: Any = energies.library()
        model = vienna.param(vienna.md())
        under = [reverse_complement(base) for base in TOP_BASES]
        tops, bottoms = [_CODE[base] for base in TOP_BASES], [_CODE[base] for base in under]
        pairs, turned = list(_PAIRS.values()), [_TURNED[each] for each in _PAIRS.values()]
        found = [[_PAIRS.get(top + bottom) for bottom in under] for top in TOP_BASES]
        kind = np.array([[-1 if each is None else pairs.index(each) for each in row] for row in found], dtype=np.int16)
        sizes, letters, kinds = (LARGEST_LOOP + 1,) * 2, (len(tops),) * 4, (len(pairs),) * 2
        loops = np.full((*sizes, *kinds, *letters), _NO_PAIR, dtype=np.int16)  # small enough for the processor's cache
        for place in np.ndindex(loops.shape):
            left, right, before, after, a, b, c, d = map(int, place)
            if left + right <= LARGEST_LOOP:
                beside = tops[a], bottoms[b], tops[c], bottoms[d]
                # A table of all loops that are looked at: stacks (0 by 0), bulges and interior loops alike.
                loops[place] = vienna.E_IntLoop(left, right, pairs[before], turned[after], *beside, model)
        starts = np.zeros((len(pairs), len(tops) + 1, len(tops) + 1), dtype=np.int16)
        ends = starts.copy()
        for place in np.ndindex(starts.shape):
            pair, a, b = map(int, place)
            top, bottom = [*tops, -1][a], [*bottoms, -1][b]
            starts[place] = model.DuplexInit + vienna.E_ExtLoop(pairs[pair], top, bottom, model)
            ends[place] = vienna.E_ExtLoop(turned[pair], bottom, top, model)
        return Tables(kind, loops, starts, ends)


class Duplexes:
    """Words of one length (nt), and their energies on each other's complements."""

    def __init__(self, words: Sequence[str], energies: Energies) -> None:
        self._tables = Tables.of(energies)
        self._letters = np.array([[TOP_BASES.index(base) for base in word] for word in words], dtype=np.int16)

    def chosen(self, numbers: Ints) -> Duplexes:
        """Some of the words."""
        some = object.__new__(Duplexes)
        some._tables, some._letters = self._tables, self._letters[numbers]
        return some

    def energies(self, number: int, below: float = 0.0) -> Floats:
        """Those of one with all (words,), kcal/mol: the worse of x with y*, and y with x*.

        Only those ``below`` a limit are worked out; the others are 0, and what can hardly be below it is not looked at.
        """
        tables, limit = self._tables, round(HUNDREDTHS * below)
        parts = tables.kind, tables.loops, tables.starts, tables.ends
        return _energies(self._letters, self._letters[number], limit, *parts) / HUNDREDTHS


@numba.njit
def _energies(words: Small, other: Small, limit: int, kind: Small, loops: Small, starts: Small, ends: Small) -> Ints:
    """The worse of both ways for each of some words, 0.01 kcal/mol."""
    count, length = words.shape
    held, found = np.empty((length, length), dtype=np.int64), np.zeros(count, dtype=np.int64)
    for number in range(count):
        for turn in range(2):
            one, two = (words[number], other) if turn else (other, words[number])
            if limit == 0 or _stacked(one, two, kind, loops) < limit + UNSEEN:
                found[number] = min(found[number], _energy(one, two, kind, loops, starts, ends, held))
        # Weak ones are of no interest: they count as 0.
        found[number] = found[number] if found[number] < limit else 0
    return found


@numba.njit
def _stacked(word: Small, other: Small, kind: Small, loops: Small) -> int:
    """What the stacks of two words alone give where all of a row of pairs form, or of two rows that a bulge joins."""
    length, best = len(word), 0
    rows = np.zeros(2 * length + LARGEST_LOOP, dtype=np.int64)
    for shift in range(1 - length, length):
        before = -1
        for i in range(max(0, shift), min(length, length + shift)):
            pair = kind[word[i], other[i - shift]]
            if pair >= 0 and before >= 0:
                # All stacks of a diagonal, as if they formed one helix: no real duplex of it is stronger.
                rows[shift + length] += loops[0, 0, before, pair, 0, 0, 0, 0]
            before = pair
    for row in range(2 * length):
        best = min(best, rows[row])
        for second in range(row + 1, row + 1 + LARGEST_LOOP):
            # Two diagonals near each other may be joined by a bulge, at its cost.
            best = min(best, rows[row] + rows[second] + BULGE)
    return best


@numba.njit
def _energy(word: Small, other: Small, kind: Small, loops: Small, starts: Small, ends: Small, held: Ints) -> int:
    """That of a word on the complement of another; ``held`` is overwritten by the best that ends with each pair."""
    length, best, none = len(word), 0, 3
    for i in range(length):
        for j in range(length):
            pair = kind[word[i], other[j]]
            # Zuker's recursion for two strands: the best duplex that ends with the pair i, j.
            held[i, j] = _NO_PAIR
            if pair < 0:
                continue
            # It begins here, or goes on from an earlier pair over a loop.
            least = starts[pair, word[i - 1] if i else none, other[j - 1] if j else none]
            for k in range(i - 1, max(-1, i - 2 - LARGEST_LOOP), -1):
                for m in range(j - 1, max(-1, j - 2 - LARGEST_LOOP + (i - 1 - k)), -1):
                    if held[k, m] < _NO_PAIR:
                        before = kind[word[k], other[m]]
                        beside = loops[i - 1 - k, j - 1 - m, before, pair, word[k + 1], other[m + 1], word[i - 1], other[j - 1]]
                        least = min(least, held[k, m] + beside)
            held[i, j] = least
            # And it may end here.
            after = ends[pair, word[i + 1] if i < length - 1 else none, other[j + 1] if j < length - 1 else none]
            best = min(best, least + after)
    return best
