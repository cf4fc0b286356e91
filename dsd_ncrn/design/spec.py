"""The design file's schema: every key, its unit, its default and its bounds.

Quantities are written with their unit (``"200 nM"``) and held in internal units (nM, s, /nM/s).
"""

from __future__ import annotations

from typing import Literal, Self, cast

from pydantic import Field, field_validator, model_validator

from dsd_ncrn.constants import constant
from dsd_ncrn.design.chemistry import Chemistry, Staged
from dsd_ncrn.design.imperfections import Imperfections
from dsd_ncrn.design.section import Concentration, Duration, LeakRate, Section, refuse
from dsd_ncrn.design.strands import Order, SequenceRules

Rail = Literal["single", "dual"]
Rails = Literal["single", "dual", "auto"] | tuple[Rail, ...]
"""One rail for all entries of a vector, one for each, or the compiler's choice."""
Matrix = tuple[tuple[float, ...], ...]


class Task(Section):
    """What is to be learned: a built-in task by name, or the columns of a CSV file."""

    name: str = Field(default="csv", examples=["linreg2d"])
    """A built-in task, see `dsd-ncrn list tasks`. Give exactly one of `name` and `csv`."""
    csv: str | None = Field(default=None, examples=["data.csv"])
    """A CSV file with a header line, or an .xlsx workbook; a relative path starts at the design file."""
    test_csv: str | None = Field(default=None, examples=["test.csv"])
    """Another such file with the same columns, from which the test points come; `csv` then has only training points."""
    inputs: tuple[str, ...] = ()
    """Columns of the CSV file that are inputs, in the order x1, x2, …; required with `csv`."""
    targets: tuple[str, ...] = ()
    """Columns of the CSV file that are targets, one for each output; required with `csv`."""
    threshold: float | None = Field(default=None, examples=[0.5])
    """With one target of a CSV file: a classification, ON is what lies above it."""
    classes: bool = False
    """With several targets of a CSV file: a classification, the largest target names the class."""
    training_points: int = Field(default=41, ge=2, le=100_000)
    """Points to learn from. A CSV file with too few rows is split in the ratio of the two numbers."""
    test_points: int = Field(default=101, ge=2, le=100_000)
    """Points that only the test error is measured on."""
    shuffle: bool = True
    """The rows of a CSV file are shuffled by the seed; with false they are taken in their order."""
    layer: tuple[str, ...] = Field(default=(), examples=[["rest(x1, x2)", "rest(x2, x1)"]])
    """Fixed units that the circuit reads in place of the inputs, with the staged form: formulas of `rest(a, b)`, what is left
    of the amount a after the amount b. They are gates left on beads after a subtraction in side wells.
    """
    scales: dict[str, tuple[float, float]] = Field(default_factory=dict)
    """For columns of the CSV file, as `dose = [0.5, 2.0]`, an offset and a factor: what is learned is values less the first,
    divided by the second. A negative factor turns a column round. `threshold` is that of the scaled target.
    """

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
        if self.csv is None and (self.test_csv is not None or not self.shuffle):
            key = "shuffle" if self.test_csv is None else "test_csv"
            raise refuse("a built-in task draws its points", "Leave test_csv and shuffle out.", key)
        for column, (_, factor) in self.scales.items():
            if column not in (*self.inputs, *self.targets) or factor == 0:
                rule = "scales are of columns that are inputs or targets, and divide by something"
                raise refuse(rule, f"Columns: {', '.join((*self.inputs, *self.targets)) or 'none'}.", "scales")
        if self.threshold is not None and len(self.targets) > 1:
            raise refuse("a threshold divides one target", "With several targets write classes = true.", "threshold")
        if self.classes and len(self.targets) < 2:
            raise refuse("classes need one target column each", "With one target give its threshold.", "classes")
        return self


class Circuit(Section):
    """f_theta and how it is made kinetic."""

    f: str
    """dz/dt as a formula, or a list with one for each dimension; see the language of formulas."""
    form: Literal["adjoint", "staged"] = "adjoint"
    """How it learns. adjoint is the network of the paper, with a backward pass, for every f. staged is for f linear in the
    inputs: these are used up, prediction and target annihilate, and what is left of one of them changes the parameters; it
    needs no clock, since its gates are there in their stage alone.
    """
    weight_limit: float = Field(default=4.0, gt=0)
    """With the staged form: an input is used up, so that its weight is w (1 − exp(−θ T / w)) and stays below w."""
    T: float = Field(gt=0)
    """Dimensionless length of the forward and of the backward pass."""
    learning_rate: float = Field(gt=0)
    """The learning rate η, dimensionless. With the staged form a prediction that is off by e changes the parameters by η e in
    all, each by its share of the inputs.
    """
    learning_rate_in: Literal["N3", "N4"] | None = Field(default=None, examples=["N3"])
    """Where η is: with N3 a factor on the rate constants of the gradients, so that G is η times the gradient; with N4, as in
    the paper, the share of G that reaches P, so at most 1. N3 needs 1/η times less G, which is fuel for strands, and half the
    reactions of N4. If not given N3 for single-rail parameters and N4 for dual-rail ones.
    """
    theta: Rails = "dual"
    """Rails of the parameters of f, single (never negative) or dual. A single rail is a concentration: the update is
    max(0, θ − η g).
    """
    x: Rails = "dual"
    """Rails of the inputs; with auto single ones for columns without negative numbers. With two rails, the gates of rails that
    are empty at the mean training point keep their designed concentrations.
    """
    z: Rails = "dual"
    """Rails of the state."""
    y: Rails | None = Field(default=None, examples=["auto"])
    """Rails of the targets; those of `z` if not given."""
    theta_initial: float | tuple[float, ...] = 1.0
    """Start of the parameters: one value, or one for each in their order, matrices row by row."""
    theta_spread: float = Field(default=0.0, ge=0)
    """A random number from U(−spread, spread) is added to each start value, by the seed."""
    beta: float | tuple[float, ...] = 0.0
    """What `beta` stands for in f: one value, or one for each dimension."""
    z_initial: Literal["zero", "x"] = "zero"
    """z(0): zero, or the inputs. With x the inputs become z at the start of phase C1 (stage feed)."""
    train_beta: bool = False
    """Makes `beta` a parameter that starts at the given value. Strands then need buffers Pb and Gb."""
    pad: int = Field(default=0, ge=0, le=16)
    """Number of additional inputs, which are constant."""
    pad_value: float = Field(default=1.0, ge=0)
    """Value of the constant inputs."""
    w_in: Matrix | None = Field(default=None, examples=[[[1.0, 0.5], [0.0, 2.0]]])
    """Input projection: d rows, each with an entry from −10 to 10 for every input and constant. The x of f is `w_in` times the
    inputs; d is the number of dimensions, without `w_in` that of inputs and constants.
    """
    w_out: Matrix | None = Field(default=None, examples=[[[1.0, 1.0]]])
    """Output projection: a row for each target, d entries from −10 to 10 in each. Without it one target is z1 + … + zd, and the
    first of several is z1, the second z2, …
    """
    train_w_out: bool = False
    """Makes the entries of `w_out` dual-rail parameters that start at the given values; costs two clock phases (readout and
    error).
    """
    report_output: bool = False
    """Makes species Yhat1p, Yhat1m, … in the amount of the predictions, for a reporter; not with `train_w_out`."""
    shared_adjoint: bool = False
    """One adjoint for all dimensions; only where f does not depend on z (or with `first_order`) and the output weights are
    equal.
    """
    first_order: bool = False
    """The adjoint stays at its initial value during the backward pass."""
    annihilate: tuple[Literal["A", "G", "Z", "P"], ...] = ("A",)
    """Variables whose two rails annihilate at all times; Z always where f has a power or product of z."""
    zb_cap: float | None = Field(default=None, gt=0, examples=[20.0])
    """Finite fuel for nonlinear growth of the state in the backward pass, in units; without it there is none."""
    fast_ratio: float = Field(default=1000.0, gt=1)
    """k_fast over k_slow of the ideal network."""

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
    """How long to train, and how often to update."""

    epochs: int = Field(default=5, ge=1)
    """Times through the training points, in their order."""
    iterations: int | None = Field(default=None, ge=1, examples=[100])
    """Iterations in all, instead of whole epochs."""
    batch: int = Field(default=1, ge=1)
    """Batch gradient descent: gradients add up over that many points (all training points at most), then the parameters change
    by their sum, in a clock phase of its own (update).
    """
    repeat_tolerance: float | None = Field(default=None, gt=0, examples=[0.1])
    """Train on the same point again until the prediction is that close to its target."""
    max_repeats: int = Field(default=10, ge=1)
    """With `repeat_tolerance`: at most this often."""
    strand_iterations: int | None = Field(default=None, ge=1, examples=[10])
    """Simulate only so many iterations at strand level, where one costs up to a second; the ideal network is trained to the end
    all the same, and compared after as many.
    """


class Clock(Section):
    """What switches the phases: clock strands that are added and scavenged, or a ring of species in the same pot."""

    kind: Literal["external", "oscillator"] = "external"
    """What switches the phases: strands that are added and scavenged, or a chemical oscillator in the same pot. The oscillator
    is for the abstract network; strands are always clocked from outside.
    """
    spacing: int = Field(default=3, ge=1, le=6)
    """Of the oscillator: places on the ring from the clock of one phase to that of the next."""
    residual: float = Field(default=1e-6, gt=0, le=0.01)
    """Of the oscillator: lowest over highest concentration of a clock."""
    total: float = Field(default=1.0, gt=0)
    """Of the oscillator: the sum of all its species, in units."""


class Translation(Section):
    """How reactions become strands."""

    scheme: str = "plain"
    """How join and fork work together, see `dsd-ncrn list schemes`. sealed is proved by CRN bisimulation."""
    annihilation: Literal["two_domain", "cooperative"] = "two_domain"
    """How X + Y → 0 is done, by joins or by cooperative hybridization. With cooperative, pairs whose polarities do not allow it
    stay two-domain.
    """
    annihilate_first: tuple[str, ...] = ()
    """Species that enter a two-domain annihilation first, which holds them; if not named, the one that fewer reactions take."""
    polarity: dict[str, Literal[-1, 1]] = Field(default_factory=dict)
    """Toehold polarity of species, 1 or -1; the others follow from the annihilations."""
    reporters: tuple[str, ...] = ()
    """Species that get a readout duplex with dye and quencher."""
    reporter: Concentration = 0.0
    """Reporters in the tube; at 0 they are mixed with a sample when it is read."""
    always_on: tuple[Literal["N2", "N4"], ...] | None = Field(default=None, examples=[["N4"]])
    """Stages whose joins have no clock segment. If not given N4 where nothing reads the parameters while gradients are made,
    else none.
    """
    toehold: int = Field(default=5, ge=4, le=8)
    """Length of the universal toehold (nt)."""
    branch: int = Field(default=15, ge=10, le=30)
    """Length of every branch domain (nt)."""
    cooperative_toehold: int = Field(default=7, ge=4, le=8)
    """Length of the toehold of species of the turned polarity (nt)."""
    max_bases: int | None = Field(default=None, ge=1, examples=[5000])
    """A system whose oligos have more bases in all (nt) is refused; without it none is."""
    phase_fuels: bool = False
    """Auxiliary strands of clocked reactions come with the clock of their phase and are captured with it."""
    thresholds: dict[str, Concentration] = Field(default_factory=dict)
    """By species: sinks `{t*}[x]` of that concentration, which take up the first of it."""


class Timing(Section):
    """Durations of an iteration."""

    forward: Duration | None = Field(default=None, examples=["35 min"])
    """Phase C1; if not given, the calibration finds it."""
    backward: Duration | None = Field(default=None, examples=["20 min"])
    """Phase C2; if not given, the calibration finds it."""
    flush: Duration = 4200.0
    """The flush phase."""
    update: Duration = 4200.0
    """The phase update, with `training.batch` above 1."""
    wait: Duration = 300.0
    """After each scavenger, of which there are four in an iteration."""
    burn_in: Duration | None = Field(default=None, examples=["1 h"])
    """A fresh tube runs for as long with all clocks and without inputs, so that what leaked in mixing is gone; then it is
    loaded. Not done if not given.
    """


class LeakChannels(Section):
    """Rates of the kinds of leak channels over `leak.rate`, by default as measured; one at 0 is left out."""

    join: float = Field(default=constant("leak.join").number, ge=0)
    """A strand on a fresh gate that is no fork."""
    fork: float = Field(default=constant("leak.fork").number, ge=0)
    """A strand on a fresh fork."""
    mid: float = Field(default=constant("leak.mid").number, ge=0)
    """A strand on a gate in mid-reaction, which has an open toehold."""
    gate_gate: float = Field(default=constant("leak.gate_gate").number, ge=0)
    """Two fresh gates, with the model `gate_gate`."""
    double: float = Field(default=0.0, ge=0)
    """A strand that displaces two neighbours of a fresh gate at once."""
    spent: float = Field(default=0.0, ge=0)
    """A strand on a gate that has no open toehold any more."""


class Leak(Section):
    """The leak model and its rate."""

    model: str = "gate"
    """The leak model, see `dsd-ncrn list leaks`; several joined by + are all applied."""
    rate: LeakRate = 1e-9
    """Rate of a leak channel of relative rate 1 at 25 °C, in the training dsd_leaky and for the ranking of gates; 0 switches
    leaks off. Published gates leak at about 1 /M/s.
    """
    channels: LeakChannels = LeakChannels()
    """Rates of the kinds of channels over that."""


class ConditionsChoice(Section):
    """The conditions that hold where the design says nothing of its own."""

    name: str = ""
    """`ideal`, `study`, `bench`, or a file (.toml) of one's own; a relative path starts at the design file."""
    applied: bool = False
    """Their values stand in the design already, as in the `design.toml` of a run: nothing is read again."""


class DesignSpec(Section):
    """A whole design file, validated and frozen."""

    format: Literal[1]
    """Version of this format."""
    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$", max_length=60)
    """A letter, then letters, digits, `_ . -`. Also the name of the default run folder."""
    description: str = ""
    """Shown in the report."""
    task: Task
    """What is to be learned. Required."""
    circuit: Circuit
    """f_theta and how it is made kinetic. Required."""
    training: TrainingPlan = TrainingPlan()
    """How long to train, and how often to update."""
    clock: Clock = Clock()
    """What switches the phases."""
    translation: Translation = Translation()
    """How reactions become strands."""
    chemistry: Chemistry = Chemistry()
    """Concentrations and conditions."""
    timing: Timing = Timing()
    """Durations of an iteration."""
    staged: Staged = Staged()
    """Strands and waits of a learner in the staged form."""
    leak: Leak = Leak()
    """The leak model and its rate."""
    conditions: ConditionsChoice = ConditionsChoice()
    """The conditions that hold where the design says nothing of its own."""
    imperfections: Imperfections = Imperfections()
    """What sets a real tube apart from the design."""
    sequences: SequenceRules = SequenceRules()
    """Limits of the sequence search."""
    order: Order = Order()
    """Who makes the oligos, and volumes at the bench."""
