"""The sequences of what is ordered beside a circuit's strands: spacers of variants, of which none are given."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.dsd.beside import SPACER_NT, ordered_system, spacer_of, variant_numbers
from dsd_ncrn.dsd.system import DsdSystem
from sequences.assignment import SequenceAssignment
from sequences.layout import longest_run
from sequences.rules.words import LONGEST_RUN, occurrences
from sequences.thermo import Energies

_LETTERS = "AT"
"""Of spacers: no G, which tops with C would find, and no C, which a bottom does not have."""


def ordered(
    system: DsdSystem, found: SequenceAssignment, rules: SequenceRules, temperature: float
) -> tuple[DsdSystem, SequenceAssignment]:
    """The system as ordered, and its sequences with those of spacers, designed where none are given.

    Of the words that break no rule on strands in any bottom that is taken with which the bottoms fold least, none twice.
    """
    whole = ordered_system(system)
    words = dict(found.sequences)
    energies = Energies.under(rules, temperature) if system.variants > 1 else None
    for number in variant_numbers(system):
        spacer = spacer_of(number)
        if spacer.name not in words and energies is not None:
            bottoms = [strand for strand in whole.strands if ~spacer in strand]
            spelled = {
                word: [SequenceAssignment({**words, spacer.name: word}).spell(strand) for strand in bottoms]
                for word in map("".join, product(_LETTERS, repeat=SPACER_NT))
                if word not in words.values()
            }
            faults = {word: sum(_faults(each, rules) for each in made) for word, made in spelled.items()}
            folds = {word: -sum(map(energies.fold, made)) for word, made in spelled.items()}
            words[spacer.name] = min(spelled, key=lambda word: (faults[word], folds[word], word))
    return whole, replace(found, sequences=words)


def _faults(word: str, rules: SequenceRules) -> int:
    return (longest_run(word) > LONGEST_RUN) + occurrences(word, rules.motifs)
