"""The design file's schema: every key, its unit, its default and its bounds.

Quantities are written with their unit (``"200 nM"``) and held in internal units (nM, s, /nM/s).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, field_validator, model_validator
from pydantic_core import PydanticCustomError

from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.units import format_quantity, parse_quantity

GATE_KINDS = ("N1", "bias", "N2", "N3", "N4", "annihilation", "cooperative", "flush", "feed")
BUFFER_GROUPS = ("X", "P", "Pb", "Z", "Zb", "A", "G", "Gb", "Y", "B", "I", "clock")
_BASE_UNITS = {"concentration": "nM", "time": "s", "bimolecular rate": "/nM/s", "temperature": "C"}


def _refuse(rule: str, remedy: str = "", key: str = "") -> PydanticCustomError:
    """A validation error that keeps our own wording; ``key`` is the entry of the field that is wrong."""
    return PydanticCustomError("refused", "{rule}", {"rule": rule, "remedy": remedy, "key": key})


def _read(text: object, kind: str) -> float:
    try:
        return parse_quantity(text, kind)
    except InputError as error:
        raise _refuse(error.rule, error.remedy) from None


def _write(value: float, kind: str, unit: str) -> str:
    """The value in the unit people use, or in the internal one where rounding would change it."""
    text = format_quantity(value, kind, unit)
    return text if parse_quantity(text, kind) == value else f"{value!r} {_BASE_UNITS[kind]}"


def _quantity(kind: str, unit: str) -> Any:
    """A pydantic field type that reads ``"<number> <unit>"`` and writes it back in ``unit``."""
    return (
        BeforeValidator(lambda text: _read(text, kind)),
        PlainSerializer(lambda value: _write(value, kind, unit), when_used="json"),
    )


def _known_keys(keys: Iterable[str], known: tuple[str, ...], what: str) -> None:
    for key in keys:
        if key not in known:
            raise _refuse(f"unknown {what} {key!r}", did_you_mean(key, known), key)


Concentration = Annotated[float, *_quantity("concentration", "nM"), Field(ge=0)]
Duration = Annotated[float, *_quantity("time", "s"), Field(gt=0)]
LeakRate = Annotated[float, *_quantity("bimolecular rate", "/M/s"), Field(ge=0)]
Temperature = Annotated[float, *_quantity("temperature", "C"), Field(ge=0, le=95)]
Rail = Literal["single", "dual"]


class Section(BaseModel):
    """A table of the design file: unknown keys are errors, values never change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Task(Section):
    """What is to be learned: a built-in task by name, or the columns of a CSV file."""

    name: str = "csv"
    csv: str | None = None
    inputs: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    training_points: int = Field(default=41, ge=2)
    test_points: int = Field(default=101, ge=2)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.csv is None) == (self.name == "csv"):
            raise _refuse("a task is either built in (name) or a CSV file (csv)", "Give exactly one of name and csv.")
        if self.csv is not None and not (self.inputs and self.targets):
            raise _refuse("a CSV task names its columns", 'Add inputs = ["…"] and targets = ["…"].')
        return self


class Circuit(Section):
    """f_theta and how it is made kinetic.

    ``learning_rate`` is eta; with a single-rail theta it is the rate constant of N3, with a dual-rail theta the
    branching ratio of N4. ``fast_ratio`` is k_fast / k_slow of the ideal network. ``y`` has the rails of ``z`` if not
    given. ``pad`` adds that many input dimensions, held at ``pad_value``. ``train_beta`` makes the bias a parameter
    that starts at ``beta``. ``first_order`` keeps the adjoint constant during the backward pass.
    """

    f: str
    T: float = Field(gt=0)
    learning_rate: float = Field(gt=0)
    theta: Rail = "dual"
    x: Rail = "dual"
    z: Rail = "dual"
    y: Rail | None = None
    theta_initial: float | tuple[float, ...] = 1.0
    beta: float | tuple[float, ...] = 0.0
    z_initial: Literal["zero", "x"] = "zero"
    train_beta: bool = False
    pad: int = Field(default=0, ge=0, le=16)
    pad_value: float = Field(default=1.0, ge=0)
    shared_adjoint: bool = False
    first_order: bool = False
    annihilate: tuple[Literal["A", "G", "Z", "P"], ...] = ()
    fast_ratio: float = Field(default=1000.0, gt=1)


class TrainingPlan(Section):
    """How long to train."""

    epochs: int = Field(default=5, ge=1)
    iterations: int | None = Field(default=None, ge=1)


class Translation(Section):
    """How reactions become strands. ``always_on`` stages need no clock."""

    annihilation: Literal["two_domain", "cooperative"] = "two_domain"
    always_on: tuple[Literal["N2", "N4"], ...] = ("N4",)
    toehold: int = Field(default=5, ge=4, le=8)
    branch: int = Field(default=15, ge=10, le=30)
    cooperative_toehold: int = Field(default=7, ge=4, le=8)


class GateBudget(Section):
    """Gate concentrations of one kind of reaction, and the length of the first open toehold (nt)."""

    join: Concentration
    fork: Concentration = 0.0
    fuel: Concentration = 0.0
    first_toehold: int = Field(default=5, ge=3, le=8)


class Chemistry(Section):
    """Concentrations and conditions. ``unit`` is the concentration that one dimensionless unit stands for.

    ``gates`` has a budget for each kind of reaction (GATE_KINDS), ``buffers`` a cogate concentration for each
    group of species (BUFFER_GROUPS).
    """

    unit: Concentration
    temperature: Temperature = 25.0
    gates: dict[str, GateBudget]
    buffers: dict[str, Concentration]
    clock: Concentration
    scavenger_excess: float = Field(default=1.3, gt=1)
    seal: Concentration

    @field_validator("gates")
    @classmethod
    def _gate_kinds(cls, gates: dict[str, GateBudget]) -> dict[str, GateBudget]:
        _known_keys(gates, GATE_KINDS, "kind of reaction")
        return gates

    @field_validator("buffers")
    @classmethod
    def _buffer_groups(cls, buffers: dict[str, float]) -> dict[str, float]:
        _known_keys(buffers, BUFFER_GROUPS, "group of species")
        return buffers


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
    clamp_factor: float = Field(default=1.0, ge=1)


class SequenceRules(Section):
    """Limits of the sequence search. Energies in kcal/mol, time in seconds."""

    time_limit: Duration = 60.0
    gc_min: float = Field(default=0.30, ge=0, le=1)
    gc_max: float = Field(default=0.70, ge=0, le=1)
    branch_crosstalk: float = Field(default=-9.5, lt=0)
    toehold_crosstalk: float = Field(default=-3.0, lt=0)
    strand_structure: float = Field(default=-1.0, lt=0)
    sodium: Concentration = 5e7
    magnesium: Concentration = 1.25e7


class Order(Section):
    """Who makes the oligos, and the volume of one reaction (µL)."""

    vendor: str = "idt-tube"
    volume_uL: float = Field(default=100.0, gt=0)


class DesignSpec(Section):
    """A whole design file, validated and frozen."""

    format: Literal[1]
    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$", max_length=60)
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
