"""Sequences in the forms that other programs read: FASTA, PIL with sequences, complexes with their bases."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dsd_ncrn.dsd.kernel import write_pil
from dsd_ncrn.dsd.structure import Complex
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import CheckFailed
from sequences.assignment import SequenceAssignment
from sequences.oligos import Oligo, oligo_in
from sequences.scadnano_design import scadnano_text
from sequences.vendors.base import csv_bytes

COMPLEX_COLUMNS = ("component", "role", "nM", "strands", "sequences", "structure")
_LENGTH = re.compile(r"length (\S+) = (\d+)")


def exchange_files(system: DsdSystem, oligos: Sequence[Oligo], assignment: SequenceAssignment) -> dict[str, str | bytes]:
    """File name to content: FASTA, PIL for Peppercorn, complexes for NUPACK and ViennaRNA, a design for scadnano.

    GenBank and SBOL are left out: nuad, scadnano, Peppercorn and NUPACK read neither. Raises CheckFailed as
    ``pil_with_sequences``, InputError as ``scadnano_text``.
    """
    return {
        "strands.fasta": fasta(oligos),
        "system.pil": pil_with_sequences(system, assignment),
        "complexes.csv": complexes_csv(system, oligos),
        "system.sc": scadnano_text(system, oligos),
    }


def fasta(oligos: Sequence[Oligo]) -> str:
    """A record for every oligo, 5' to 3'; the line of its name also has its role and modifications."""
    heads = (" ".join(filter(None, [f">{each.name}", f"role={each.role}", each.modification])) for each in oligos)
    return "".join(f"{head}\n{each.sequence}\n" for head, each in zip(heads, oligos))


def pil_with_sequences(system: DsdSystem, assignment: SequenceAssignment) -> str:
    """The PIL text of a system, in which ``sequence a = ACGTA : 5`` stands for ``length a = 5``.

    Raises CheckFailed where a domain has another length than its sequence.
    """

    def sequence(match: re.Match[str]) -> str:
        name, length = match[1], int(match[2])
        word = assignment.sequences[name]
        if len(word) != length:
            raise CheckFailed(f"domain {name} has {length} nt, and its sequence {len(word)}")
        return f"sequence {name} = {word} : {length}"

    return _LENGTH.sub(sequence, write_pil(system))


def complexes_csv(system: DsdSystem, oligos: Sequence[Oligo]) -> bytes:
    """A row for every component: its strands, their bases and the pairs, with ``+`` between strands.

    This is what NUPACK's ``Complex`` and ``structure`` take; for ViennaRNA put ``&`` for ``+``.
    """
    rows: list[tuple[str | float, ...]] = []
    for component in system.components:
        ordered = [oligo_in(oligos, component, strand) for strand in component.complex.strands]
        names, words = ("+".join(texts) for texts in zip(*((each.name, each.sequence) for each in ordered)))
        pairs = dot_parentheses(component.complex)
        rows.append((component.name, component.role, component.concentration, names, words, pairs))
    return csv_bytes([COMPLEX_COLUMNS, *rows])


def dot_parentheses(complex_: Complex) -> str:
    """A sign for every nucleotide, ``+`` between strands."""
    signs: list[str] = []
    for index, (domain, partner) in enumerate(zip(complex_.domains, complex_.pairing)):
        sign = "." if partner is None else "(" if partner > index else ")"
        signs.append("+" * bool(index and index in complex_.ends) + sign * domain.length)
    return "".join(signs)
