"""The strands of a plain network as sequences see a study: defaults in place of a design, nothing trained or calibrated."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from dsd_ncrn.design.chemistry import Chemistry
from dsd_ncrn.design.spec import Order, SequenceRules
from dsd_ncrn.dsd.experiment import Experiment
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.kinetics.build import build_network
from dsd_ncrn.kinetics.network import ReactionNetwork


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
