"""Sequences of the domains of a circuit: the type, and its CSV form.

Then those of what is ordered beside a circuit's strands: spacers of variants, of which none are given.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from math import prod
from pathlib import Path

from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.design.tables import read_rows
from dsd_ncrn.dsd.experiment import SPACER_NT, ordered_system, spacer_of, variant_numbers
from dsd_ncrn.dsd.structure import Strand
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.kinetics.toeholds import open_toeholds
from sequences.layout import BASES, longest_run, spell
from sequences.rules.words import LONGEST_RUN, occurrences
from sequences.thermo import PARAMETER_SET, Energies

COLUMNS = ("domain", "sequence")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the searches that were compared: its number and steps, and what it came to (gap and spread in kcal/mol)."""

    number: int
    iterations: int
    hard_violations: int
    failed: int
    gap: float
    toehold_spread: float


@dataclass(frozen=True, slots=True)
class SequenceAssignment:
    """A 5'-to-3' sequence for every unstarred domain name, and how it was found.

    ``temperature`` is in degrees Celsius and ``sodium`` the sodium-equivalent salt in M; both are None, as is ``seed``,
    for sequences read from a file. ``time_limit_hit`` says that the search ended early, so that a faster machine might
    give another result. ``candidates`` are all that were compared, the one taken first. ``seconds`` is the wall time; it
    belongs in no file that must be the same for the same seed.
    """

    sequences: Mapping[str, str]
    seed: int | None = None
    parameter_set: str = PARAMETER_SET
    temperature: float | None = None
    sodium: float | None = None
    iterations: int = 0
    time_limit_hit: bool = False
    seconds: float = field(default=0.0, compare=False)
    candidates: tuple[Candidate, ...] = ()

    def spell(self, strand: Strand) -> str:
        """The bases of a strand, 5' to 3'. Raises InputError for a domain without a sequence."""
        missing = next((domain.name for domain in strand if domain.name not in self.sequences), None)
        if missing is not None:
            raise _unknown(missing, self.sequences)
        return spell(strand, self.sequences)


def _unknown(name: str, sequences: Mapping[str, str]) -> InputError:
    return InputError(f"domain {name} of the circuit has no sequence", None, did_you_mean(name, sequences))


def check_covers(system: DsdSystem, assignment: SequenceAssignment) -> None:
    """Raises InputError where a domain of the circuit has no sequence, or one of another length."""
    for domain in system.domains:
        word = assignment.sequences.get(domain.name)
        if word is None:
            raise _unknown(domain.name, assignment.sequences)
        if len(word) != domain.length:
            raise InputError(f"domain {domain.name} has {domain.length} nt in the circuit", word, "Give as many bases.")


def assignment_csv(assignment: SequenceAssignment) -> str:
    """The CSV text that ``read_assignment`` reads back, domains in their order."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(assignment.sequences.items())
    return text.getvalue()


def read_assignment(path: Path) -> SequenceAssignment:
    """Read sequences from a CSV file or workbook with the columns ``domain`` and ``sequence``; others are ignored.

    Raises InputError naming the file and line where a column, a name or a base is wrong.
    """
    sequences: dict[str, str] = {}
    for line, domain, word in _rows(path):
        if domain in sequences:
            raise InputError("each domain is given once", domain, "Remove one of its lines.", str(path), line)
        sequences[domain] = word
    if not sequences:
        raise InputError("the sequence file has no rows", None, "Give one line for each domain.", str(path))
    return SequenceAssignment(sequences)


def _rows(path: Path) -> Iterator[tuple[int, str, str]]:
    numbered = read_rows(path).numbered
    _, header = next(numbered, (1, list[str]()))
    for column in COLUMNS:
        if column not in header:
            rule = f"the first line names the columns {','.join(COLUMNS)}"
            raise InputError(rule, ",".join(header), f"Add {column!r}.", str(path), 1)
    places = [header.index(column) for column in COLUMNS]
    for line, row in numbered:
        domain, word = (row[place] if place < len(row) else "" for place in places)
        word = word.upper()
        if not domain or domain.endswith("*"):
            raise InputError("a domain is named without its star", domain, "Give the unstarred domain.", str(path), line)
        if not word or set(word) - set(BASES):
            rule = f"the sequence of domain {domain} is of A, C, G and T"
            raise InputError(rule, word, "Correct the sequence.", str(path), line)
        yield line, domain, word


_LETTERS = "AT"
"""Of spacers: no G, which tops with C would find, and no C, which a bottom does not have."""


def ordered(
    system: DsdSystem, found: SequenceAssignment, rules: SequenceRules, temperature: float
) -> tuple[DsdSystem, SequenceAssignment]:
    """The system as ordered, and its sequences with those of spacers, designed where none are given.

    Of the words that break no rule on strands in any bottom that is taken with which the open ends of bottoms, toehold and
    spacer, are open most; none twice.
    """
    whole = ordered_system(system)
    words = dict(found.sequences)
    energies = Energies.under(rules, temperature) if system.variants > 1 else None
    for number in variant_numbers(system):
        spacer = spacer_of(number)
        if spacer.name not in words and energies is not None:
            bottoms = [strand for strand in whole.strands if ~spacer in strand]
            runs = [run for each in whole.components for run in open_toeholds(each.complex, True) if spacer in run]
            tried = {
                word: SequenceAssignment({**words, spacer.name: word})
                for word in map("".join, product(_LETTERS, repeat=SPACER_NT))
                if word not in words.values()
            }
            faults = {word: sum(_faults(one.spell(each), rules) for each in bottoms) for word, one in tried.items()}
            ends = [tuple(~each for each in reversed(run)) for run in runs]
            shut = {word: -prod(energies.open(one.spell(end)) for end in ends) for word, one in tried.items()}
            words[spacer.name] = min(tried, key=lambda word: (faults[word], shut[word], word))
    return whole, replace(found, sequences=words)


def _faults(word: str, rules: SequenceRules) -> int:
    return (longest_run(word) > LONGEST_RUN) + occurrences(word, rules.motifs)
