"""The tables [chemistry] and [staged] of a design file: concentrations of signals, gates and buffers, and waits."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field, field_validator

from dsd_ncrn.constants import DEFAULT_PRESET
from dsd_ncrn.design.section import Concentration, Duration, Present, Section, Temperature, known_keys

GATE_KINDS = ("N1", "bias", "readout", "N2", "N3", "N4", "annihilation", "cooperative", "flush", "feed")


class SpeciesKind(StrEnum):
    """What a species of a learner is for: the first part of its name, and the group of buffers that it draws on."""

    INPUT = "X"
    PARAMETER = "P"
    OFFSET = "Pb"
    WEIGHT = "Pw"
    STATE = "Z"
    BACKWARD_STATE = "Zb"
    ADJOINT = "A"
    GRADIENT = "G"
    OFFSET_GRADIENT = "Gb"
    WEIGHT_GRADIENT = "Gw"
    TARGET = "Y"
    REPORTED = "Yhat"
    ERROR = "E"
    BIAS = "B"
    LOADED = "I"
    FUEL = "F"


BUFFER_GROUPS = (*(str(kind) for kind in SpeciesKind if kind != SpeciesKind.FUEL), "clock")
"""A finite fuel is the gates of its reactions and has no strands."""


class GateBudget(Section):
    """Concentrations of the gates of one kind of reaction."""

    join: Concentration
    """The input gate (annihilator, degradation gate) of each reaction of this kind. For slow reactions a starting point:
    calibration moves it by up to a factor of 4.
    """
    fork: Concentration = 0.0
    """The output gate; 0 only where the gates have none."""
    fuel: Concentration = 0.0
    """Auxiliary strands; 0 only where the gates have none."""
    first_toehold: int = Field(default=5, ge=3, le=8)
    """Open toehold of the join (nt), at most `translation.toehold`."""


_FAST = {"join": "200 nM", "fork": "200 nM", "fuel": "200 nM"}
_SLOW = {"join": "1000 nM", "fork": "800 nM", "fuel": "600 nM"}
DEFAULT_GATES = {
    "N1": _SLOW,
    "bias": {"join": "100 nM", "fork": "100 nM", "fuel": "100 nM", "first_toehold": 4},
    "readout": _SLOW,
    "N2": _FAST,
    "N3": {"join": "300 nM", "fork": "80 nM", "fuel": "200 nM"},
    "N4": {"join": "100 nM", "fork": "100 nM", "fuel": "300 nM"},
    "annihilation": {"join": "800 nM"},
    "cooperative": {"join": "300 nM"},
    "flush": {"join": "200 nM", "fuel": "1500 nM"},
    "feed": _FAST,
}
"""What suits the linear regressor at 4 nM per unit: starting points for other circuits."""

DEFAULT_BUFFERS_NM = {
    **dict.fromkeys(("X", "A", "I"), 2000.0),
    **dict.fromkeys(("P", "Pb", "Pw"), 800.0),
    "clock": 500.0,
    **dict.fromkeys(("Z", "Zb", "E"), 1000.0),
    **dict.fromkeys(("Y", "Yhat"), 200.0),
    **dict.fromkeys(("G", "Gb", "Gw", "B"), 100.0),
}


def _default_gates() -> dict[str, GateBudget]:
    return {kind: GateBudget.model_validate(budget) for kind, budget in DEFAULT_GATES.items()}


class Chemistry(Section):
    """Concentrations and conditions."""

    unit: Present = 4.0
    """What the value 1 is in the tube."""
    temperature: Temperature = 25.0
    """For sequence energies; rate constants are those of 25 °C."""
    rates: str = DEFAULT_PRESET
    """Where rate constants come from: gate (what circuits show), duplex (free duplexes, about ten times faster), or a file
    that ends in .toml with constants of one's own; a relative path starts at the design file. With `:optimistic` or
    `:pessimistic` behind it constants are taken at that end of their bands.
    """
    gates: dict[str, GateBudget] = Field(default_factory=_default_gates)
    """Budgets by kind of reaction. A table that is given has all kinds that the circuit needs; left out it is that of the
    linear regressor.
    """
    reactions: dict[str, GateBudget] = Field(default_factory=dict)
    """Budgets of single reactions by their name in `ncrn.crn`, in place of those of their kind."""
    sizing: Literal["auto", "given"] = "auto"
    """With auto every gate is sized by how often it fires, and the budgets of `gates` are what a join may have at most; with
    given they are taken as they are.
    """
    max_join: Concentration = 2000.0
    """The largest join that sizing gives a reaction with a weak first toehold."""
    max_loading: float | None = Field(default=None, gt=0, examples=[0.5])
    """Largest sequestration of a species by joins, bound over free; a calibrated circuit beyond it is refused."""
    buffers: dict[str, Concentration] = Field(default_factory=lambda: dict(DEFAULT_BUFFERS_NM))
    """Cogates by group of species. A table that is given has all groups that the circuit needs; left out it is that of the
    linear regressor.
    """
    clock: Present = 1500.0
    """Clock strand added at the start of a phase."""
    scavenger_excess: float = Field(default=1.3, gt=1)
    """Scavenger over clock."""
    seal: Concentration = 1000.0
    """The strands that seal all joins and all forks."""

    @field_validator("gates")
    @classmethod
    def _gate_kinds(cls, gates: dict[str, GateBudget]) -> dict[str, GateBudget]:
        known_keys(gates, GATE_KINDS, "kind of reaction")
        return gates

    @field_validator("buffers")
    @classmethod
    def _buffer_groups(cls, buffers: dict[str, float]) -> dict[str, float]:
        known_keys(buffers, BUFFER_GROUPS, "group of species")
        return buffers


class Staged(Section):
    """Strands and waits of a learner with `circuit.form = "staged"`: an input is a dose of gates, `circuit.weight_limit` times
    `chemistry.unit` for each 1 of it. Fuels are what stands in the tube when an iteration starts, gates what a stage adds.
    """

    fork: Concentration = 240.0
    """Output gate of each weight, which sets Z free."""
    meet: Concentration = 180.0
    """Gates on which Z meets the target; with one parameter those on which it meets P."""
    target_join: Concentration = 60.0
    """Gates on which what is left of Y opens the gates that raise parameters."""
    update_dose: float = Field(default=0.66, gt=0)
    """Gates that raise or lower a parameter, over those of its input."""
    state_buffer: Concentration = 250.0
    """Cogate of Z."""
    parameter_buffer: Concentration = 2200.0
    """Cogate of each P."""
    trigger: Concentration = 1000.0
    """Auxiliary strand of each weight's join; two of it are used for each Z."""
    target_trigger: Concentration = 300.0
    """The same of the join of Y."""
    seal: Concentration = 600.0
    """What closes the forks of weights."""
    update_seal: Concentration = 300.0
    """What closes those that raise parameters."""
    clear: Concentration = 0.0
    """Gates that take away what is left of Z when the parameters that it should lower are used up; 0 for none."""
    feed: Concentration = 0.0
    """Of each P, added in every iteration against what is lost."""
    variants: int = Field(default=1, ge=1, le=8)
    """Sequences that are ordered of every gate; the one is used whose rate is measured to be nearest to the usual one."""
    first_toehold: int = Field(default=5, ge=3, le=8)
    """Open toehold of the joins that P and Y enter, at most `translation.toehold` (nt): a shorter one lets go of P sooner."""
    frees_first: Literal["parameter", "state"] = "parameter"
    """What a weight's fork frees first, P or Z. P is back the sooner if it is the first."""
    forward: Duration = 720.0
    """From the first join until all are pulled out."""
    release: Duration = 1020.0
    """For the forks alone, which give back P and Z."""
    meeting: Duration = 5400.0
    """For Z and Y."""
    updating: Duration = 5400.0
    """For what is left of one of them. A learner with one parameter has no such stage."""
    clearing: Duration = 1800.0
    """With the gates of `clear`, before all are pulled out."""
