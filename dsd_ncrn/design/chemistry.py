"""The table [chemistry] of a design file: concentrations of signals, gates and buffers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from dsd_ncrn.design.section import Concentration, Section, Temperature, known_keys

GATE_KINDS = ("N1", "bias", "readout", "N2", "N3", "N4", "annihilation", "cooperative", "flush", "feed")
BUFFER_GROUPS = ("X", "P", "Pb", "Pw", "Z", "Zb", "A", "G", "Gb", "Gw", "Y", "Yhat", "E", "B", "I", "clock")


class GateBudget(Section):
    """Gate concentrations of one kind of reaction, and the length of the first open toehold (nt)."""

    join: Concentration
    fork: Concentration = 0.0
    fuel: Concentration = 0.0
    first_toehold: int = Field(default=5, ge=3, le=8)


_FAST = {"join": "200 nM", "fork": "200 nM", "fuel": "200 nM"}
_SLOW = {"join": "1000 nM", "fork": "800 nM", "fuel": "600 nM"}
DEFAULT_GATES = {
    "N1": _SLOW,
    "bias": {"join": "500 nM", "fork": "60 nM", "fuel": "60 nM", "first_toehold": 3},
    "readout": _SLOW,
    "N2": _FAST,
    "N3": {"join": "300 nM", "fork": "80 nM", "fuel": "200 nM"},
    "N4": {"join": "100 nM", "fork": "100 nM", "fuel": "300 nM"},
    "annihilation": {"join": "800 nM"},
    "cooperative": {"join": "60 nM"},
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
    """Concentrations and conditions. ``unit`` is the concentration that one dimensionless unit stands for.

    ``gates`` has a budget for each kind of reaction (GATE_KINDS), ``buffers`` a cogate concentration for each
    group of species (BUFFER_GROUPS). A table that is given has all that the circuit needs; one that is left out has the
    values of the linear regressor. ``reactions`` has budgets of single reactions, by name, in place of those of their kind.
    With ``sizing`` "auto" every gate is sized by how often it fires, and the budgets are what a join may have at most; one
    with a weak toehold ``max_join``. A circuit with a species of which more than ``max_loading`` times what is free sits on
    joins is refused.
    """

    unit: Concentration = 4.0
    temperature: Temperature = 25.0
    gates: dict[str, GateBudget] = Field(default_factory=_default_gates)
    reactions: dict[str, GateBudget] = Field(default_factory=dict)
    sizing: Literal["auto", "given"] = "auto"
    max_join: Concentration = 2000.0
    max_loading: float | None = Field(default=None, gt=0)
    buffers: dict[str, Concentration] = Field(default_factory=lambda: dict(DEFAULT_BUFFERS_NM))
    clock: Concentration = 1500.0
    scavenger_excess: float = Field(default=1.3, gt=1)
    seal: Concentration = 1000.0

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
