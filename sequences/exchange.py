"""Sequences in the forms that other programs read, and lists of vendors read back.

Written are FASTA, PIL with sequences, complexes with their bases, and a scadnano design (``.sc``): every component on a
helix of its own, with sequences, scales and labels. nuad's designs, the scadnano web page and its tools for orders read
that file (Doty, Lee and Stérin, DNA 26, 2020). A list by strand (Name, Sequence) is cut into the domains of a circuit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from dsd_ncrn.design.tables import read_rows
from dsd_ncrn.dsd.experiment import ordered_system
from dsd_ncrn.dsd.pil import write_pil
from dsd_ncrn.dsd.structure import Complex, Strand, strand_length
from dsd_ncrn.dsd.system import Component, DsdSystem
from dsd_ncrn.errors import CheckFailed, InputError, did_you_mean
from sequences.assignment import COLUMNS, SequenceAssignment, read_assignment
from sequences.folding import dot_parens
from sequences.layout import BASES, cut, reverse_complement
from sequences.modifications import FIVE, THREE
from sequences.oligos import Oligo, oligo_in, oligos_of
from sequences.vendors.base import csv_bytes
from sequences.vendors.idt import IdtTube

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
        pairs = "+".join(dot_parens(component.complex))
        rows.append((component.name, component.role, component.concentration, names, words, pairs))
    return csv_bytes([COMPLEX_COLUMNS, *rows])


Span = tuple[int, int] | None
"""Start and end offset of a domain on its helix, the end the first offset behind it; None for a flap at the end of a top."""


def scadnano_text(system: DsdSystem, oligos: Sequence[Oligo]) -> str:
    """The design's JSON. Tops run forward from the left, bottoms backward below them.

    A strand of several components is named after its oligo once, where it has scale and purification, so that scadnano's
    own orders have it once; elsewhere it is called ``oligo@component``.
    Raises InputError for a complex that is not one bottom strand with tops paired along their whole length.
    """
    import scadnano as sc

    seen: set[str] = set()
    strands = [
        _strand(sc, helix, spans, oligo_in(oligos, component, strand), component.name, seen)
        for helix, component in enumerate(system.components)
        for strand, spans in placed(component)
    ]
    longest = max(strand_length(strand) for strand in system.strands)
    helices = [sc.Helix(max_offset=longest, grid_position=(0, row)) for row in range(len(system.components))]
    return sc.Design(helices=helices, strands=strands, grid=sc.Grid.square).to_json() + "\n"


def placed(component: Component) -> Iterator[tuple[Strand, Sequence[Span]]]:
    """Every strand of a component with the spans (nt) of its domains. Raises InputError for a complex with no such helix."""
    complex_ = component.complex
    if complex_.is_strand:
        ends = list(accumulate((domain.length for domain in complex_.domains), initial=0))
        yield complex_.strands[0], list(pairwise(ends))
        return
    _check_shape(component)
    below = _bottom_spans(complex_)
    first = 0
    for strand in complex_.strands:
        places = range(first, first + len(strand))
        yield strand, [below.get(place if place in below else complex_.pairing[place]) for place in places]
        first += len(strand)


def _bottom_spans(complex_: Complex) -> dict[int | None, Span]:
    """The spans of the bottom's domains by their flat index: its 5' end is at the right."""
    places = [place for place, domain in enumerate(complex_.domains) if domain.starred]
    spans: dict[int | None, Span] = {}
    end = sum(complex_.domains[place].length for place in places)
    for place in places:
        start = end - complex_.domains[place].length
        spans[place] = (start, end)
        end = start
    return spans


def _check_shape(component: Component) -> None:
    """One strand is starred, and the others pair with it in every domain but for a flap of one at their 3' end."""
    complex_ = component.complex
    bottoms = [strand for strand in complex_.strands if strand[0].starred]
    mixed = any(len({domain.starred for domain in strand}) > 1 for strand in complex_.strands)
    ends = {start + len(strand) - 1 for start, strand in zip(sorted(complex_.ends), complex_.strands) if len(strand) > 1}
    loose = any(
        partner is None and not domain.starred and place not in ends
        for place, (domain, partner) in enumerate(zip(complex_.domains, complex_.pairing))
    )
    if len(bottoms) != 1 or mixed or loose:
        rule = "a scadnano helix holds one bottom strand and tops paired along their whole length"
        raise InputError(rule, component.name, "Use complexes.csv for it.")


def _strand(sc: Any, helix: int, spans: Sequence[Span], oligo: Oligo, component: str, seen: set[str]) -> Any:
    """A scadnano strand, with the scale and purification of an IDT tube where it is the first of its oligo."""
    domains = [
        sc.Domain(helix=helix, forward=not domain.starred, start=span[0], end=span[1], name=str(domain))
        if span
        else sc.Extension(num_bases=domain.length, name=str(domain))
        for domain, span in zip(oligo.strand, spans)
    ]
    kinds = {FIVE: ("modification_5p", sc.Modification5Prime), THREE: ("modification_3p", sc.Modification3Prime)}
    ends = {kinds[each.end][0]: kinds[each.end][1](each.name, each.code) for each in oligo.ends}
    name = f"{oligo.name}@{component}" if oligo.name in seen else oligo.name
    fields = None if oligo.name in seen else _vendor_fields(sc, oligo)
    seen.add(oligo.name)
    return sc.Strand(domains, name=name, dna_sequence=oligo.sequence, vendor_fields=fields, **ends)


def _vendor_fields(sc: Any, oligo: Oligo) -> Any:
    """None for an oligo that is not made in a tube."""
    tubes = IdtTube()
    made = any(oligo.length in each for each in tubes.offered(oligo))
    return sc.VendorFields(tubes.scale(oligo).name, tubes.purification(oligo)) if made else None


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
