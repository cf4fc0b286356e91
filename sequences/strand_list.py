"""Sequences given by strand, as a vendor's list has them (Name, Sequence): cut into the domains of a circuit."""

from __future__ import annotations

import re
from pathlib import Path

from dsd_ncrn.design.tables import read_rows
from dsd_ncrn.dsd.beside import ordered_system
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import InputError, did_you_mean
from sequences.assignment import COLUMNS, SequenceAssignment, read_assignment
from sequences.layout import BASES, cut, reverse_complement
from sequences.oligos import oligos_of

LIST_COLUMNS = ("name", "sequence")
_CODE = re.compile(r"/[^/]*/")


def read_given(path: Path, system: DsdSystem) -> SequenceAssignment:
    """Read sequences by domain, or by strand where the file names strands: both as CSV or workbook.

    Strands bear the names of an order; codes of modifications and blanks are passed over. Raises InputError naming file and
    line for a strand that the circuit does not have or of another length, and where two strands spell a domain differently.
    """
    _, header = next(read_rows(path).numbered, (1, list[str]()))
    columns = [cell.lower() for cell in header]
    if COLUMNS[0] in columns or not set(LIST_COLUMNS) <= set(columns):
        return read_assignment(path)
    return _of_strands(path, system, [columns.index(column) for column in LIST_COLUMNS])


def given_toeholds(path: Path, system: DsdSystem) -> SequenceAssignment:
    """The same where every toehold must be among them. Raises InputError as that, and for one that is not, or not as long."""
    found = read_given(path, system)
    for toehold in system.domains:
        word = found.sequences.get(toehold.name)
        if toehold.is_toehold and len(word or "") != toehold.length:
            rule = f"toehold {toehold.name} has {toehold.length} nt in the circuit"
            raise InputError(rule, word, "Give as many bases.", str(path))
    return found


def _of_strands(path: Path, system: DsdSystem, places: list[int]) -> SequenceAssignment:
    system = ordered_system(system)
    names = oligos_of(system, SequenceAssignment({domain.name: "A" * domain.length for domain in system.domains}))
    strands = {oligo.name.lower(): oligo.strand for oligo in names}
    words: dict[str, str] = {}
    spelled_by: dict[str, str] = {}
    rows = read_rows(path).numbered
    next(rows, None)
    for line, row in rows:
        name, spelled = (row[place] if place < len(row) else "" for place in places)
        word = _CODE.sub("", spelled).replace(" ", "").upper()
        strand = strands.get(name.lower())
        if strand is None:
            remedy = did_you_mean(name, [oligo.name for oligo in names])
            raise InputError("a strand of the circuit is named", name, remedy, str(path), line)
        length = sum(domain.length for domain in strand)
        if set(word) - set(BASES) or len(word) != length:
            rule = f"the sequence of strand {name} is {length} of A, C, G and T"
            raise InputError(rule, spelled, "Correct the sequence.", str(path), line)
        for domain, piece in zip(strand, cut(strand, word)):
            bases = reverse_complement(piece) if domain.starred else piece
            if words.setdefault(domain.name, bases) != bases:
                rule = f"domain {domain.name} is {words[domain.name]} in strand {spelled_by[domain.name]}"
                raise InputError(rule, f"{bases} in {name}", "Give both the same bases.", str(path), line)
            spelled_by.setdefault(domain.name, name)
    return SequenceAssignment({domain.name: words[domain.name] for domain in system.domains if domain.name in words})
