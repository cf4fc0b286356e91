"""A good start for the search: branch words accepted one by one, cheap comparisons before dear ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from dsd_ncrn.errors import InputError
from sequences.bench import INITIATION, stack_energies
from sequences.rules import RULES
from sequences.rules.alphabet import TOP_BASES
from sequences.rules.base import Context

_BATCH = 20_000
_MOST_BATCHES = 60
_GOAL_STEP = 0.5
_GOALS_ABOVE_LIMIT = 6
_GOALS_IN_ALL = 40


def draw_words(length: int, count: int, context: Context, rng: Any) -> list[str]:
    """Distinct branch words of a length (nt) that pass every rule's filters, at most ``count`` of them.

    Raises InputError where the rules leave none.
    """
    import nuad.constraints as nuad
    from nuad.np import DNASeqList

    filters = [each for rule in RULES for each in rule.filters(nuad, length, context)]
    words: dict[str, None] = {}
    for _ in range(_MOST_BATCHES):
        batch = DNASeqList(length=length, alphabet=tuple(TOP_BASES), shuffle=True, num_random_seqs=_BATCH, rng=rng)
        for each in filters:
            if not isinstance(each, nuad.RestrictBasesFilter):  # already in the alphabet of the batch
                batch = each.remove_violating_sequences(batch)
        words.update((word, None) for word in batch.to_list() if all(rule.admits(word, context) for rule in RULES))
        if len(words) >= count:
            break
    if not words:
        remedy = "Widen gc_min and gc_max, or lower toehold_crosstalk."
        raise InputError(f"some word of {length} nt meets the sequence rules", None, remedy)
    return list(words)[:count]


def greedy_words(
    pools: Mapping[int, Sequence[str]], needed: Counter[int], context: Context
) -> tuple[dict[int, list[str]], float]:
    """As many words of each length as needed, and the energy (kcal/mol) that no pair of them is worse than.

    Tries goals from well above the design's limit downwards, and takes the first that the pools can fill.
    Raises InputError where even the loosest cannot be met.
    """
    limit = context.limits.branch_crosstalk
    for step in range(_GOALS_IN_ALL):
        goal = min(limit + (_GOALS_ABOVE_LIMIT - step) * _GOAL_STEP, -_GOAL_STEP)
        chosen = _fill(pools, needed, goal, context)
        if chosen is not None:
            return chosen, goal
    raise InputError("there are enough different words for all branch domains", sum(needed.values()), "Lengthen the branches.")


def _fill(
    pools: Mapping[int, Sequence[str]], needed: Counter[int], goal: float, context: Context
) -> dict[int, list[str]] | None:
    stacks = stack_energies(context.energies.temperature)
    accepted: dict[int, list[str]] = {}
    everyone: list[str] = []
    for length, count in needed.items():
        waiting = _survivors(list(pools[length]), everyone, goal, stacks)
        accepted[length] = []
        while len(accepted[length]) < count:
            if len(waiting) < count - len(accepted[length]):
                return None
            word, *waiting = waiting
            if all(context.energies.offtarget(word, other) >= goal for other in everyone):
                accepted[length].append(word)
                everyone.append(word)
                waiting = _survivors(waiting, [word], goal, stacks)
    return accepted


def _survivors(words: list[str], accepted: Sequence[str], goal: float, stacks: Any) -> list[str]:
    """Words that share no stretch with an accepted one which alone would bind beyond the goal.

    A prefilter only: it sees neither mismatches nor bulges, but costs a hundredth of a duplex energy.
    """
    import numpy as np

    if not words:
        return []
    letters = _letters(words)
    strongest = np.zeros(len(words))
    for word in accepted:
        strongest = np.minimum(strongest, _strongest_common_run(letters, _letters([word])[0], stacks))
    return [word for word, energy in zip(words, strongest + INITIATION) if energy >= goal]


def _letters(words: Sequence[str]) -> Any:
    import numpy as np

    return np.array([["ACGT".index(base) for base in word] for word in words])


def _strongest_common_run(letters: Any, word: Any, stacks: Any) -> Any:
    """Stacking energy (kcal/mol) of the strongest stretch that each row shares with the word, at any offset."""
    import numpy as np

    rows, length = letters.shape
    best = np.zeros(rows)
    for offset in range(1 - length, len(word)):
        energy = np.zeros(rows)
        matched = np.zeros(rows, dtype=bool)
        for position in range(max(0, -offset), min(length, len(word) - offset)):
            equal = letters[:, position] == word[position + offset]
            if position:
                grown = energy + stacks[letters[:, position - 1], letters[:, position]]
                energy = np.where(equal & matched, grown, 0.0)
            matched = equal
            best = np.minimum(best, energy)
    return best
