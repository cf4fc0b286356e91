"""The design file's schema: every key, its unit, its default and its bounds.

Quantities are written with their unit (``"200 nM"``) and held in internal units (nM, s, /nM/s).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from dsd_ncrn.units import format_quantity, parse_quantity


def _quantity(kind: str, unit: str) -> Any:
    """A pydantic field type that reads ``"<number> <unit>"`` and writes it back in ``unit``."""
    return (
        BeforeValidator(lambda text: parse_quantity(text, kind)),
        PlainSerializer(lambda value: format_quantity(value, kind, unit), when_used="json"),
    )


Concentration = Annotated[float, *_quantity("concentration", "nM"), Field(ge=0)]
Duration = Annotated[float, *_quantity("time", "s"), Field(gt=0)]
LeakRate = Annotated[float, *_quantity("bimolecular rate", "/M/s"), Field(ge=0)]
Temperature = Annotated[float, *_quantity("temperature", "C"), Field(ge=0, le=95)]
Rail = Literal["single", "dual"]


class Section(BaseModel):
    """A table of the design file: unknown keys are errors, values never change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=False)


class Task(Section):
    """What is to be learned: a built-in task by name, or the columns of a CSV file."""

    name: str = "csv"
    csv: str | None = None
    inputs: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    training_points: int = Field(41, ge=2)
    test_points: int = Field(101, ge=2)


class Circuit(Section):
    """f_theta and how it is made kinetic.

    ``learning_rate`` is eta; with a single-rail theta it is the rate constant of N3, with a dual-rail theta the
    branching ratio of N4. ``fast_ratio`` is k_fast / k_slow of the ideal network.
    """

    f: str
    T: float = Field(gt=0)
    learning_rate: float = Field(gt=0)
    theta: Rail = "dual"
    x: Rail = "dual"
    z: Rail = "dual"
    theta_initial: float | tuple[float, ...] = 1.0
    beta: float | tuple[float, ...] = 0.0
    z_initial: Literal["zero", "x"] = "zero"
    shared_adjoint: bool = False
    annihilate: tuple[Literal["A", "G", "Z", "P"], ...] = ()
    fast_ratio: float = Field(1000.0, gt=1)


class TrainingPlan(Section):
    """How long to train."""

    epochs: int = Field(5, ge=1)
    iterations: int | None = Field(None, ge=1)


class Translation(Section):
    """How reactions become strands. ``always_on`` stages need no clock."""

    annihilation: Literal["two_domain", "cooperative"] = "two_domain"
    always_on: tuple[Literal["N2", "N4"], ...] = ("N4",)
    toehold: int = Field(5, ge=4, le=8)
    branch: int = Field(15, ge=10, le=30)
    cooperative_toehold: int = Field(7, ge=4, le=8)


class GateBudget(Section):
    """Gate concentrations of one kind of reaction, and the length of the first open toehold (nt)."""

    join: Concentration
    fork: Concentration = 0.0
    fuel: Concentration = 0.0
    first_toehold: int = Field(5, ge=3, le=8)


class Chemistry(Section):
    """Concentrations and conditions. ``unit`` is the concentration that one dimensionless unit stands for.

    ``gates`` has a budget for each kind of reaction: N1, bias, N2, N3, N4, annihilation, flush;
    ``buffers`` a cogate concentration for each group of species (X, P, Z, A, G, Y, B, clock).
    """

    unit: Concentration
    temperature: Temperature = 25.0
    gates: dict[str, GateBudget]
    buffers: dict[str, Concentration]
    clock: Concentration
    scavenger_excess: float = Field(1.3, gt=1)
    seal: Concentration


class Timing(Section):
    """Durations of an iteration; ``None`` means: computed from the gates' effective rate constants."""

    forward: Duration | None = None
    backward: Duration | None = None
    flush: Duration = 600.0
    wait: Duration = 120.0


class Leak(Section):
    """The leak model and its rate; ``clamp_factor`` divides it where gate ends are clamped."""

    model: Literal["gate"] = "gate"
    rate: LeakRate = 1e-9
    clamp_factor: float = Field(1.0, ge=1)


class SequenceRules(Section):
    """Limits of the sequence search. Energies in kcal/mol, time in seconds."""

    time_limit: Duration = 60.0
    gc_min: float = Field(0.30, ge=0, le=1)
    gc_max: float = Field(0.70, ge=0, le=1)
    branch_crosstalk: float = Field(-9.5, lt=0)
    toehold_crosstalk: float = Field(-3.0, lt=0)
    strand_structure: float = Field(-1.0, lt=0)
    sodium: Concentration = 5e7
    magnesium: Concentration = 1.25e7


class Order(Section):
    """Who makes the oligos, and the volume of one reaction (µL)."""

    vendor: str = "idt-tube"
    volume_uL: float = Field(100.0, gt=0)


class DesignSpec(Section):
    """A whole design file, validated and frozen."""

    format: Literal[1]
    name: str = Field(pattern=r"[A-Za-z][A-Za-z0-9_.-]*", max_length=60)
    description: str = ""
    task: Task
    circuit: Circuit
    training: TrainingPlan = TrainingPlan()
    translation: Translation = Translation()
    chemistry: Chemistry
    timing: Timing = Timing()
    leak: Leak = Leak()
    sequences: SequenceRules = SequenceRules()
    order: Order = Order()
