"""Trajectories that the command ``simulate`` asks for, and the engine that a command line asks for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cli.options import chosen_preset
from cli.run.strands import POINTS, dsd_columns, ideal_columns
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.translated import DEFAULT_ENGINE
from dsd_ncrn.constants import DEFAULT_PRESET
from dsd_ncrn.crn.text import load_crn
from dsd_ncrn.design.chemistry import Chemistry
from dsd_ncrn.design.spec import Translation
from dsd_ncrn.dsd.translate import translate_network
from dsd_ncrn.errors import InputError
from dsd_ncrn.families import COUNTING
from dsd_ncrn.gates.network_run import run_network, sampled, sized_for
from dsd_ncrn.runs.trainings import Columns
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.engines.stochastic import VOLUME, StochasticEngine
from dsd_ncrn.simulate.ideal import IdealLearner
from dsd_ncrn.simulate.mass_action import from_crn
from dsd_ncrn.simulate.pot import plain_pot
from dsd_ncrn.simulate.results import Trajectory
from dsd_ncrn.units import molecules_per_nM

if TYPE_CHECKING:
    from dsd_ncrn.crn.rate_law import RateLaw
    from dsd_ncrn.crn.types import Crn
    from dsd_ncrn.dsd.system import DsdSystem
    from dsd_ncrn.gates.network_run import NetworkRun
    from dsd_ncrn.gates.sized_network import Limits, SizedNetwork
    from dsd_ncrn.simulate.engines.stochastic import StochasticEngine
    from dsd_ncrn.simulate.engines.types import Engine


DEFAULT_SECONDS = 1000.0
STRAND_POINTS = 600


def design_trace(study: Study, level: str, choice: EngineChoice, forward_only: bool, points: int | None = None) -> Columns:
    """One iteration of a design at a level, with the first training point; ``points`` times in each phase."""
    columns = _iteration(study, level, choice, forward_only, points or POINTS)
    if not forward_only:
        return columns
    rows = [number for number, phase in enumerate(columns["phase"]) if phase == columns["phase"][0]]
    return _rows(columns, rows)


def _iteration(study: Study, level: str, choice: EngineChoice, forward_only: bool, points: int) -> Columns:
    x, y = study.data.train_x[0], study.data.train_y[0]
    target = np.zeros_like(y) if forward_only else y
    simulated = choice.simulating(study, level)
    if level == "ideal":
        learner = IdealLearner(study.ncrn, simulated.simulator)
        return ideal_columns(learner, learner.trace(x, target, points))
    tube = simulated.tube()
    return dsd_columns(tube, tube.trace(x, target, points))


def network_trace(crn: Crn, choice: EngineChoice, seconds: float | None, points: int | None, where: str) -> Trajectory:
    """A plain network from its initial concentrations and with its additions: nM and s. ``where`` names it in errors."""
    if choice.stochastic:
        _check_molecules(crn, choice.volume or VOLUME, where)
    times = np.linspace(0.0, seconds or DEFAULT_SECONDS, points or POINTS + 1)
    values = sampled(plain_pot(from_crn(crn), choice.engine(), 1e-8, 1e-10), crn, times, where).values
    return Trajectory(crn.species, times, values)


def _check_molecules(crn: Crn, volume: float, where: str) -> None:
    """Raises InputError where an amount would become no molecule at all in a volume (litres)."""
    amounts = [*crn.initial.items(), *((each.species, each.amount) for each in crn.injections)]
    for name, amount in amounts:
        molecules = amount * molecules_per_nM(volume)
        if amount and molecules <= 0.5:
            rule = f"{amount:g} nM of {name} are {molecules:.2g} molecules, of which none would be there"
            raise InputError(rule, None, f"Give --volume {1e15 * volume / molecules:.3g} fL or more.", where)


def columns_of(trace: Trajectory) -> Columns:
    """``time`` and every species."""
    return {"time": trace.times.tolist(), **{name: trace.of(name).tolist() for name in trace.species}}


def trace_of(columns: Columns) -> Trajectory:
    """The species of a table, with the phases that its column of that name tells."""
    phases, times = columns.get("phase", []), columns["time"]
    starts = [row for row, phase in enumerate(phases) if row == 0 or phase != phases[row - 1]]
    names = [name for name, values in columns.items() if name != "time" and not isinstance(values[0], str)]
    values = np.array([columns[name] for name in names], dtype=float).T
    return Trajectory(tuple(names), np.array(times, dtype=float), values, tuple((phases[row], times[row]) for row in starts))


def _preset() -> str:
    return chosen_preset() or DEFAULT_PRESET


def sized_network(
    path: Path, seconds: float | None, limits: Limits, translation: Translation, law: RateLaw = "product"
) -> SizedNetwork:
    """The strands of a plain network, their gates sized to last for ``seconds`` of its time; errors name the file."""

    crn = load_crn(path, law)
    try:
        return sized_for(crn, seconds or DEFAULT_SECONDS, engine_named(DEFAULT_ENGINE), translation, limits, _preset())
    except InputError as error:
        raise error.at(str(path)) from None


def network_as_given(path: Path, translation: Translation | None = None) -> DsdSystem:
    """The strands of a plain network with the defaults of the chemistry; errors name the file."""

    crn = load_crn(path)
    try:
        return translate_network(crn, translation or Translation(), Chemistry(rates=_preset()))
    except InputError as error:
        raise error.at(str(path)) from None


def strand_trace(
    path: Path, choice: EngineChoice, seconds: float | None, limits: Limits, law: RateLaw, points: int | None = None
) -> NetworkRun:
    """A plain network and its strands, side by side."""

    sized = sized_network(path, seconds, limits, Translation(), law)
    times = np.linspace(0.0, seconds or DEFAULT_SECONDS, points or STRAND_POINTS + 1)
    return run_network(sized, times, choice.engine())


def side_by_side(run: NetworkRun) -> Columns:
    """``time`` (s of the network), then for every species two columns, ``A_ideal`` and ``A_dsd`` (nM of the network)."""
    columns: Columns = {"time": run.ideal.times.tolist()}
    for species in run.ideal.species:
        columns |= {f"{species}_ideal": run.ideal.of(species).tolist(), f"{species}_dsd": run.dsd.of(species).tolist()}
    return columns


def until(columns: Columns, end: float | None) -> Columns:
    """The rows up to a time."""
    if end is None:
        return columns
    return _rows(columns, [number for number, time in enumerate(columns["time"]) if time <= end])


def _rows(columns: Columns, rows: list[int]) -> Columns:
    return {name: [values[row] for row in rows] for name, values in columns.items()}


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
        return self.name == COUNTING

    @property
    def integrator(self) -> str:
        """The name of the engine for everything that has no chance in it."""
        return DEFAULT_ENGINE if self.stochastic else self.name

    def engine(self, unit: float = 1.0) -> Engine:
        """The engine for a system with concentrations in multiples of ``unit`` nM. Raises InputError for an unknown name."""

        return self._counting(unit) if self.stochastic else engine_named(self.name)

    def _counting(self, unit: float) -> StochasticEngine:

        return StochasticEngine(self.volume or VOLUME, self.seed, unit)

    def simulating(self, study: Study, level: str) -> Study:
        """The study, to be simulated with this engine; concentrations of its abstract network are in its unit."""
        if not self.stochastic:
            return study
        return study.given(simulator=self.engine(study.design.chemistry.unit if level == "ideal" else 1.0))
