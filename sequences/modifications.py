"""Dyes, quenchers and anchors at the ends of strands, as data, and which of them the reporters of a circuit get.

A modification stands in IDT's spelling of a sequence between slashes. Codes of dyes and biotin are those of scadnano's
``modifications.py``, codes of quenchers and their dyes those of open tools that order probes; emission maxima (nm) are
those that vendors print. All are to be checked when ordering.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dsd_ncrn.dsd.staged import FORK_TAG, TAG, TETHER
from dsd_ncrn.dsd.structure import Complex, Strand
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import InputError

FIVE, THREE = "5'", "3'"


@dataclass(frozen=True, slots=True)
class Modification:
    """A group at one end of a strand: its ``name``, the ``end`` (5' or 3'), and IDT's ``code``."""

    name: str
    end: str
    code: str

    def __str__(self) -> str:
        return f"{self.end} {self.name}"


@dataclass(frozen=True, slots=True)
class Dye:
    """A fluorophore with its excitation and emission maxima (nm), its codes by end, and the quencher it goes with."""

    name: str
    excitation: int
    emission: int
    codes: Mapping[str, str]
    quencher: str


BIOTIN = Modification("biotin", FIVE, "/5Biosg/")
TAGS: Mapping[str, Mapping[str, Modification]] = {
    TAG: {FIVE: BIOTIN, THREE: Modification("biotin", THREE, "/3Bio/")},
    FORK_TAG: {
        FIVE: Modification("digoxigenin", FIVE, "/5DigN/"),
        THREE: Modification("digoxigenin", THREE, "/3Dig_N/"),
    },
}
"""What beads hold strands by: of biotin streptavidin, of digoxigenin its antibody."""
AMINE = Modification("amino C6", FIVE, "/5AmMC6/")
"""What binds a tether to carboxylated beads for good."""

DYES = (
    Dye("6-FAM", 495, 520, {FIVE: "/56-FAM/", THREE: "/36-FAM/"}, "Iowa Black FQ"),
    Dye("Cy3", 550, 564, {FIVE: "/5Cy3/", THREE: "/3Cy3Sp/"}, "Iowa Black RQ"),
    Dye("ROX", 588, 608, {FIVE: "/56-ROXN/", THREE: "/3Rox_N/"}, "Iowa Black RQ"),
    Dye("Cy5", 648, 668, {FIVE: "/5Cy5/", THREE: "/3Cy5Sp/"}, "Iowa Black RQ"),
)
"""In order of emission, neighbours at least ``APART_NM`` apart."""

APART_NM = 40
QUENCHERS: Mapping[str, Mapping[str, str]] = {
    "Iowa Black FQ": {FIVE: "/5IABkFQ/", THREE: "/3IABkFQ/"},
    "Iowa Black RQ": {FIVE: "/5IAbRQ/", THREE: "/3IAbRQSp/"},
}
"""FQ takes 6-FAM, HEX and JOE, RQ the dyes from Cy3 to Cy5."""

_CHOICES = {1: (0,), 2: (0, 3), 3: (0, 2, 3), 4: (0, 1, 2, 3)}
"""The dyes that are furthest apart for so many reporters in one tube."""


@dataclass(frozen=True, slots=True)
class Channel:
    """What reads a species: its reporter's component and dye, and the ``tube`` (from 1) whose reporters are read together."""

    species: str
    component: str
    dye: Dye
    tube: int


def channels_of(system: DsdSystem) -> tuple[Channel, ...]:
    """A dye for every reporter, so that no two that meet in a tube overlap.

    Reporters present from the start share the reaction's tube, the others are mixed with samples, four to a sample.
    Raises InputError naming the reporter for which the reaction's tube has no channel left.
    """
    inside = [each.component for each in system.reporters if system.by_name[each.component].concentration > 0]
    if len(inside) > len(DYES):
        rule = f"a tube has {len(DYES)} channels that do not overlap: there is none for {inside[len(DYES)]}"
        remedy = 'Name fewer in translation.reporters, or mix them with samples: reporter = "0 nM".'
        raise InputError(rule, len(inside), remedy)
    groups = [system.reporters[start : start + len(DYES)] for start in range(0, len(system.reporters), len(DYES))]
    return tuple(
        Channel(reporter.species, reporter.component, DYES[choice], tube)
        for tube, group in enumerate(groups, start=1)
        for reporter, choice in zip(group, _CHOICES[len(group)])
    )


Ends = tuple[Modification, ...]
"""The modifications of one strand, 5' before 3'."""


def labels_of(system: DsdSystem) -> Mapping[tuple[str, Strand], Ends]:
    """What the modified strands carry, by component and strand.

    What is pulled out on beads has a tag, at the end of its bottom that is away from the open toehold: scavengers, and gates
    of staged learners; of a gate on a tether it is this that beads hold. The caps that leave with these have that of the gate
    that they come off; one that comes off a fork would else draw the whole fork to the beads of the joins. The strands of every
    reporter have a dye and the quencher that faces it.
    """
    closing = {name for clock in system.clocks.values() for name in (*clock.scavengers, *clock.captures.values())}
    held = [component for component in system.components if component.tag or component.name in closing]
    caps = {each.complex.strands[0] for each in held if each.complex.is_strand}
    labels: dict[tuple[str, Strand], Ends] = {
        (each.name, strand): (AMINE if strand == TETHER else TAGS[each.tag or TAG][_far_end(each.complex, strand)],)
        for each in held
        for strand in each.complex.strands
        if strand in caps or (strand[0].starred and TETHER not in each.complex.strands)
    }
    on_gates = {strand: ends for (name, strand), ends in reversed(labels.items()) if not system.by_name[name].complex.is_strand}
    labels |= {
        (each.name, strand): on_gates[strand]
        for each in held
        for strand in each.complex.strands
        if strand in on_gates and each.complex.is_strand
    }
    for reporter, channel in zip(system.reporters, channels_of(system)):
        dye, codes = channel.dye, QUENCHERS[channel.dye.quencher]
        bright = Modification(dye.name, reporter.dye_end, dye.codes[reporter.dye_end])
        dark = Modification(dye.quencher, reporter.quencher_end, codes[reporter.quencher_end])
        labels[reporter.component, reporter.dye_strand] = (bright,)
        labels[reporter.component, reporter.quencher_strand] = (dark,)
    return labels


def _far_end(complex_: Complex, strand: Strand) -> str:
    """The end of a strand that its tag is at: 3' where it holds a gate whose open toehold it begins with."""
    place = complex_.strands.index(strand)
    leads = complex_.pairing[sum(map(len, complex_.strands[:place]))] is None
    return THREE if leads and not complex_.is_strand else FIVE
