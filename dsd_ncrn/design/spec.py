"""The design file's schema: every key, its unit, its default and its bounds.

Quantities are written with their unit (``"200 nM"``) and held in internal units (nM, s, /nM/s).
"""

from __future__ import annotations

from typing import Annotated, Literal, Self, cast

from pydantic import Field, field_validator, model_validator

from dsd_ncrn.design.chemistry import Chemistry
from dsd_ncrn.design.imperfections import Imperfections
from dsd_ncrn.design.section import Concentration, Duration, LeakRate, Section, refuse

Rail = Literal["single", "dual"]
Rails = Literal["single", "dual", "auto"] | tuple[Rail, ...]
"""One rail for all entries of a vector, one for each, or the compiler's choice."""
Motif = Annotated[str, Field(pattern="^[ACGTRYSWKMBDHVN]{2,20}$")]
"""Bases in IUPAC letters."""
Matrix = tuple[tuple[float, ...], ...]


class Task(Section):
    """What is to be learned: a built-in task by name, or the columns of a CSV file.

    ``threshold`` makes a CSV task with one target a classification: ON is what lies above it. With several targets,
    ``classes`` makes it one: the largest target names the class.
    """

    name: str = "csv"
    csv: str | None = None
    inputs: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    threshold: float | None = None
    classes: bool = False
    training_points: int = Field(default=41, ge=2)
    test_points: int = Field(default=101, ge=2)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.csv is None) == (self.name == "csv"):
            raise refuse("a task is either built in (name) or a CSV file (csv)", "Give exactly one of name and csv.")
        if self.csv is not None and not (self.inputs and self.targets):
            raise refuse("a CSV task names its columns", 'Add inputs = ["…"] and targets = ["…"].')
        if self.csv is None and (self.inputs or self.targets):
            key = "inputs" if self.inputs else "targets"
            raise refuse("a built-in task has its own inputs and targets", "Leave inputs and targets out.", key)
        if self.csv is None and (self.threshold is not None or self.classes):
            raise refuse("a built-in task knows its classes", "Leave threshold and classes out.")
        if self.threshold is not None and len(self.targets) > 1:
            raise refuse("a threshold divides one target", "With several targets write classes = true.", "threshold")
        if self.classes and len(self.targets) < 2:
            raise refuse("classes need one target column each", "With one target give its threshold.", "classes")
        return self


class Circuit(Section):
    """f_theta and how it is made kinetic.

    ``learning_rate`` is eta. With ``learning_rate_in`` "N3" it is in the rate constants of the gradients, which G then
    holds eta times; with "N4" it is the branching ratio of the update. If not given it is in N3 for a single-rail parameter
    and in N4, as in the paper, for a dual-rail one. ``fast_ratio`` is k_fast / k_slow of the ideal network. ``y`` has the
    rails of ``z`` if not given. To ``theta_initial`` comes a random number from U(-``theta_spread``, ``theta_spread``).
    ``pad`` adds that many constant inputs of value ``pad_value``. ``w_in`` (d rows, one entry for each input and constant)
    maps the inputs to the x of f; ``w_out`` (one row for each target, d entries) the state to the outputs: all ones for one
    target, one state for each of several if not given. ``train_beta`` and ``train_w_out`` make parameters of them that
    start at the given values. ``first_order`` keeps the adjoint constant during the backward pass. ``zb_cap`` is the amount
    of fuel by which nonlinear terms can make a state of the backward pass grow. ``report_output`` adds species that are
    made in the amount of the outputs.
    """

    f: str
    T: float = Field(gt=0)
    learning_rate: float = Field(gt=0)
    learning_rate_in: Literal["N3", "N4"] | None = None
    theta: Rails = "dual"
    x: Rails = "dual"
    z: Rails = "dual"
    y: Rails | None = None
    theta_initial: float | tuple[float, ...] = 1.0
    theta_spread: float = Field(default=0.0, ge=0)
    beta: float | tuple[float, ...] = 0.0
    z_initial: Literal["zero", "x"] = "zero"
    train_beta: bool = False
    pad: int = Field(default=0, ge=0, le=16)
    pad_value: float = Field(default=1.0, ge=0)
    w_in: Matrix | None = None
    w_out: Matrix | None = None
    train_w_out: bool = False
    report_output: bool = False
    shared_adjoint: bool = False
    first_order: bool = False
    annihilate: tuple[Literal["A", "G", "Z", "P"], ...] = ("A",)
    zb_cap: float | None = Field(default=None, gt=0)
    fast_ratio: float = Field(default=1000.0, gt=1)

    @field_validator("f", mode="before")
    @classmethod
    def _one_formula(cls, f: object) -> object:
        """A list of formulas, one per dimension, is the formula of that list."""
        parts = cast("tuple[object, ...]", f) if isinstance(f, tuple) else ()
        if parts and all(isinstance(part, str) for part in parts):
            return f"[{', '.join(map(str, parts))}]"
        if not isinstance(f, str):
            raise refuse("a formula is a text, or a list of texts with one for each dimension", 'Write f = "theta * x + beta".')
        return f

    @model_validator(mode="after")
    def _reports_fixed_weights(self) -> Self:
        if self.report_output and self.train_w_out:
            raise refuse("outputs with trained weights are not reported", "Leave one of the two out.", "report_output")
        return self


class TrainingPlan(Section):
    """How long to train, and how often to update.

    The parameters change after every ``batch``-th point, by the sum of the gradients. With ``repeat_tolerance`` a point
    is presented again until the prediction is that close to its target, ``max_repeats`` times at most. With
    ``strand_iterations`` the strands are trained for that many iterations alone, and compared with the ideal network there.
    """

    epochs: int = Field(default=5, ge=1)
    iterations: int | None = Field(default=None, ge=1)
    batch: int = Field(default=1, ge=1)
    repeat_tolerance: float | None = Field(default=None, gt=0)
    max_repeats: int = Field(default=10, ge=1)
    strand_iterations: int | None = Field(default=None, ge=1)


class Clock(Section):
    """What switches the phases: clock strands that are added and scavenged, or a ring of species in the same pot.

    The rest is for the ring: a phase's clock is every ``spacing``-th species, ``residual`` is what is left of one between
    its pulses over its top, ``total`` the sum of all its species.
    """

    kind: Literal["external", "oscillator"] = "external"
    spacing: int = Field(default=3, ge=1, le=6)
    residual: float = Field(default=1e-6, gt=0, le=0.01)
    total: float = Field(default=1.0, gt=0)


class Translation(Section):
    """How reactions become strands. ``always_on`` stages have no clock; if not given, N4 where nothing reads the parameters
    while gradients are made.

    ``polarity`` fixes the toehold polarity of species, which else is found where ``annihilation`` is cooperative.
    ``annihilate_first`` names the species that enter a two-domain annihilation first, which holds them. ``reporters``
    names species that get a readout duplex, there at concentration ``reporter``: at 0 it is mixed with a sample. A system
    whose oligos have more than ``max_bases`` in all is refused. With ``phase_fuels`` the helpers of clocked reactions are
    there in their phase alone. ``thresholds`` maps species to sinks of that concentration, which swallow the first of it.
    """

    scheme: Literal["plain", "sealed", "chen"] = "plain"
    annihilation: Literal["two_domain", "cooperative"] = "two_domain"
    annihilate_first: tuple[str, ...] = ()
    polarity: dict[str, Literal[-1, 1]] = Field(default_factory=dict)
    reporters: tuple[str, ...] = ()
    reporter: Concentration = 0.0
    always_on: tuple[Literal["N2", "N4"], ...] | None = None
    toehold: int = Field(default=5, ge=4, le=8)
    branch: int = Field(default=15, ge=10, le=30)
    cooperative_toehold: int = Field(default=7, ge=4, le=8)
    max_bases: int | None = Field(default=None, ge=1)
    phase_fuels: bool = False
    thresholds: dict[str, Concentration] = Field(default_factory=dict)


class Timing(Section):
    """Durations of an iteration; ``None`` means: computed from the gates' effective rate constants.

    ``burn_in`` is how long a fresh tube runs with all clocks before its parameters are loaded; not at all if not given.
    """

    forward: Duration | None = None
    backward: Duration | None = None
    flush: Duration = 600.0
    update: Duration = 600.0
    wait: Duration = 120.0
    burn_in: Duration | None = None


class Leak(Section):
    """The leak model and its rate; ``clamp_factor`` divides it where gate ends are clamped."""

    model: Literal["gate", "gate_gate", "gate+gate_gate"] = "gate"
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
    motifs: tuple[Motif, ...] = ("SSSSSS",)
    candidates: int = Field(default=3, ge=1, le=100)
    sodium: Concentration = 5e7
    magnesium: Concentration = 1.25e7


class Order(Section):
    """Who makes the oligos, on which plates, and volumes (µL): of one reaction, the least to pipette, and what stays behind.

    ``prices`` are those of a base by scale and purification, such as ``"100nm PAGE" = 1.1``, in any currency.
    """

    vendor: str = "idt-tube"
    plate: Literal[96, 384] = 96
    fill: Literal["column", "row"] = "column"
    prices: dict[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)
    volume_uL: float = Field(default=100.0, gt=0)
    smallest_uL: float = Field(default=0.5, gt=0)
    dead_uL: float = Field(default=5.0, ge=0)


class DesignSpec(Section):
    """A whole design file, validated and frozen."""

    format: Literal[1]
    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$", max_length=60)
    description: str = ""
    task: Task
    circuit: Circuit
    training: TrainingPlan = TrainingPlan()
    clock: Clock = Clock()
    translation: Translation = Translation()
    chemistry: Chemistry = Chemistry()
    timing: Timing = Timing()
    leak: Leak = Leak()
    imperfections: Imperfections = Imperfections()
    sequences: SequenceRules = SequenceRules()
    order: Order = Order()
