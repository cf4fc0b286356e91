"""Branch domains bind their complements about equally well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from types import ModuleType
from typing import Any

from sequences.rules.base import Context, Rule, Verdict

HALF_WINDOW = 1.2
"""Half the width (kcal/mol) of the window in which the search looks; a narrower one makes proposals slow."""

_SAMPLE = 2000


class BranchStrength(Rule):
    """Every branch duplex is within a window around the others of its length. Soft: kinetics hardly depends on it."""

    name = "branch_strength"
    hard = False
    remedy = "Choose branches of like GC content."

    def filters(self, nuad: ModuleType, length: int, context: Context) -> Sequence[Any]:
        centre, temperature = _centre(length, context), context.energies.temperature
        return (nuad.NearestNeighborEnergyFilter(centre - HALF_WINDOW, centre + HALF_WINDOW, temperature),)

    def verdicts(self, context: Context) -> Iterator[Verdict]:
        energies = {domain: context.energies.perfect(word) for domain, word in context.branch_words()}
        for domain, energy in energies.items():
            usual = median(other for each, other in energies.items() if each.length == domain.length)
            deviation = abs(energy - usual)
            yield self.verdict(domain.name, round(deviation, 4), "kcal/mol", 2 * HALF_WINDOW, deviation <= 2 * HALF_WINDOW)


def _centre(length: int, context: Context) -> float:
    """Median nearest-neighbour sum (kcal/mol) of random three-letter words with closed ends.

    Their share of C is what chance gives, moved into the GC window where that is elsewhere: weaker words would also
    bind others less, but it is the difference between the two that counts, and that is greatest where most words are.
    """
    import numpy as np
    from nuad.np import calculate_wc_energies, seqs2arr

    by_chance = ((length - 2) / 3 + 2) / length
    inner = (min(max(by_chance, context.limits.gc_min), context.limits.gc_max) * length - 2) / (length - 2)
    rng = np.random.default_rng(0)
    letters = rng.choice(list("ACT"), p=[(1 - inner) / 2, inner, (1 - inner) / 2], size=(_SAMPLE, length - 2))
    words = ["C" + "".join(row) + "C" for row in letters]
    return float(np.median(calculate_wc_energies(seqs2arr(words), context.energies.temperature)))
