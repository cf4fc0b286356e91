"""The engine that a command line asks for: one that integrates differential equations, or one that counts molecules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cli.stages.job import DEFAULT_ENGINE
from dsd_ncrn.errors import InputError

if TYPE_CHECKING:
    from cli.stages.job import Job
    from dsd_ncrn.analysis.study import Study
    from dsd_ncrn.simulate.engines.stochastic import StochasticEngine
    from dsd_ncrn.simulate.engines.types import Engine

STOCHASTIC = "ssa"


@dataclass(frozen=True)
class EngineChoice:
    """``--engine`` with ``--volume`` (litres, only for ``ssa``) and ``--seed``.

    What is worked out before a simulation, as sizes of gates and durations, is always integrated: by ``integrator``.
    """

    name: str
    volume: float | None
    seed: int

    def __post_init__(self) -> None:
        """Raises InputError for a volume that would be of no effect."""
        if self.volume is not None and not self.stochastic:
            raise InputError("--volume is for --engine ssa", self.name, "Leave it out, or give --engine ssa.")

    @property
    def stochastic(self) -> bool:
        """Whether molecules are counted."""
        return self.name == STOCHASTIC

    @property
    def integrator(self) -> str:
        """The name of the engine for everything that has no chance in it."""
        return DEFAULT_ENGINE if self.stochastic else self.name

    def engine(self, unit: float = 1.0) -> Engine:
        """The engine for a system with concentrations in multiples of ``unit`` nM. Raises InputError for an unknown name."""
        from dsd_ncrn.simulate.engines import engine_named

        return self._counting(unit) if self.stochastic else engine_named(self.name)

    def _counting(self, unit: float) -> StochasticEngine:
        from dsd_ncrn.simulate.engines.stochastic import VOLUME, StochasticEngine

        return StochasticEngine(self.volume or VOLUME, self.seed, unit)

    def ideal(self, job: Job) -> Engine:
        """The engine for the abstract network of a design, whose concentrations are in its unit."""
        return self.engine(job.spec.chemistry.unit)

    def study(self, job: Job) -> Study:
        """The calibrated strands of a design, to be simulated with this engine."""
        return replace(job.study, tube_engine=self.engine()) if self.stochastic else job.study
