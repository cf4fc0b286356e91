"""What the tests of strands and tubes share, worked out once per process: designs, networks, studies, gates of papers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.translated import DEFAULT_ENGINE
from dsd_ncrn.arrays import Floats
from dsd_ncrn.crn.events import Event, Wait
from dsd_ncrn.design.load import load_design
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.dsd.structure import Bound, Complex, Domain, Open, Strand, free, gate
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.dsd.translate import translate
from dsd_ncrn.kinetics.build import Rules, add_leaks, build_network, enumerate_complexes, no_origins, to_network
from dsd_ncrn.kinetics.leaks import LeakTargets
from dsd_ncrn.kinetics.network import ReactionNetwork, Step, StepKind
from dsd_ncrn.kinetics.rates import RateModel, rates_of
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.simulate.pot import Contents
from dsd_ncrn.simulate.results import Training
from dsd_ncrn.simulate.tube import Tube

DESIGNS = Path(__file__).parent.parent / "designs"
ALL_DESIGNS = ("linreg2d", "linreg2d_minimal", "linreg2d_cooperative")

T, U = Domain("t", 5), Domain("u", 7)
X, Y, Z, P, A, C, E = (Domain(name, 15) for name in "xyzpace")


@cache
def design(name: str) -> DesignSpec:
    return load_design(DESIGNS / f"{name}.toml")


def changed(spec: DesignSpec, section: str, **values: Any) -> DesignSpec:
    """A design with some keys of one section changed."""
    return spec.model_copy(update={section: getattr(spec, section).model_copy(update=values)})


@cache
def translated(name: str) -> DsdSystem:
    spec = design(name)
    return translate(compile_design(spec, 2), spec)


@cache
def strand_network(name: str, leak_model: str | None = None) -> ReactionNetwork:
    return build_network(translated(name), leak_model)


def prepare(spec: DesignSpec, seed: int, engine: str = DEFAULT_ENGINE) -> Study:
    """The study of a design once it is calibrated."""
    return Study(spec, seed, engine).ready


@cache
def study(name: str) -> Study:
    """A design with seed 0: compiled, enumerated, calibrated (1.5 s).

    The cooperative one is the ideal case: what rests on its toeholds of 7 nt stays there.
    """
    return ideal_study(name) if name == "linreg2d_cooperative" else prepare(design(name), seed=0)


@cache
def ideal_study(name: str) -> Study:
    """The same where nothing rests on toeholds."""
    return prepare(changed(design(name), "imperfections", occlusion=0.0), seed=0)


@cache
def whole_training(name: str) -> Training:
    """All 205 iterations in the tube, without leaks (5 s)."""
    return study(name).train(study(name).tube(), "dsd")


@dataclass(frozen=True)
class ConstantRates:
    """Every displacement at one rate, /nM/s; bindings likewise, unbinding 1 /s."""

    rate: float

    def displacement(self, invading_nt: int, released_nt: int) -> float:
        return self.rate

    def binding(self, invading_nt: int) -> float:
        return self.rate

    def unbinding(self, held_nt: int) -> float:
        return 1.0

    def migration(self) -> float:
        return 1.0

    def hybridisation(self) -> float:
        return self.rate


def network_of(complexes: Mapping[str, Complex], rates: RateModel | None = None) -> ReactionNetwork:
    """The network of named complexes."""
    return enumerate_complexes(list(complexes.values()), list(complexes), rates or rates_of(), lambda _: ())


def leaking(
    complexes: Mapping[str, Complex],
    models: Sequence[str],
    targets: LeakTargets,
    rate: float = 3e-4,
    rules: Rules | None = None,
) -> ReactionNetwork:
    """The network of named complexes, its bindings all at one rate, /nM/s, with the leaks of some gates."""
    enumerator = (rules or Rules()).enumerator(ConstantRates(rate), no_origins, two_domain=True)
    for complex_ in complexes.values():
        enumerator.add(complex_)
    enumerator.run()
    add_leaks(enumerator, models, targets)
    return to_network(enumerator, {complex_: name for name, complex_ in complexes.items()})


def leaks(network: ReactionNetwork) -> tuple[Step, ...]:
    """The leaks of a network."""
    return network.kinds(StepKind.LEAK)


def join(*segments: Strand) -> Complex:
    """``{t*}[...]:[...]``, open at its 5' end."""
    return gate(Open((T,)), *map(Bound, segments))


def fork(*segments: Strand) -> Complex:
    """``[...]:[...]{t*}``, open at its 3' end."""
    return gate(*map(Bound, segments), Open((T,)))


def transducer(*outputs: Domain) -> dict[str, Complex]:
    """X -> Y1 + ... + Yn of two-domain gates (Cardelli 2010), with its input."""
    return {
        "X": free(T, X),
        "join": join((X, T), (A, T), (A,)),
        "fork": fork((X,), *((T, output) for output in outputs), (T, A)),
        "trigger": free(T, A),
        **{f"helper_{output.name}": free(output, T) for output in outputs},
    }


def catalysis() -> dict[str, Complex]:
    """X + P -> Z + X + P with both cogates reused."""
    return {
        "X": free(T, X),
        "P": free(T, P),
        "join": join((X, T), (P, T), (A, T), (A,)),
        "fork": fork((E,), (T, Z), (T, X), (T, P), (T, A)),
        "trigger": free(T, A),
        "helper_z": free(Z, T),
        "seal": free(E, T),
    }


def two_inputs(*outputs: Domain) -> dict[str, Complex]:
    """X + Y -> outputs, the fork sealed by a private strand."""
    return {
        "X": free(T, X),
        "Y": free(T, Y),
        "join": join((X, T), (Y, T), (A, T), (A,)),
        "fork": fork((E,), *((T, output) for output in outputs), (T, A)),
        "trigger": free(T, A),
        "seal": free(E, T),
        **{f"helper_{output.name}": free(output, T) for output in outputs},
    }


def strand_counts(network: ReactionNetwork) -> list[Counter[Strand]]:
    """The strands of every species."""
    return [Counter(complex_.strands) for complex_ in network.complexes]


def side(indices: tuple[int, ...], counts: list[Counter[Strand]]) -> Counter[Strand]:
    """All strands of one side of a step."""
    total: Counter[Strand] = Counter()
    for index in indices:
        total.update(counts[index])
    return total


StepFacts = tuple[frozenset[tuple[Complex, int]], frozenset[tuple[Complex, int]], float, str]


def facts(step: Step, network: ReactionNetwork) -> StepFacts:
    """A step by its complexes, whatever their numbers."""
    left, right = (Counter(network.complexes[i] for i in indices) for indices in (step.reactants, step.products))
    return frozenset(left.items()), frozenset(right.items()), step.rate, str(step.kind)


def done(tube: Tube, events: Iterable[Event], state: Floats | None = None) -> Floats:
    """The state (species,) that events make of a state, or of the tube's."""
    contents = tube.contents if state is None else Contents(state)
    return tube.pot.run(events, contents).values


def opened(tube: Tube, phase: str, state: Floats) -> Floats:
    """A state (species,) after a phase, before its scavengers."""
    seconds = tube.protocol.schedule.phases[phase]
    return done(tube, [tube.protocol.opening(phase), Wait(seconds, phase=phase)], state)
