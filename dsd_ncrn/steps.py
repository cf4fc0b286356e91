"""The steps from a design to strands, one at a time, and the search for a better design."""

from __future__ import annotations

from typing import Literal

from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.tuning import Bounds, Question, Tuning, bench_of
from dsd_ncrn.analysis.tuning import tune as search
from dsd_ncrn.crn.antimony import antimony_of
from dsd_ncrn.crn.drawing import svg_of
from dsd_ncrn.crn.graph import dot_of
from dsd_ncrn.crn.latex import latex_of
from dsd_ncrn.crn.sbml import sbml_of
from dsd_ncrn.crn.text import format_crn
from dsd_ncrn.crn.types import Crn
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.kinetics.build import build_network
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.ncrn.types import NeuralCrn
from dsd_ncrn.simulate.train import Progress, no_progress
from dsd_ncrn.tasks import Dataset
from dsd_ncrn.units import parse_quantity, per_nM_s_to_per_M_s

CrnForm = Literal["crn", "sbml", "antimony", "latex", "dot", "svg"]
CRN_FORMS: tuple[CrnForm, ...] = ("crn", "sbml", "antimony", "latex", "dot", "svg")


def compile_design(design: DesignSpec, data: Dataset | None = None, seed: int = 0) -> NeuralCrn:
    """The abstract network of a design: ``.crn`` are its species and reactions, ``.parameters`` what it learns.

    Rate constants and times are dimensionless. Raises DesignError naming the key that cannot work.

    Args:
        design: a checked design
        data: points of your own in place of those of the design's task: dimensionless inputs (n, inputs) and targets
            (n, outputs)
        seed: of the task's points, which decide what the design leaves open

    >>> import dsd_ncrn as dn
    >>> learner = dn.compile_design(dn.load_design("designs/linreg2d.toml"))
    >>> dn.counts(learner)["reactions"], dn.counts(learner)["species"]
    (14, 17)
    """
    return Study(design, seed, points=data).ncrn


def crn_text(network: NeuralCrn | Crn, form: CrnForm = "crn") -> str:
    """A network as text that other programs read.

    Raises InputError for another form.

    Args:
        network: a learner or a plain network
        form: crn, sbml, antimony, latex, dot or svg

    >>> import dsd_ncrn as dn
    >>> print(dn.crn_text(dn.parse_crn("A + B -> C [k = 1e-3]")).splitlines()[-1])
    A + B -> C                               [k = 0.001]  # R1
    """
    crn = network.crn if isinstance(network, NeuralCrn) else network
    writers = dict(zip(CRN_FORMS, (format_crn, sbml_of, antimony_of, latex_of, dot_of, svg_of), strict=True))
    if form not in writers:
        raise InputError("unknown form of a network", form, did_you_mean(form, CRN_FORMS))
    return writers[form](crn)


def translate_design(design: DesignSpec, data: Dataset | None = None, seed: int = 0) -> DsdSystem:
    """Every strand and complex of a design, with concentrations (nM) before calibration, which ``prepare`` does.

    ``.components`` are what is mixed, ``.strands`` the distinct strands, ``.domains`` the domains with their lengths (nt).
    Raises DesignError naming the key that cannot work.

    Args:
        design: a checked design
        data: points of your own, as for ``compile_design``
        seed: of the task's points

    >>> import dsd_ncrn as dn
    >>> system = dn.translate_design(dn.load_design("designs/linreg2d.toml"))
    >>> len(system.strands), len(system.domains)
    (121, 41)
    """
    return Study(design, seed, points=data).designed


def enumerate_strands(system: DsdSystem, leak_model: str | None = None) -> ReactionNetwork:
    """All that the strands of a system can do: species, and steps with rates in nM^(1-n)/s.

    Raises InputError for an unknown model.

    Args:
        system: the strands and complexes; levels (nM) play no part
        leak_model: "gate", "gate_gate" or "gate+gate_gate": their steps are there too, at rate 1, which a simulation
            multiplies by the leak rate

    >>> import dsd_ncrn as dn
    >>> system = dn.translate_design(dn.load_design("designs/linreg2d.toml"))
    >>> network = dn.enumerate_strands(system)
    >>> len(network.names), len(network.steps)
    (259, 237)
    """
    return build_network(system, leak_model)


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
    """Search concentrations, toeholds and durations with which a design tolerates a leak rate; ``.design`` is the best found.

    Raises InputError for a quantity without its unit, DesignError for a design that cannot be compiled.

    Args:
        design: the design to start from
        leak: what is to be tolerated, such as "1 /M/s"
        iterations: of the training under leak that judges a candidate
        candidates: how many are tried, some seconds each
        seed: of points and search
        hours: the most that an iteration may take, h
        fuel: the most of all fuels together, such as "1 mM"
        longest_nt: the longest strand, nt
        progress: told ``(done, of)`` of candidates

    >>> import dsd_ncrn as dn
    >>> design = dn.changed(dn.load_design("designs/linreg2d.toml"), {"task.test_points": 2})
    >>> tuned = dn.tune(design, "1 /M/s", iterations=1, candidates=1)
    >>> tuned.best == tuned.start, tuned.design.name  # one candidate is the design as it is
    (True, 'linreg2d')
    """
    bounds = Bounds(hours, parse_quantity(fuel, "concentration"), longest_nt)
    rate = per_nM_s_to_per_M_s(parse_quantity(leak, "bimolecular rate"))
    bench = bench_of(Study(design, seed), Question(rate, iterations, bounds))
    return search(bench, candidates, None, progress)
