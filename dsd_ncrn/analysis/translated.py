"""A design on its way to a network of strands: every part is worked out once, when it is first asked for.

A network is enumerated once for designs that mix the same strands: concentrations have no part in what reacts.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Self

from dsd_ncrn.crn.types import Origin
from dsd_ncrn.design.spec import DesignSpec, TrainingPlan
from dsd_ncrn.dsd.structure import Complex
from dsd_ncrn.dsd.system import DsdSystem, Role
from dsd_ncrn.dsd.translate import translate
from dsd_ncrn.dsd.verify import Verification, verify
from dsd_ncrn.gates.learner import largest_firings, size_gates
from dsd_ncrn.kinetics.build import Semantics, build_network, enumerate_complexes
from dsd_ncrn.kinetics.leaks import FRESH, LeakKind, LeakRates
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.kinetics.rates import RateModel, rates_of
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.ncrn.decide import check_signs, decide
from dsd_ncrn.ncrn.types import NeuralCrn
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.engines.crew import worked_out
from dsd_ncrn.simulate.engines.types import Engine
from dsd_ncrn.simulate.learners import ended_after, train_ideal
from dsd_ncrn.simulate.results import Training
from dsd_ncrn.simulate.train import Progress, no_progress
from dsd_ncrn.tasks import Dataset, load_dataset

FINITE: Semantics = "finite"
KEPT = 12
"""Networks, with leaks or without, that were asked for last: as many as a bundle of designs has, and more."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """All that a network follows from."""

    components: tuple[tuple[str, Complex, Role, tuple[Origin, ...]], ...]
    forks: frozenset[str | None]
    rates: RateModel | str
    leak_model: str | None
    leak_rates: tuple[tuple[LeakKind, float], ...]
    semantics: Semantics
    system: DsdSystem = field(compare=False)


def network_of(
    system: DsdSystem, leak_model: str | None = None, leak_rates: LeakRates = FRESH, semantics: Semantics = "infinite"
) -> ReactionNetwork:
    """What ``build_network`` gives; raises what it raises."""
    components = tuple((each.name, each.complex, each.role, each.origins) for each in system.components)
    forks = frozenset(made.fork for made in system.gates.values())
    return _built(_Asked(components, forks, system.rates, leak_model, tuple(leak_rates.items()), semantics, system))


@lru_cache(maxsize=KEPT)
def _built(asked: _Asked) -> ReactionNetwork:
    return build_network(asked.system, asked.leak_model, leak_rates=dict(asked.leak_rates), semantics=asked.semantics)


def verified(system: DsdSystem, network: ReactionNetwork | None = None, progress: Progress = no_progress) -> Verification:
    """Check a system; ``network`` is its network without leaks, found here where it is not given.

    ``progress`` hears of the modules that are enumerated. Raises CheckFailed for a system, or a module of it, that is too
    large to be enumerated.
    """
    enumerated = 0

    def enumerate_module(complexes: Sequence[Complex]) -> ReactionNetwork:
        nonlocal enumerated
        progress(min(enumerated, len(system.formal)), len(system.formal))
        enumerated += 1
        return module_network(complexes)

    return verify(system, network or build_network(system), enumerate_module)


def module_network(complexes: Sequence[Complex]) -> ReactionNetwork:
    """All steps of some complexes, without origins. Raises CheckFailed as ``enumerate_complexes``."""
    names = [f"c{number}" for number in range(len(complexes))]
    return enumerate_complexes(complexes, names, rates_of(), lambda _: ())


if TYPE_CHECKING:
    part = property  # nobody sets one, and structural types know properties alone
else:
    part = worked_out

Watch = Callable[[str], AbstractContextManager[Progress]]
"""Is entered, with its name, while a part that takes long is worked out, and gives what hears how far that is."""
DEFAULT_ENGINE = "rosenbrock"
RESULTS = ("compared", "beads", "experiment", "trainings", "lean_studies")
"""Parts that follow from all the others: a study with another part has results of its own."""


@contextmanager
def unwatched(part: str) -> Generator[Progress]:
    """The default: nobody looks."""
    yield no_progress


@dataclass(frozen=True, eq=False)
class Translated:
    """A design with a seed, and what follows from them before a tube is mixed; ``Study`` is the whole.

    ``points`` are in place of those of the design's task; ``engine`` names what integrates. ``watch`` is told of the part
    ``ideal``; it stays behind where a study is pickled, which takes along all else that is worked out. Asking for a part raises
    what working it out raises: InputError for a design that cannot be compiled or translated, CheckFailed where the ideal
    training fails.
    """

    design: DesignSpec
    seed: int = 0
    engine: str = DEFAULT_ENGINE
    points: Dataset | None = None
    watch: Watch = unwatched

    def __getstate__(self) -> dict[str, object]:
        return {**vars(self), "watch": unwatched}

    def given(self, **parts: object) -> Self:
        """The same study with some parts, by name, in place of what it would work out; all else that is known is kept."""
        other = replace(self)
        vars(other).update({name: part for name, part in vars(self).items() if name not in RESULTS} | parts)
        return other

    def lasting(self, **plan: object) -> Self:
        """The same strands, trained otherwise: some keys of ``training`` changed, calibrated by the design's whole training."""
        return self.given(plan=self.plan.model_copy(update=plan))

    @part
    def data(self) -> Dataset:
        """The training and test points, dimensionless."""
        return load_dataset(self.design.task, self.seed) if self.points is None else self.points

    @part
    def decided(self) -> DesignSpec:
        """The design with nothing left open that its points and the seed decide, checked against the points."""
        decided = decide(self.design, self.data, self.seed)
        check_signs(decided, self.data)
        return decided

    @part
    def plan(self) -> TrainingPlan:
        """How long is trained."""
        return self.decided.training

    @part
    def integrator(self) -> Engine:
        """What everything is worked out with."""
        return engine_named(self.engine)

    @part
    def simulator(self) -> Engine:
        """What trainings are simulated with: the integrator, unless another is given."""
        return self.integrator

    @part
    def ncrn(self) -> NeuralCrn:
        """The abstract network."""
        return compile_design(self.decided, self.data.dimension, self.data.outputs)

    @part
    def ideal(self) -> Training:
        """The whole training of the abstract network."""
        decided, data, ncrn = self.decided, self.data, self.ncrn
        with self.watch("ideal") as progress:
            return train_ideal(decided, data, ncrn, self.integrator, progress)

    @part
    def compared(self) -> Training:
        """The ideal training after as many iterations as the strands are trained for, which may be more than the design's."""
        plan, decided, data = self.plan, self.decided, self.data
        wanted, ideal = plan.strand_iterations or plan.iterations or plan.epochs * len(data.train_x), self.ideal
        if wanted > ideal.iterations:
            longer = decided.model_copy(update={"training": plan.model_copy(update={"iterations": wanted})})
            ideal = train_ideal(longer, data, self.ncrn, self.integrator)
        return ended_after(ideal, wanted, self.ncrn, self.integrator, data)

    @property
    def staged(self) -> bool:
        """Whether the learner has stages in place of clocks."""
        return self.decided.circuit.form == "staged"

    @part
    def rates(self) -> RateModel:
        """The rates of strands by their toeholds, from the table that the design names."""
        return rates_of(self.decided.chemistry.rates)

    @part
    def spec(self) -> DesignSpec:
        """The decided design with a budget for the gates of every reaction, where it leaves their sizes open."""
        if self.staged:
            return self.decided
        flux = largest_firings(self.decided, self.data, self.ncrn, self.integrator)
        return size_gates(self.decided, self.ncrn, flux, self.rates)

    @part
    def designed(self) -> DsdSystem:
        """The strands and complexes, with the concentrations of the design."""
        return translate(self.ncrn, self.spec)

    @part
    def network(self) -> ReactionNetwork:
        """The strand-level network without leaks."""
        return network_of(self.designed)

    @part
    def leaky(self) -> ReactionNetwork:
        """The strand-level network with the leak channels of the design's model."""
        rates = {LeakKind(name): rate for name, rate in self.spec.leak.channels}
        return network_of(self.designed, self.spec.leak.model, rates)
