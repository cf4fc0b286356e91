"""Strands of the staged form: every gate is on beads and in the tube in its stage alone, an input is a dose of gates.

Two toeholds, t and s. Whatever is in the tube while gates are pulled out must not rest on them: P and Y have s, Z and all
triggers t, and the forks are open at t. Joins are open at s, cut short, so that P is soon let go; the strand that a gate sets
free first is the one that is needed at once, P before Z, since it frees P while its forks are still there.

    weight i     join {s*}[p t][r t][r], one for each x_i and unit;  fork [i][t z][s p][t r]{t*}
    meet         {t*}[z s][y], with one parameter {t*}[z s][p]
    raise        join of Y {s*}[y t][q t][q];  fork of x_i [i][s p][t q]{t*}
    lower        {t*}[z s][p], of x_i
    clear        {t*}[z], for Z that finds nothing to lower

What comes off for good, <r>, <q>, <p>, <y> and <i>, has no toehold but still leaks into fresh gates: it carries a biotin and
leaves with the beads (caps).

Where inputs are units of a fixed layer, their gates, [h e] at the end away from the open toehold, hang on a tether <h e>: the
releaser <e* h*> lets one go. Tethers are bound to their beads for good and not by a biotin: those of caps would hold the gates
as well. Bare tethers, whose gates were let go in side wells, come along on their beads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dsd_ncrn.crn.types import Origin, Reaction
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.dsd.schemes.endings import reporters
from dsd_ncrn.dsd.structure import Bound, Domain, Open, Strand, free, gate
from dsd_ncrn.dsd.system import Component, DsdSystem, GateKind, Gates, Role
from dsd_ncrn.ncrn.types import NeuralCrn

STAGED = "staged"
"""What the gates of a system are called; a staged learner has no clocks."""
TAG, FORK_TAG = "biotin", "digoxigenin"
"""A magnet takes every bead, so that joins, which leave before their forks, are on beads of another kind that are caught by
another tag."""
OPENED = "Q"
"""What the join of Y makes of it: the strand that opens the forks which raise parameters."""
TETHER: Strand = (Domain("h", 15), Domain("e", 7))
RELEASER: Strand = tuple(~domain for domain in reversed(TETHER))
BARE, RELEASING = "tether", "releaser"
LEVEL = 1000.0
"""nM of gates or releasers in a side well that stand for 1."""
WAIT_S = 1500.0
"""How long a side well reacts before its beads are pulled."""
MEET, TARGET_JOIN, CLEAR = "sink_N2_meet", "join_N4_raise", "clear_Z"
Z_BUFFER, TARGET_TRIGGER, SEAL, UPDATE_SEAL = "Z_cogate", "trigger_N4_raise", "seal", "update_seal"


def weight_join(place: str) -> str:
    """The gates that stand for an input."""
    return f"join_N1_{place}"


def weight_fork(place: str) -> str:
    """The gates that set Z free for it."""
    return f"fork_N1_{place}"


def raising(place: str) -> str:
    """The gates by which an input raises its parameter."""
    return f"fork_N4_raise{place}"


def lowering(place: str) -> str:
    """The gates by which an input lowers its parameter."""
    return f"sink_N4_lower{place}"


def places_of(ncrn: NeuralCrn) -> tuple[str, ...]:
    """What tells the parameters of a learner apart, in their order; 1 for the only one."""
    return tuple(each.symbol.place or "1" for each in ncrn.parameters)


def input_places(ncrn: NeuralCrn) -> dict[str, str]:
    """The species of each input, by the place of the parameter that it meets."""
    met = {r.reactants[1]: r.reactants[0] for r in ncrn.crn.stage("N1")}
    return {place: met[each.plus] for place, each in zip(places_of(ncrn), ncrn.parameters)}


class _Strands:
    """Domains of a design, and the strands of its gates."""

    def __init__(self, spec: DesignSpec) -> None:
        whole, first = spec.translation.toehold, spec.staged.first_toehold
        if first > whole:
            rule, key = f"first_toehold is longer than the toehold of {whole} nt", ("staged", "first_toehold")
            raise DesignError(f"staged.first_toehold: {rule}", first, "Shorten it.", key=key)
        # The short toehold is the part beside the branch: what enters there rests less, and leaves sooner.
        near, far = Domain("s" if first == whole else "s1", first), Domain("s2", whole - first)
        self.t: Strand = (Domain("t", whole),)
        self.s: Strand = (far, near) if far.length else (near,)
        self.first: Strand = (near,)
        self._branch = spec.translation.branch

    def branch(self, name: str) -> Strand:
        """A recognition domain."""
        return (Domain(name, self._branch),)

    def join(self, name: str, trigger: str) -> tuple[Open | Bound, ...]:
        """What the strand of ``name`` enters by the short toehold; it frees a trigger."""
        entered, freed = self.branch(name), self.branch(trigger)
        return Open(self.first), Bound(entered + self.t), Bound(freed + self.t), Bound(freed)

    def sink(self, partner: str) -> tuple[Open | Bound, ...]:
        """Where Z and a partner annihilate."""
        return Open(self.t), Bound(self.branch("z") + self.s), Bound(self.branch(partner))


def translate_staged(ncrn: NeuralCrn, spec: DesignSpec) -> DsdSystem:
    """Every strand and gate of a learner in the staged form. Raises DesignError for toeholds that do not fit, and for
    reporters of what is no signal.
    """
    several = len(ncrn.parameters) > 1
    signals = {each: each for each in (*(("Z", "Y", OPENED) if several else "Z"), *(p.plus for p in ncrn.parameters))}
    cogates = {"Z": Z_BUFFER} | {p.plus: f"{p.plus}_cogate" for p in ncrn.parameters}
    components, formal = tuple(_components(ncrn, spec)), tuple(_formal(ncrn))
    strands = {each.name: each.complex.strands[0] for each in components if each.name in signals}
    read = reporters(spec.translation, strands)
    return DsdSystem(
        spec.name,
        (*components, *(duplex for duplex, _ in read)),
        signals=signals,
        cogates=cogates,
        clocks={},
        gates={each.origin.reaction: _gates_of(each, components) for each in formal},
        polarity=dict.fromkeys(signals, 1),
        formal=formal,
        scheme=STAGED,
        variants=spec.staged.variants,
        reporters=tuple(labels for _, labels in read),
    )


def _formal(ncrn: NeuralCrn) -> Iterator[Reaction]:
    """What the gates do: an input is their amount, and Y raises by way of the strand that opens forks."""
    inputs = set(input_places(ncrn).values())
    several = len(ncrn.parameters) > 1
    if several:
        yield Reaction(("Y",), (OPENED,), 1.0, origin=Origin("N4_raise", "N4"))
    for each in ncrn.crn.reactions:
        left = tuple(OPENED if name == "Y" and each.products else name for name in each.reactants if name not in inputs)
        if several or each.reactants != ("Y",):
            yield replace(each, reactants=left)


def _gates_of(reaction: Reaction, components: tuple[Component, ...]) -> Gates:
    """The gates of a formal reaction; how often they fire is not counted."""
    name = reaction.origin.reaction
    join, *forks = (c for c in components if c.role is Role.GATE and name in {each.reaction for each in c.origins})
    bottom = next(strand for strand in join.complex.strands if strand[0].starred)
    kind = GateKind.JOIN if reaction.products else GateKind.SINK
    return Gates(name, kind, join.name, forks[0].name if forks else None, None, None, bottom, None)


def _components(ncrn: NeuralCrn, spec: DesignSpec) -> Iterator[Component]:
    """Signals, buffers and fuels, gates, caps."""
    of, doses, several = _Strands(spec), spec.staged, len(ncrn.parameters) > 1
    t, s, b = of.t, of.s, of.branch
    p_first = doses.frees_first == "parameter"
    start = {each.plus: dict(each.amounts(v))[each.plus] for each, v in zip(ncrn.parameters, ncrn.initial_parameters)}
    weights = [(place, each.plus, each.plus.lower(), f"r{place}") for place, each in zip(places_of(ncrn), ncrn.parameters)]
    yield _strand("Z", t + b("z"), Role.SIGNAL)
    if several:
        yield _strand("Y", s + b("y"), Role.SIGNAL)
        yield _strand(OPENED, b("q") + t, Role.SIGNAL)
    for _, species, p, _ in weights:
        yield _strand(species, s + b(p), Role.SIGNAL, start[species] * spec.chemistry.unit)
    yield _strand(Z_BUFFER, b("z") + (s if p_first else t), Role.BUFFER, doses.state_buffer)
    for place, species, p, r in weights:
        yield _strand(f"{species}_cogate", b(p) + t, Role.BUFFER, doses.parameter_buffer)
        yield _strand(f"trigger_N1_{place}", t + b(r), Role.FUEL, doses.trigger, f"N1_{place}")
    if not p_first:  # what meeting and lowering give back, which no buffer is made of then
        yield replace(_strand("Z_back", b("z") + s, Role.BUFFER), topped_up=False)
    shared = several and not p_first  # both seals are then the same strand
    yield _strand(SEAL, b("i") + (t if p_first else s), Role.FUEL, doses.seal + shared * doses.update_seal)
    if several:
        yield _strand(TARGET_TRIGGER, t + b("q"), Role.FUEL, doses.target_trigger)
        if not shared:
            yield _strand(UPDATE_SEAL, b("i") + s, Role.FUEL, doses.update_seal)
        yield _gate(MEET, "N2_meet", *of.sink("y"))
        yield _gate(TARGET_JOIN, "N4_raise", *of.join("y", "q"))
    arm = (Bound(TETHER[:1], TETHER[1:]),) if spec.task.layer else ()
    for place, _, p, r in weights:
        # From the right: the trigger comes back, then P goes first and Z last, so that P is away as short as can be.
        freed = (Bound(t + b("z")), Bound(s + b(p)))
        fork = (Bound(b("i")), *(freed if p_first else freed[::-1]), Bound(t + b(r)), Open(t))
        yield _gate(weight_join(place), f"N1_{place}", *of.join(p, r), *arm)
        # Another tag: joins are pulled out while forks still work.
        yield replace(_gate(weight_fork(place), f"N1_{place}", *fork), tag=FORK_TAG)
        if several:
            yield _gate(lowering(place), f"N4_lower{place}", *of.sink(p), *arm)
            opened = (*arm, Bound(b("i")), Bound(s + b(p)), Bound(t + b("q")), Open(t))
            yield _gate(raising(place), f"N4_raise{place}", *opened)
        else:
            yield _gate(MEET, "N4_lower", *of.sink(p))
    if several and doses.clear:
        yield replace(_gate(CLEAR, "", Open(t), Bound(b("z"))), role=Role.SCAVENGER, origins=())
    if spec.task.layer:
        yield Component(BARE, free(*TETHER), Role.WASTE, 0.0, topped_up=False, tag=TAG)
    others = (*(("y", "q") if several else ()), *(("z",) if several and doses.clear else ()), "i")
    for cap in (*(r for *_, r in weights), *(p for *_, p, _ in weights), *others):
        # What comes off for good carries a tag of its own, and leaves with the beads before it can leak.
        yield Component(f"cap_{cap}", free(*b(cap)), Role.WASTE, 0.0, topped_up=False, tag=TAG)


def _strand(name: str, strand: Strand, role: Role, concentration: float = 0.0, *reactions: str) -> Component:
    origins = tuple(Origin(each, each[:2]) for each in reactions)
    return Component(name, free(*strand), role, concentration, origins, topped_up=role != Role.SIGNAL)


def _gate(name: str, reaction: str, *parts: Open | Bound) -> Component:
    """A gate on beads: its stage adds it."""
    return Component(name, gate(*parts), Role.GATE, 0.0, (Origin(reaction, reaction[:2]),), topped_up=False, tag=TAG)
