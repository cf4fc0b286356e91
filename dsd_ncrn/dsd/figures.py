"""Figures of a translated system: all gates on one sheet, one module with its steps, and its wiring as a graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise

from dsd_ncrn.crn.graph import colour_of
from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.dsd.drawing import FONT, INK, Canvas, Palette, draw, label, mark_ends
from dsd_ncrn.dsd.module import Enumerate, Steps, module_of, steps_of
from dsd_ncrn.dsd.structure import Complex, Strand
from dsd_ncrn.dsd.system import Component, DsdSystem, Role
from dsd_ncrn.dsd.words import Private, branch_name
from dsd_ncrn.errors import InputError, did_you_mean

MARGIN, SPACE, SHEET_WIDTH = 16.0, 22.0, 1250.0
_MUTED, _LETTER, _BESIDE = "#5b616a", 6.4, 20.0
"""Colour of captions, pixels for one of their letters, pixels between an arrow and what comes and goes."""
_LEGEND = (
    "Half arrows: 3\u2032 ends. Grey: base pairs. t, u, v: toeholds of signals, of mirrored signals, of forks; "
    "with a number a part of one. F: dye, Q: quencher."
)

_KINDS = {
    Role.SIGNAL: "Signals",
    Role.BUFFER: "Cogates in excess (buffers)",
    Role.CLOCK: "Clocks",
    Role.SCAVENGER: "Sinks and scavengers",
    Role.REPORTER: "Reporters",
}


def palette_of(system: DsdSystem) -> Palette:
    """Species in order of first use, then clocks; the private domains of reactions by their kind."""
    strands = [*system.signals.values(), *(clock.strand for clock in system.clocks.values())]
    domains = (domain for name in strands for domain in system.by_name[name].complex.domains)
    private = {branch_name(kind.of(reaction)): kind for reaction in system.formal for kind in Private}
    return Palette(tuple(dict.fromkeys(domain.name for domain in domains if not domain.is_toehold)), private)


def sheet(system: DsdSystem) -> str:
    """Every complex and strand of a system, the gates of each formal reaction together, as an SVG file."""
    palette, canvas = palette_of(system), Canvas()
    canvas.text(MARGIN, MARGIN + 6, f'<tspan font-weight="bold">{escape(system.name)}</tspan>', anchor="start", size=15)
    y = MARGIN + 16
    for title, components in _groups(system):
        canvas.text(MARGIN, y + FONT + 4, title, anchor="start", size=FONT + 1)
        y = row_drawn(canvas, [(_caption(each), _drawn(each, system, palette)) for each in components], y + FONT + 8) + 4
    canvas.text(MARGIN, y + FONT, _LEGEND, anchor="start", colour=_MUTED, size=FONT - 1)
    canvas.width, y = canvas.width + MARGIN, y + FONT
    canvas.height = y + MARGIN
    return canvas.svg(f"{system.name}: gates and strands")


def _groups(system: DsdSystem) -> Iterator[tuple[str, list[Component]]]:
    """Formal reactions with their gates and auxiliary strands, then what the whole system shares."""
    shown: set[str] = set()
    for reaction in system.formal:
        name = reaction.origin.reaction
        own = [c for c in system.components if c.name not in shown and any(o.reaction == name for o in c.origins)]
        own = [component for component in own if component.role in (Role.GATE, Role.FUEL)]
        shown |= {component.name for component in own}
        yield _heading(reaction), own
    shared = [c for c in system.components if c.role == Role.FUEL and not c.origins]
    if shared:
        yield "Seals and sources", shared
    for role, title in _KINDS.items():
        found = [component for component in system.components if component.role == role]
        if found:
            yield title, found


def _heading(reaction: Reaction) -> str:
    name = f'<tspan font-weight="bold" fill="{colour_of(reaction.origin.stage)}">{escape(reaction.origin.reaction)}</tspan>'
    return f"{name}  {formula(reaction)}"


def formula(reaction: Reaction) -> str:
    """The formal reaction with subscripts."""
    sides = (_side(reaction.reactants), _side(reaction.products))
    return " \u2192 ".join(sides)


def _side(species: Sequence[str]) -> str:
    """Each name on its own baseline, which subscripts leave."""
    return " + ".join(f'<tspan dx="2">{label(name)}</tspan>{_back(name)}' for name in species) or "\u2205"


def _back(name: str) -> str:
    """Returns to the baseline that the scripts of a name have left."""
    shift = label(name).count('dy="2.5"') * -2.5 + label(name).count('dy="-6"') * 6
    return f'<tspan dy="{shift:g}">\u200b</tspan>' if shift else ""


def _drawn(component: Component, system: DsdSystem, palette: Palette) -> Canvas:
    """A component, with the labels of a reporter at the end of its duplex that has no toehold."""
    drawing = draw(component.complex, palette)
    for labels in system.reporters:
        if labels.component == component.name:
            mark_ends(drawing, right=labels.dye_end == "5'")
    return drawing


def _caption(component: Component) -> str:
    level = f", {component.concentration:g} nM" if component.concentration else ""
    return f"{escape(component.name)}{level}"


def row_drawn(canvas: Canvas, drawings: Sequence[tuple[str, Canvas]], y: float) -> float:
    """Drawings side by side with captions below, in as many rows as they need; where the last one ends."""
    x, tallest = MARGIN, 0.0
    for caption, drawing in drawings:
        width = max(drawing.width, _LETTER * len(caption))
        if x > MARGIN and x + width > SHEET_WIDTH:
            x, y, tallest = MARGIN, y + tallest + 18, 0.0
        canvas.place(drawing, x, y)
        canvas.text(x + 2, y + drawing.height + 10, caption, anchor="start", colour=_MUTED, size=FONT - 1)
        canvas.width = max(canvas.width, x + width)
        x, tallest = x + width + SPACE, max(tallest, drawing.height)
    return y + tallest + 18


def module_figure(system: DsdSystem, name: str, enumerate_complexes: Enumerate) -> str:
    """The gates of one formal reaction and what happens to each of them step by step, as an SVG file.

    Raises InputError for a name that is no reaction of the system.
    """
    reactions = {reaction.origin.reaction: reaction for reaction in system.formal}
    if name not in reactions:
        raise InputError("no such reaction", name, did_you_mean(name, reactions))
    module, palette, canvas = module_of(reactions[name], system), palette_of(system), Canvas()
    steps = steps_of(enumerate_complexes(module.present))
    canvas.text(MARGIN, MARGIN + 6, _heading(reactions[name]), anchor="start", size=14)
    x, y = MARGIN, MARGIN + 22
    gates = [component for component in system.components if component.complex in module.gates]
    for component in sorted(gates, key=lambda each: each.name == system.gates[name].fork):
        column = course_drawn(component, steps, palette)
        canvas.place(column, x, y)
        x += column.width + 3 * SPACE
    canvas.width, canvas.height = x - 2 * SPACE, canvas.height + MARGIN
    return canvas.svg(f"{system.name}: {name}")


def course_drawn(component: Component, steps: Steps, palette: Palette) -> Canvas:
    """One gate from start to end, with what comes and goes between its states."""
    canvas = Canvas()
    canvas.text(0, FONT, escape(component.name), anchor="start", colour=_MUTED)
    y = FONT + 6.0
    states = _course(component.complex, steps)
    drawings = [draw(state, palette) for state in states]
    comes = [draw(each, palette).width for before, after in pairwise(states) for each in _exchanged(before, after, steps)[0]]
    middle = max(*(drawing.width / 2 for drawing in drawings), *(width + _BESIDE for width in comes))
    for drawing, (before, after) in zip(drawings, pairwise([*states, states[-1]])):
        canvas.place(drawing, middle - max(each.width for each in drawings) / 2, y)
        y += drawing.height
        if before != after:
            y = _arrow(canvas, before, after, steps, palette, middle, y)
    return canvas


def _arrow(canvas: Canvas, before: Complex, after: Complex, steps: Steps, palette: Palette, middle: float, y: float) -> float:
    """An arrow down, what comes in on its left, what goes out on its right; where the next state begins."""
    left, right = _exchanged(before, after, steps)
    comes, goes = [draw(each, palette) for each in left], [draw(each, palette) for each in right]
    height = max(30.0, sum(each.height for each in comes), sum(each.height for each in goes)) + 8
    reversible = any(after in one and before in other for one, other in steps)
    _down(canvas, middle, y + 2, y + height - 2, reversible)
    for drawings, to_left in ((comes, True), (goes, False)):
        at = y + 2
        for drawing in drawings:
            canvas.place(drawing, middle - _BESIDE - drawing.width if to_left else middle + _BESIDE, at)
            at += drawing.height
    return y + height


def _down(canvas: Canvas, x: float, top: float, end: float, reversible: bool) -> None:
    """A double arrow with half heads for a reversible step, a simple one with a whole head for one that is not."""
    if reversible:
        for shift, tip, angle in ((-2.5, end, 270), (2.5, top, 90)):
            canvas.line((x + shift, top), (x + shift, end), INK, 1.4)
            canvas.half_arrow((x + shift, tip), angle, INK, side=-1)
        return
    canvas.line((x, top), (x, end), INK, 1.8)
    canvas.half_arrow((x, end), 270, INK)
    canvas.half_arrow((x, end), 270, INK, side=-1)


def _course(gate: Complex, steps: Steps) -> list[Complex]:
    """The states of a gate on the shortest way to one that nothing leaves."""
    bottom = _bottom(gate)
    following: dict[Complex, list[Complex]] = {}
    for left, right in steps:
        pairs = [(one, other) for one in left for other in right if bottom in one.strands and bottom in other.strands]
        for one, other in pairs:
            following.setdefault(one, []).append(other)
    ways, seen = [[gate]], {gate}
    for way in ways:
        fresh = [state for state in dict.fromkeys(following.get(way[-1], ())) if state not in seen]
        if way[-1] not in following:
            return way
        seen.update(fresh)
        ways += [[*way, state] for state in fresh]
    return ways[-1]


def _exchanged(before: Complex, after: Complex, steps: Steps) -> tuple[list[Complex], list[Complex]]:
    """What a gate takes and gives away between two of its states."""
    left, right = next(step for step in steps if before in step[0] and after in step[1])
    return [each for each in left if each != before], [each for each in right if each != after]


def _bottom(gate: Complex) -> Strand:
    return next(strand for strand in gate.strands if strand[0].starred)


def dot(system: DsdSystem) -> str:
    """Formal species, reactions and the gates that make them, in the DOT language of Graphviz."""
    lines = [f"digraph {_quoted(system.name)} {{", "  rankdir=LR;", '  node [fontname="Helvetica"];']
    lines += [f"  {_quoted(name)} [shape=ellipse];" for name in system.signals]
    for reaction in system.formal:
        name = reaction.origin.reaction
        gates = [c.name for c in system.components if not c.complex.is_strand and any(o.reaction == name for o in c.origins)]
        text = _quoted("\\n".join([name, *gates]))
        node = _quoted(f"reaction {name}")
        look = f'shape=box, style=filled, fontcolor=white, color="{colour_of(reaction.origin.stage)}"'
        lines.append(f"  {node} [label={text}, {look}];")
        lines += [f"  {_quoted(s)} -> {node};" for s in reaction.reactants if s in system.signals]
        lines += [f"  {node} -> {_quoted(product)};" for product in reaction.products if product in system.signals]
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'
