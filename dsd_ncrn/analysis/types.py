"""What the analyses return; the report and the summary are made of these alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ALLOWED_RATIO = 1.1
"""The test error may grow by this factor over the ideal network's."""

AS_IT_IS = "as it is"
"""The row of ways.csv that the others are held against: no way to lower the leak."""


@dataclass(frozen=True, slots=True)
class ReactionFidelity:
    """How one formal reaction is realised: firings at the reference point over the ideal network's."""

    origin: str
    before_calibration: float
    after_calibration: float
    join_nM: float


@dataclass(frozen=True, slots=True)
class Fidelity:
    """The strand-level training against the ideal one.

    ``parameter_error_*`` is max |theta_dsd - theta_ideal| / max |theta_ideal|; ``rmse_ratio`` is DSD over ideal on
    the test set; ``worst_reaction`` names the formal reaction furthest from its rate over the test iterations.
    """

    parameter_error_first_iteration: float
    parameter_error_final: float
    rmse_ratio: float
    hours_per_iteration: float
    reactions: tuple[ReactionFidelity, ...]
    worst_reaction: str
    worst_reaction_error: float


@dataclass(frozen=True, slots=True)
class FuelAddition:
    """What is added of a fuel (nM) before an iteration, which are counted from 1."""

    iteration: int
    fuel: str
    amount_nM: float


@dataclass(frozen=True, slots=True)
class FuelBudget:
    """Consumption of fuels and gates.

    ``used_fraction`` is the mean consumption per iteration over what is there when the iteration starts;
    ``iterations_to_10_percent`` counts iterations without top-up until the limiting fuel has lost a tenth, ``lasts`` until
    each one has (infinity for one that is not used). ``schedule`` adds a fuel just before it would have lost a tenth.
    """

    used_fraction: Mapping[str, float]
    used_nM: Mapping[str, float]
    iterations_to_10_percent: float
    limiting_fuel: str
    lasts: Mapping[str, float]
    schedule: tuple[FuelAddition, ...]


@dataclass(frozen=True, slots=True)
class LeakPoint:
    """One uniform leak rate (/M/s) and what a whole training comes to with it."""

    rate_per_M_s: float
    rmse: float
    rmse_ratio: float
    parameter_error_final: float
    parameter_error_first_iteration: float


@dataclass(frozen=True, slots=True)
class LeakShare:
    """How much of the parameter error of one iteration comes from the leaks of one formal reaction's gates.

    ``shift_per_M_s`` is the largest derivative of a parameter by their common rate in /M/s; ``share`` is that over the sum
    of all formal reactions.
    """

    origin: str
    share: float
    shift_per_M_s: float


@dataclass(frozen=True, slots=True)
class LeakChannel:
    """One leak step: its species by name, its rule, and the parameter that it moves most in one iteration.

    ``shift_per_M_s`` is the derivative of that parameter by the step's rate in /M/s, with its sign.
    """

    origin: str
    rule: str
    reactants: tuple[str, ...]
    products: tuple[str, ...]
    parameter: str
    shift_per_M_s: float


@dataclass(frozen=True, slots=True)
class LeakRanking:
    """The formal reactions by what their gates' leaks do, and the leak steps that do most, the worst first."""

    shares: tuple[LeakShare, ...]
    channels: tuple[LeakChannel, ...]


@dataclass(frozen=True, slots=True)
class LeakSensitivity:
    """The curve over uniform leak rates, the largest rate with an RMSE ratio under 1.1, and the ranking of gates and steps.

    ``tolerated_per_M_s`` is None where even the smallest rate tried fails.
    """

    curve: tuple[LeakPoint, ...]
    tolerated_per_M_s: float | None
    ranking: LeakRanking
    ranking_rate_per_M_s: float
