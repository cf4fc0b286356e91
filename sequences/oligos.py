"""Strands as a vendor sees them: one legal name and one sequence each, and the proof that they make the complexes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dsd_ncrn.dsd.structure import Complex, Strand, strand_text
from dsd_ncrn.dsd.system import Component, DsdSystem, Role
from dsd_ncrn.errors import CheckFailed
from sequences.assignment import SequenceAssignment, check_covers
from sequences.layout import cut, reverse_complement
from sequences.modifications import FIVE, THREE, Ends, labels_of

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
"""Names that every vendor's bulk format takes."""

LONGEST_NAME = 50


@dataclass(frozen=True, slots=True)
class Oligo:
    """One strand to order: its bases 5' to 3', its length (nt), and the components it is part of.

    ``ends`` are its modifications: a tag on strands that beads hold, dye or quencher on those of reporters. ``nmol`` is
    the amount that is needed in all, 0 where it has not been worked out.
    """

    name: str
    strand: Strand
    sequence: str
    role: Role
    length: int
    used_in: tuple[str, ...]
    ends: Ends = ()
    nmol: float = 0.0

    @property
    def is_bottom(self) -> bool:
        """Whether this is the continuous strand of a gate."""
        return any(domain.starred for domain in self.strand)

    @property
    def spelled(self) -> str:
        """The sequence with IDT's codes of the modifications at its ends."""
        codes = {each.end: each.code for each in self.ends}
        return codes.get(FIVE, "") + self.sequence + codes.get(THREE, "")

    @property
    def modification(self) -> str:
        """The modifications in words, such as ``5' 6-FAM``."""
        return ", ".join(map(str, self.ends))


def oligos_of(system: DsdSystem, assignment: SequenceAssignment) -> tuple[Oligo, ...]:
    """Every distinct strand of a circuit once, in order of first use; a strand with a label is another one than without.

    A strand that is a component of its own has that component's role; one found only in complexes has the first one's.
    Raises InputError where the assignment does not fit the circuit, or a tube has more reporters than channels.
    """
    check_covers(system, assignment)
    labels = labels_of(system)
    users: dict[tuple[Strand, Ends], list[Component]] = {}
    for component in system.components:
        for strand in dict.fromkeys(component.complex.strands):
            users.setdefault((strand, labels.get((component.name, strand), ())), []).append(component)
    taken: set[str] = set()
    return tuple(_oligo(strand, ends, components, assignment, taken) for (strand, ends), components in users.items())


def oligo_in(oligos: Iterable[Oligo], component: Component, strand: Strand) -> Oligo:
    """The oligo that is a strand of a component. Raises CheckFailed where it was not ordered."""
    found = next((each for each in oligos if each.strand == strand and component.name in each.used_in), None)
    if found is None:
        raise CheckFailed(f"{component.name}: strand {strand_text(strand)} is not among the ordered oligos")
    return found


def _oligo(strand: Strand, ends: Ends, components: list[Component], assignment: SequenceAssignment, taken: set[str]) -> Oligo:
    own = [component for component in components if component.complex.is_strand]
    first = (own or components)[0]
    word = assignment.spell(strand)
    name = _unique(_proposed_name(strand, first), taken)
    return Oligo(name, strand, word, first.role, len(word), tuple(component.name for component in components), ends)


def _proposed_name(strand: Strand, component: Component) -> str:
    """A free strand is named after its component, a bottom after its gate, a covered top after its domains."""
    if component.complex.is_strand:
        return component.name
    if strand[0].starred:
        return f"{component.name}_bot"
    if component.role == Role.REPORTER:
        return f"{component.name}_top"
    return "top_" + "-".join(domain.name for domain in strand)


def _unique(proposed: str, taken: set[str]) -> str:
    """The name made legal, and numbered where another strand has it. Case does not distinguish: it does not in Excel."""
    legal = re.sub(r"[^A-Za-z0-9_.-]+", "_", proposed.replace("*", "_bot"))
    legal = legal if legal[:1].isalpha() else f"s_{legal}"
    name, number = legal[:LONGEST_NAME], 1
    while name.lower() in taken:
        number += 1
        suffix = f"_{number}"
        name = legal[: LONGEST_NAME - len(suffix)] + suffix
    taken.add(name.lower())
    return name


def check_reassembly(system: DsdSystem, ordered: Iterable[Oligo], assignment: SequenceAssignment) -> None:
    """Rebuild every complex from the ordered sequences alone.

    Paired domains must be exact reverse complements, and every domain must spell what was assigned to it. Raises
    CheckFailed naming the component, the domain and what is wrong.
    """
    oligos = tuple(ordered)
    for component in system.components:
        words = {strand: oligo_in(oligos, component, strand).sequence for strand in component.complex.strands}
        _check_complex(component.name, component.complex, words, assignment)


def _check_complex(name: str, complex_: Complex, by_strand: Mapping[Strand, str], assignment: SequenceAssignment) -> None:
    pieces = [piece for strand in complex_.strands for piece in _pieces(name, strand, by_strand)]
    for index, (domain, piece) in enumerate(zip(complex_.domains, pieces)):
        partner = complex_.pairing[index]
        if partner is not None and piece != reverse_complement(pieces[partner]):
            raise CheckFailed(f"{name}: domain {domain} is {piece}, which does not pair with {pieces[partner]}")
        if piece != assignment.spell((domain,)):
            raise CheckFailed(f"{name}: domain {domain} is ordered as {piece}, not {assignment.spell((domain,))}")


def _pieces(name: str, strand: Strand, by_strand: Mapping[Strand, str]) -> list[str]:
    """The ordered sequence of a strand cut at its domains."""
    word = by_strand[strand]
    if len(word) != sum(domain.length for domain in strand):
        raise CheckFailed(f"{name}: strand {strand_text(strand)} is ordered with {len(word)} nt")
    return cut(strand, word)
