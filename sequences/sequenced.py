"""A study whose domains have sequences: how good they are, what they make of the rates, what is ordered and mixed.

The strands of a plain network are seen as a study with defaults in place of a design, nothing trained or calibrated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, Protocol, Self, TypeVar

from dsd_ncrn.design.chemistry import Chemistry
from dsd_ncrn.design.spec import Order, SequenceRules
from dsd_ncrn.dsd.experiment import Experiment
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.kinetics.build import build_network
from dsd_ncrn.kinetics.network import ReactionNetwork, Step
from sequences.assignment import SequenceAssignment, ordered
from sequences.bench.protocol import Bench
from sequences.crosstalk import ToeholdCrossing, toehold_crossing
from sequences.laboratory import LabDesign, LabOrder, lab_bench, lab_order, rated_network
from sequences.rates import SequenceRates
from sequences.search import design_sequences
from sequences.verdicts import SequenceVerdicts, judge


class Strands(Protocol):
    """What sequences see of a study: its strands, not how they came about."""

    @property
    def design(self) -> LabDesign:
        """Has the rules, the temperature and the order."""
        ...

    @property
    def seed(self) -> int:
        """That of the search."""
        ...

    @property
    def designed(self) -> DsdSystem:
        """The strands and complexes before calibration."""
        ...

    @property
    def system(self) -> DsdSystem:
        """The same with calibrated concentrations (nM)."""
        ...

    @property
    def benched(self) -> bool:
        """Whether every tube is measured and set before it trains."""
        ...

    @property
    def network(self) -> ReactionNetwork:
        """All their steps without leaks."""
        ...

    @property
    def experiment(self) -> Experiment:
        """What a laboratory adds when."""
        ...

    def given(self, **parts: object) -> Self:
        """The study with some parts in place of its own."""
        ...

    def refitted(self, network: ReactionNetwork) -> Self:
        """The study calibrated on a network of other rates. Raises CheckFailed where it cannot be."""
        ...


Of = TypeVar("Of", bound=Strands)


def search(study: Strands, report: Callable[[float], None]) -> SequenceAssignment:
    """Design the sequences of a study. ``report`` gets the share that is done; raises what ``design_sequences`` raises."""
    design = study.design
    temperature = design.chemistry.temperature
    return design_sequences(study.designed, design.sequences, temperature, study.seed, lambda share, _: report(share))


@dataclass(frozen=True, eq=False)
class Sequenced(Generic[Of]):
    """A study with a sequence for every domain of it; every part is worked out when it is first asked for."""

    study: Of
    found: SequenceAssignment

    @cached_property
    def verdicts(self) -> SequenceVerdicts:
        """Every rule's verdict, at the design's temperature."""
        design = self.study.design
        return judge(self.study.designed, self.found, design.sequences, design.chemistry.temperature)

    @cached_property
    def words(self) -> SequenceAssignment:
        """The sequences with those that are ordered beside the circuit's."""
        design = self.study.design
        return ordered(self.study.designed, self.found, design.sequences, design.chemistry.temperature)[1]

    @cached_property
    def rates(self) -> SequenceRates:
        """The rates that the sequences of the toeholds give."""
        return SequenceRates(self.found, self.study.design.chemistry.temperature, self.study.network.rates)

    @cached_property
    def network(self) -> ReactionNetwork:
        """The study's network at these rates; after its own steps, displacements by similar strands."""
        return rated_network(self.study.network, self.found, self.study.design)

    @property
    def crossing(self) -> ToeholdCrossing:
        """What the sequences say of toeholds that should not bind one another."""
        design = self.study.design
        return toehold_crossing(self.study.designed, self.found, design.sequences, design.chemistry.temperature)

    @property
    def spurious(self) -> tuple[Step, ...]:
        """The displacements by similar strands."""
        return self.network.steps[len(self.study.network.steps) :]

    @property
    def fitted(self) -> Of:
        """The study calibrated on the network at these rates. Where it cannot be calibrated, with the
        concentrations and durations for the rates of lengths alone."""
        return self._fit[0]

    @property
    def mixed(self) -> Of:
        """What the bench mixes: the fitted study; where every tube is measured and set before it trains, the study itself."""
        return self.study if self.study.benched else self.fitted

    @property
    def problem(self) -> str:
        """Why it could not be calibrated on its sequences; empty where it is."""
        return self._fit[1]

    @cached_property
    def _fit(self) -> tuple[Of, str]:
        try:
            return self.study.refitted(self.network), ""
        except CheckFailed as error:  # the strands can be ordered all the same: what it means is told with the result
            return self.study.given(network=self.network), str(error)

    def order(self, order: Order, certificate: Path | None = None) -> LabOrder:
        """What a laboratory orders and mixes, as ``lab_order``."""
        study = self.mixed
        return lab_order(
            study.system,
            self.found,
            study.design.sequences,
            order,
            study.experiment,
            study.design.chemistry.temperature,
            certificate,
        )

    @cached_property
    def bench(self) -> Bench:
        """The volumes of the experiment with the design's own order."""
        study = self.mixed
        design = study.design
        whole = ordered(study.system, self.found, design.sequences, design.chemistry.temperature)
        return lab_bench(*whole, design.order, study.experiment)[1]


@dataclass(frozen=True)
class PlainDesign:
    """What of a design sequences and an order need."""

    sequences: SequenceRules = field(default_factory=SequenceRules)
    chemistry: Chemistry = field(default_factory=Chemistry)
    order: Order = field(default_factory=Order)


@dataclass(frozen=True, eq=False)
class PlainStrands:
    """A translated network, mixed as its gates were sized; ``network`` are all its steps without leaks."""

    system: DsdSystem
    network: ReactionNetwork
    seed: int = 0
    design: PlainDesign = field(default_factory=PlainDesign)
    experiment: Experiment = field(default_factory=lambda: Experiment(iterations=0))

    @classmethod
    def of(cls, system: DsdSystem, seed: int) -> PlainStrands:
        """The strands of a system, enumerated."""
        return cls(system, build_network(system), seed)

    @property
    def designed(self) -> DsdSystem:
        """The system."""
        return self.system

    @property
    def benched(self) -> bool:
        """Nothing is trained."""
        return False

    def given(self, **parts: Any) -> PlainStrands:
        """The same strands with some parts in place of their own."""
        return replace(self, **parts)

    def refitted(self, network: ReactionNetwork) -> PlainStrands:
        """Raises CheckFailed: there is no training by which gates would be fitted."""
        raise CheckFailed("the gates of a plain network are sized by toehold lengths")
