"""What each strand is, in words: what it stands for, where its toehold is, and in which gates it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dsd_ncrn.dsd.experiment import gates_of_variants
from dsd_ncrn.dsd.system import Component, DsdSystem, GateKind, Role
from sequences.bench.document import DocumentSection, Table
from sequences.oligos import Oligo

STAGES = {"N1": "forward pass", "N2": "error", "N3": "gradient", "N4": "update"}
KINDS = {
    GateKind.JOIN: "takes its inputs one after the other",
    GateKind.SINK: "takes its inputs and gives nothing back",
    GateKind.DRAIN: "takes its clock, then its input",
    GateKind.ANNIHILATOR: "takes two inputs that cancel each other",
}
ALONE = {
    Role.FUEL: "fuel: in excess, binds a gate and frees what is held there",
    Role.BUFFER: "cogate: in excess, frees what a join holds",
    Role.WASTE: "cap: comes off a gate that fires, and leaves with the beads",
    Role.CLOCK: "clock",
}
SHOWN = 6


def legend_section(system: DsdSystem, oligos: Sequence[Oligo]) -> DocumentSection:
    """A line for every strand."""
    means = _Meanings(system)
    rows = tuple((each.name, means.of(each), _toehold(each), means.stage(each), _some(each.used_in)) for each in oligos)
    text = (
        "A signal is a strand with a toehold and a branch. A join's bottom holds what it takes in, a fork's bottom what it "
        "releases; tops cover a bottom until they are displaced. The end of the toehold is the polarity: the two "
        "polarities alternate from gate to gate."
    )
    header = ("name", "is", "toehold at", "for", "in")
    return DocumentSection("What each strand is", (text, Table("legend", header, rows)), 3)


class _Meanings:
    def __init__(self, system: DsdSystem) -> None:
        self.system, self.variants = system, gates_of_variants(system)
        self.species = {component: species for species, component in system.signals.items()}
        self.taken = {cogate: strand for strand, cogate in system.cogates.items()}
        self.phases = {clock.strand: phase for phase, clock in system.clocks.items()}
        self.reports = {each.component: each.species for each in system.reporters}
        self.gates = {
            name: (part, gates)
            for gates in system.gates.values()
            for name, part in ((gates.fork, "fork"), (gates.join, "join"))
            if name
        }
        sides = ((each.origin.reaction, " + ".join(each.reactants), " + ".join(each.products)) for each in system.formal)
        self.formulas = {name: f"{left} → {right or '∅'}" for name, left, right in sides}

    def of(self, oligo: Oligo) -> str:
        """What a strand is."""
        component = self._first(oligo)
        if component.complex.is_strand:
            return self._alone(component)
        if oligo.is_bottom:
            return f"bottom of {self._complex(component)}"
        return (
            "top: covers a bottom until it is displaced"
            if component.role is Role.GATE
            else (f"top of {self._complex(component)}")
        )

    def stage(self, oligo: Oligo) -> str:
        """The stages and reactions that it belongs to."""
        origins = dict.fromkeys((each.stage, each.reaction) for each in self._first(oligo).origins)
        told = ((STAGES.get(stage, stage), self.formulas.get(reaction, "")) for stage, reaction in origins)
        return _some([" ".join(each for each in pair if each) for pair in told])

    def _first(self, oligo: Oligo) -> Component:
        """The component that it is, else the first that it is part of."""
        parts = [self.system.by_name[name] for name in oligo.used_in]
        return next((each for each in parts if each.complex.is_strand), parts[0])

    def _alone(self, component: Component) -> str:
        if component.role is Role.SIGNAL:
            return f"signal: stands for {self.species.get(component.name, component.name)}"
        says = ALONE.get(component.role, str(component.role))
        of = self.phases.get(component.name) or self.taken.get(component.name)
        return f"{says} ({of})" if of else says

    def _complex(self, component: Component) -> str:
        name = self.variants.get(component.name, component.name)
        if name in self.reports:
            return f"the reporter of {self.reports[name]}"
        if component.role is Role.SCAVENGER:
            return "a scavenger: on beads, takes the clock strands of a phase out"
        part, gates = self.gates.get(name, ("", None))
        if gates is None:
            return f"a {component.role}"
        does = "gives its outputs, held until a join has fired" if part == "fork" else KINDS[gates.kind]
        another = ", a variant" if name != component.name else ""
        return f"the {part} of {gates.reaction}{another}: {does}"


def _toehold(oligo: Oligo) -> str:
    """The ends at which a strand has one; a bottom has them inside as well, where the others bind."""
    if oligo.is_bottom:
        return ""
    ends: Iterator[str] = (end for end, place in (("5'", 0), ("3'", -1)) if oligo.strand[place].is_toehold)
    return " and ".join(ends) or "none"


def _some(names: Sequence[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
