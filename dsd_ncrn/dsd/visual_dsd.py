"""Systems as programs of Visual DSD: ``<t^ x>`` a strand, ``{t^*}[x t^]:[a]`` a gate.

Syntax: Spaccasassi et al., Visual DSD User Manual (2019). Upper strands ``< >`` are written 5' to 3', lower strands
``{ }`` 3' to 5'; ``[ ]`` is a double strand with its overhangs beside it, ``:`` joins two of them along the lower strand.
``^`` marks a toehold, ``*`` the complement.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NoReturn

from dsd_ncrn.dsd.structure import Complex, Domain
from dsd_ncrn.dsd.system import DsdSystem, Role
from dsd_ncrn.errors import InputError

_WORDS = frozenset({"all", "constant", "def", "directive", "dom", "float", "init", "int", "new", "of", "seq", "string", "sum"})
"""Words that a program cannot use as names."""
_TOEHOLD_NT, _BRANCH_NT = 6, 20  # Visual DSD's own lengths, for a system without the one or the other


def write_visual_dsd(system: DsdSystem) -> str:
    """A system as a program that Visual DSD compiles and simulates; concentrations in nM, time in s.

    Toeholds have Visual DSD's rates, so what it simulates differs from what this project does. Clock strands and what is
    added later stand there at 0. Raises InputError for a component that is not one bottom strand with strands on it.
    """
    domains = identifiers(domain.name for domain in system.domains)
    names = identifiers(component.name for component in system.components)
    made = {component.name: visual_structure(component.complex, domains) for component in system.components}
    signals = [f"{names[each.name]}()" for each in system.components if each.role == Role.SIGNAL]
    lines = [
        f"(* {system.name} *)",
        "directive simulation { final = 3600; points = 1000; plots = [" + "; ".join(signals) + "] }",
        "directive simulator deterministic",
        "directive units { concentration = nM; time = s }",
        "directive compilation infinite",
        f"directive lengths {_usual_length(system, True)} {_usual_length(system, False)}",
        *(f"(* {domains[each.name]}: {each.length} nt *)" for each in _unusual(system)),
        *(f"def {names[name]}() = {structure}" for name, structure in made.items()),
        "( " + "\n| ".join(f"{each.concentration:.12g} {names[each.name]}()" for each in system.components),
        ")",
    ]
    return "\n".join(lines) + "\n"


def identifiers(names: Iterable[str]) -> dict[str, str]:
    """Names as a program can have them: letters, digits and underscores after a letter, no two alike."""
    found: dict[str, str] = {}
    for name in dict.fromkeys(names):
        word = re.sub(r"\W", "_", name, flags=re.ASCII)
        word = word if word[:1].isalpha() else f"n{word}"
        while word in _WORDS or word in found.values():
            word += "_"
        found[name] = word
    return found


def visual_structure(complex_: Complex, domains: Mapping[str, str]) -> str:
    """A strand or gate in Visual DSD's notation. Raises InputError where it has no place for the structure."""
    if complex_.is_strand:
        return f"<{_text(complex_.strands[0], domains)}>"
    return ":".join(segment.text(domains) for segment in _GateText(complex_).segments())


@dataclass
class _Segment:
    """A double strand, as its upper one, with overhangs on the left and on the right, upper and lower."""

    left_lower: list[Domain]
    left_upper: list[Domain]
    paired: list[Domain] = field(default_factory=list)
    right_upper: list[Domain] = field(default_factory=list)
    right_lower: list[Domain] = field(default_factory=list)

    def text(self, domains: Mapping[str, str]) -> str:
        """``{l*}<l>[s]<r>{r*}``, without what is empty."""
        parts = zip("{<[<{", (self.left_lower, self.left_upper, self.paired, self.right_upper, self.right_lower), "}>]>}")
        return "".join(f"{before}{_text(part, domains)}{after}" for before, part, after in parts if part)


class _GateText:
    """A complex as one bottom strand, read 3' to 5', with tops on it."""

    def __init__(self, complex_: Complex) -> None:
        self.complex, self.domains, self.pairing = complex_, complex_.domains, complex_.pairing
        starts = [*sorted(complex_.ends), len(self.domains)]
        self.spans = [range(start, end) for start, end in pairwise(starts)]
        self.owner = [number for number, span in enumerate(self.spans) for _ in span]
        self.bottom = self._bottom()

    def _bottom(self) -> range:
        """The strand that all pairs are made with; of two, the starred one."""
        ordered = sorted(range(len(self.spans)), key=lambda number: not self.complex.strands[number][0].starred)
        pairs = [(self.owner[here], self.owner[there]) for here, there in enumerate(self.pairing) if there is not None]
        fitting = [number for number in ordered if all((one == number) != (other == number) for one, other in pairs)]
        if not fitting:
            self._refuse()
        return self.spans[fitting[0]]

    def _refuse(self) -> NoReturn:
        remedy = "It writes one bottom strand with strands on it that each hold in one place."
        raise InputError("Visual DSD has no notation for this complex", self.complex.kernel, remedy)

    def segments(self) -> list[_Segment]:
        """The double strands from left to right; bare bottom between two of them is an overhang of the first."""
        found: list[_Segment] = []
        bare: list[Domain] = []
        previous: int | None = None
        for position in reversed(self.bottom):
            partner = self.pairing[position]
            if partner is None:
                bare.append(self.domains[position])
            elif found and not bare and previous is not None and self._goes_on(previous, partner):
                found[-1].paired.append(self.domains[partner])
            else:
                self._end(found, previous, bare)
                found.append(_Segment([] if found else bare, self._loose(self._before(partner)), [self.domains[partner]]))
                bare = []
            previous = previous if partner is None else partner
        self._end(found, previous, bare)
        return found

    def _goes_on(self, previous: int, partner: int) -> bool:
        return previous == partner - 1 and self.owner[previous] == self.owner[partner]

    def _end(self, found: list[_Segment], last: int | None, bare: list[Domain]) -> None:
        """Give the last segment what hangs over on its right."""
        if last is not None:
            found[-1].right_upper = self._loose(range(last + 1, self.spans[self.owner[last]].stop))
            found[-1].right_lower = bare

    def _before(self, partner: int) -> range:
        return range(self.spans[self.owner[partner]].start, partner)

    def _loose(self, positions: range) -> list[Domain]:
        """The end of a top, which must be unpaired: a top that holds in two places has no notation."""
        if any(self.pairing[position] is not None for position in positions):
            self._refuse()
        return [self.domains[position] for position in positions]


def _text(strand: Iterable[Domain], domains: Mapping[str, str]) -> str:
    return " ".join(domains[each.name] + "^" * each.is_toehold + "*" * each.starred for each in strand)


def _usual_length(system: DsdSystem, toehold: bool) -> int:
    """The commonest length of toeholds or of branch domains, nt."""
    lengths = Counter(each.length for each in system.domains if each.is_toehold == toehold)
    return lengths.most_common(1)[0][0] if lengths else (_TOEHOLD_NT if toehold else _BRANCH_NT)


def _unusual(system: DsdSystem) -> list[Domain]:
    return [each for each in system.domains if each.length != _usual_length(system, each.is_toehold)]
