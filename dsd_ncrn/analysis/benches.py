"""The gates of a design on the bench: for each formal reaction its strands, with a reporter of what comes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dsd_ncrn.analysis.study import Study
from dsd_ncrn.assays.model import GateModel, gate_model
from dsd_ncrn.assays.plan import Roles
from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.dsd.module import module_of
from dsd_ncrn.dsd.schemes.endings import reporter_duplex
from dsd_ncrn.dsd.structure import Complex
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import InputError, did_you_mean


@dataclass(frozen=True, eq=False)
class GateBench:
    """The gate of one reaction with what it needs, and the species whose reporter tells how far it is.

    A reaction that makes nothing new is read by its first reactant, which gate and reporter then share.
    """

    reaction: Reaction
    species: str
    roles: Roles

    @property
    def name(self) -> str:
        """That of its reaction."""
        return self.reaction.origin.reaction

    @property
    def model(self) -> GateModel:
        """The network to be fitted."""
        return self.roles.model


def benches_of(study: Study, wanted: Sequence[str] = ()) -> tuple[GateBench, ...]:
    """The gates of a design, or of some of its reactions by name. Raises InputError for an unknown one."""
    system = study.designed
    named = {reaction.origin.reaction: reaction for reaction in system.formal}
    for name in wanted:
        if name not in named:
            raise InputError("the design has no such reaction", name, did_you_mean(name, named))
    return tuple(_bench(study, system, named[name]) for name in wanted or named)


def _bench(study: Study, system: DsdSystem, reaction: Reaction) -> GateBench:
    module, by_complex = module_of(reaction, system), {c.complex: c.name for c in system.components}
    inputs = tuple(dict.fromkeys(reaction.reactants))
    new = [name for name in reaction.products if name not in inputs]
    species = (new or list(reaction.products) or list(inputs))[0]
    carriers = {name: module.carrier(name) for name in dict.fromkeys((*inputs, species))}
    made = {by_complex.get(each, each.kernel): each for each in module.present if each in module.gates}
    # cogates of inputs pull a gate back; they are there in a design, and in the tubes of a bench only what fires the gate
    cogates = {system.by_name[name].complex for name in system.cogates.values() if name in system.by_name}
    supply = {by_complex[each]: each for each in module.present if each in module.supply and each in by_complex}
    supply = {name: each for name, each in supply.items() if each not in cogates or _needed(each, made.values())}
    reporter = f"reporter_{species}"
    components = {**carriers, **made, **supply, reporter: reporter_duplex(carriers[species].strands[0])}
    occlusion = study.spec.imperfections.occlusion
    model = gate_model(components, reporter, study.rates, occlusion)
    return GateBench(reaction, species, Roles(model, inputs, tuple(supply), species))


def _needed(cogate: Complex, gates: Iterable[Complex]) -> bool:
    """Whether a cogate is one that a gate takes up to go forward: it is bound in none of them."""
    return all(cogate.strands[0] not in made.strands for made in gates)
