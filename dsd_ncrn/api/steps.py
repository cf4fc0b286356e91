"""The steps from a design to strands, one at a time, and all of them together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from dsd_ncrn.crn.text import format_crn
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.kinetics.build import build_network
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.ncrn.types import NeuralCrn
from dsd_ncrn.simulate.train import Progress, no_progress
from dsd_ncrn.tasks import Dataset, load_dataset

if TYPE_CHECKING:
    from dsd_ncrn.analysis.tuning import Tuning
    from dsd_ncrn.api.prepared import PreparedDesign
    from dsd_ncrn.crn.types import Crn

CrnForm = Literal["crn", "sbml", "antimony", "latex", "dot", "svg"]
CRN_FORMS: tuple[CrnForm, ...] = ("crn", "sbml", "antimony", "latex", "dot", "svg")


def compile_design(design: DesignSpec, data: Dataset | None = None, seed: int = 0) -> NeuralCrn:
    """The abstract network of a design: ``.crn`` are its species and reactions, ``.parameters`` what it learns.

    ``data`` are points of your own in place of those of the design's task; they, and ``seed``, decide what the design
    leaves open. Rate constants and times are dimensionless. Raises DesignError naming the key that cannot work.

    >>> import dsd_ncrn as dn
    >>> learner = dn.compile_design(dn.load_design("designs/linreg2d.toml"))
    >>> dn.counts(learner)["reactions"], dn.counts(learner)["species"]
    (14, 17)
    """
    from dsd_ncrn.ncrn.compile import compile_design as compiled

    points = load_dataset(design.task, seed) if data is None else data
    return compiled(_decided(design, points, seed), points.dimension, points.outputs)


def crn_text(network: NeuralCrn | Crn, form: CrnForm = "crn") -> str:
    """A network as text that other programs read: crn, sbml, antimony, latex, dot or svg.

    Raises InputError for another form.

    >>> import dsd_ncrn as dn
    >>> print(dn.crn_text(dn.parse_crn("A + B -> C [k = 1e-3]")).splitlines()[-1])
    A + B -> C                               [k = 0.001]  # R1
    """
    from dsd_ncrn.crn.antimony import antimony_of
    from dsd_ncrn.crn.drawing import svg_of
    from dsd_ncrn.crn.graph import dot_of
    from dsd_ncrn.crn.latex import latex_of
    from dsd_ncrn.crn.sbml import sbml_of

    crn = network.crn if isinstance(network, NeuralCrn) else network
    writers = dict(zip(CRN_FORMS, (format_crn, sbml_of, antimony_of, latex_of, dot_of, svg_of), strict=True))
    if form not in writers:
        raise InputError("unknown form of a network", form, did_you_mean(form, CRN_FORMS))
    return writers[form](crn)


def translate_design(design: DesignSpec, data: Dataset | None = None, seed: int = 0) -> DsdSystem:
    """Every strand and complex of a design, with concentrations (nM) before calibration, which ``prepare`` does.

    ``.components`` are what is mixed, ``.strands`` the distinct strands, ``.domains`` the domains with their lengths (nt).
    Raises DesignError naming the key that cannot work.

    >>> import dsd_ncrn as dn
    >>> system = dn.translate_design(dn.load_design("designs/linreg2d.toml"))
    >>> len(system.strands), len(system.domains)
    (120, 39)
    """
    from dsd_ncrn.dsd.translate import translate
    from dsd_ncrn.gates.learner import largest_firings, size_gates
    from dsd_ncrn.kinetics.rates import ToeholdLengthRates
    from dsd_ncrn.ncrn.compile import compile_design as compiled
    from dsd_ncrn.simulate.engines import engine_named

    points = load_dataset(design.task, seed) if data is None else data
    decided = _decided(design, points, seed)
    learner = compiled(decided, points.dimension, points.outputs)
    flux = largest_firings(decided, points, learner, engine_named("rosenbrock"))
    return translate(learner, size_gates(decided, learner, flux, ToeholdLengthRates()))


def enumerate_strands(system: DsdSystem, leak_model: str | None = None) -> ReactionNetwork:
    """All that the strands of a system can do: species, and steps with rates in nM^(1-n)/s.

    With ``leak_model`` ("gate", "gate_gate" or "gate+gate_gate") its leak steps are there too, at rate 1, which a
    simulation multiplies by the leak rate. Raises InputError for an unknown model.

    >>> import dsd_ncrn as dn
    >>> system = dn.translate_design(dn.load_design("designs/linreg2d.toml"))
    >>> network = dn.enumerate_strands(system)
    >>> len(network.names), len(network.steps)
    (257, 236)
    """
    return build_network(system, leak_model)


def prepare(
    design: DesignSpec,
    data: Dataset | None = None,
    seed: int = 0,
    *,
    engine: str = "rosenbrock",
    progress: Progress = no_progress,
) -> PreparedDesign:
    """All steps up to strands that are ready to learn: compiled, ideal network trained, translated, enumerated, calibrated.

    ``data`` are points of your own in place of those of the design's task. The same seed gives the same numbers.
    ``progress(done, of)`` is told of the ideal training's iterations. Raises DesignError for a design that cannot be
    compiled or translated, CheckFailed where its gates cannot be calibrated.

    >>> import dsd_ncrn as dn
    >>> study = dn.prepare(dn.load_design("designs/linreg2d.toml"))
    >>> study
    <PreparedDesign linreg2d, seed 0: 14 reactions, 120 strands, 236 steps, 1.1 h for an iteration>
    """
    from dsd_ncrn.analysis.study import prepare_with
    from dsd_ncrn.api.prepared import PreparedDesign

    points = load_dataset(design.task, seed) if data is None else data
    return PreparedDesign(design, seed, prepare_with(design, points, seed, engine, progress))


def tune(
    design: DesignSpec,
    leak: str = "1 /M/s",
    *,
    iterations: int = 20,
    candidates: int = 300,
    seed: int = 0,
    hours: float = float("inf"),
    fuel: str = "1 M",
    longest_nt: float = float("inf"),
    progress: Progress = no_progress,
) -> Tuning:
    """Search concentrations, toeholds and durations with which a design bears a leak rate; ``.design`` is the best found.

    Every candidate is calibrated and trained for ``iterations`` under the leak: some seconds each. ``hours`` of an
    iteration, ``fuel`` in all and nucleotides of the longest strand bound them. ``progress(done, of)`` counts
    candidates. Raises InputError for a quantity without its unit, DesignError for a design that cannot be compiled.

    >>> import dsd_ncrn as dn
    >>> design = dn.changed(dn.load_design("designs/linreg2d.toml"), {"task.test_points": 2})
    >>> tuned = dn.tune(design, "1 /M/s", iterations=1, candidates=1)
    >>> tuned.best == tuned.start, tuned.design.name  # one candidate is the design as it is
    (True, 'linreg2d')
    """
    from dsd_ncrn.analysis.tuning import Bounds, Question, bench_of
    from dsd_ncrn.analysis.tuning import tune as search
    from dsd_ncrn.units import parse_quantity, per_nM_s_to_per_M_s

    bounds = Bounds(hours, parse_quantity(fuel, "concentration"), longest_nt)
    rate = per_nM_s_to_per_M_s(parse_quantity(leak, "bimolecular rate"))
    points = load_dataset(design.task, seed)
    return search(
        bench_of(_decided(design, points, seed), seed, Question(rate, iterations, bounds)), candidates, None, progress
    )


def _decided(design: DesignSpec, points: Dataset, seed: int) -> DesignSpec:
    """The design with nothing left open, checked against its points."""
    from dsd_ncrn.ncrn.decide import decide
    from dsd_ncrn.ncrn.signs import check_signs

    decided = decide(design, points, seed)
    check_signs(decided, points)
    return decided
