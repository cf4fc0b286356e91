"""The bench protocol: strands, resuspension, annealing, mixing, what is added when, how it is read, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dsd_ncrn.design.spec import Order, SequenceRules
from dsd_ncrn.dsd.experiment import Experiment, gates_of_variants
from dsd_ncrn.dsd.system import DsdSystem
from sequences.assignment import SequenceAssignment
from sequences.bench.checks import calibration_section, checks_section, variants_section
from sequences.bench.dilutions import preparation_sections
from sequences.bench.document import Document
from sequences.bench.experiment import mixing_sections, readout_sections
from sequences.bench.legend import legend_section
from sequences.bench.mixing import SMALLEST_BATCH_UL, USUAL_STOCKS, AnnealingRecipe, annealing_recipes
from sequences.bench.schedule import Addition, StockTopUp, additions, top_ups, used_nmol
from sequences.bench.strands import (
    annealing_section,
    assumptions,
    cost_section,
    needed_section,
    plate_sections,
    resuspension_section,
    strands_section,
)
from sequences.bench.timetable import iteration_sections
from sequences.bench.tubes import Condition, Mixes, conditions_of, mixes_of
from sequences.bench.wells import wells_nmol, wells_sections
from sequences.certificate import Delivery
from sequences.oligos import Oligo, oligo_in
from sequences.robot.opentrons import robot_sections
from sequences.robot.steps import LEAST_UL, RobotPlan
from sequences.vendors.base import Vendor


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that is made and added: the tubes, the recipes, one iteration's additions, and amounts (nmol) of what is used
    by component, and of strands.

    ``growth`` is by which part of itself an iteration's additions and the top-up make the reaction grow; None where the stocks
    are too weak to top it up.
    """

    mixes: Mixes
    added: tuple[Addition, ...]
    topped_up: tuple[StockTopUp, ...]
    recipes: tuple[AnnealingRecipe, ...]
    used: Mapping[str, float]
    nmol: Mapping[str, float]
    growth: float | None


def bench_of(
    system: DsdSystem, oligos: Sequence[Oligo], order: Order, experiment: Experiment, start: Mapping[str, float] | None = None
) -> Bench:
    """Work out all volumes for one reaction of the order's volume and its controls, and for one iteration in it.

    ``start`` (nM by component) replaces the system's concentrations where given. Raises InputError where it, or the schedule,
    names an unknown component, and CheckFailed where stocks are too weak for an addition.
    """
    conditions = conditions_of(system, experiment.first_point, start, plain=experiment.iterations == 0)
    made_uL = order.volume_uL + order.dead_uL
    strong = [each for each in USUAL_STOCKS if each.complexes * 1000 >= experiment.complex_stock] or USUAL_STOCKS[-1:]
    choice = [replace(stocks, smallest_uL=order.smallest_uL) for stocks in strong]
    mixes = mixes_of(system, conditions, made_uL, choice)
    added = additions(system, experiment.steps, order.volume_uL, mixes.stocks)
    now_uL = added[-1].after_uL if added else order.volume_uL
    topped_up = top_ups(system, experiment.left, order.volume_uL, now_uL, mixes.stocks) if experiment.left else ()
    used = used_nmol(system, [(each.start, made_uL) for each in conditions], _in_all(added, conditions))
    for each in topped_up:
        used[each.component] += each.volume_uL * each.stock_uM / 1000
    fits = bool(topped_up) or not experiment.left
    growth = (now_uL + sum(each.volume_uL for each in topped_up)) / order.volume_uL - 1.0 if fits else None
    return _with_amounts(Bench(mixes, added, topped_up, (), used, {}, growth), system, oligos)


def lasting(bench: Bench, system: DsdSystem, oligos: Sequence[Oligo], training: Mapping[str, float]) -> Bench:
    """The same with recipes and strands for what a whole ``training`` takes as well, nmol by component."""
    used = {name: nmol + training.get(name, 0.0) for name, nmol in bench.used.items()}
    return _with_amounts(replace(bench, used=used), system, oligos)


def _with_amounts(bench: Bench, system: DsdSystem, oligos: Sequence[Oligo]) -> Bench:
    """Any variant of a gate may be the one that is kept: each has a recipe for all, and strands for it."""
    stocks, gates = bench.mixes.stocks, gates_of_variants(system)
    used = {**bench.used, **{name: bench.used[gate] for name, gate in gates.items()}}
    recipes = annealing_recipes(system, oligos, used, stocks)
    return replace(bench, recipes=recipes, nmol=_strand_nmol(system, oligos, bench.used, recipes, stocks.strands))


def protocol_of(
    system: DsdSystem,
    oligos: Sequence[Oligo],
    assignment: SequenceAssignment,
    rules: SequenceRules,
    order: Order,
    vendor: Vendor,
    experiment: Experiment,
    bench: Bench,
    plan: RobotPlan,
    delivered: Sequence[Delivery] = (),
    lasts: str = "",
) -> Document:
    """The whole protocol for one reaction and its controls.

    ``delivered`` is what the vendor's certificate says, ``lasts`` a sentence on how long the amounts last.
    """
    least = max(LEAST_UL, order.smallest_uL)
    sections = [
        needed_section(rules, plan.temperature, plan, order.smallest_uL),
        strands_section(oligos, vendor, rules, assumptions(assignment, rules), lasts),
        legend_section(system, oligos),
        *plate_sections(oligos, vendor, order),
        resuspension_section(oligos, bench.mixes.stocks, delivered),
        annealing_section(system, oligos, bench.recipes, bench.mixes.stocks, rules),
        *([checks_section(system)] if plan.iterations else []),
        *variants_section(system, oligos, experiment),
        *preparation_sections(system, plan, bench.mixes, least, wells_nmol(experiment, order.volume_uL), experiment.sites),
        *wells_sections(experiment, order.volume_uL),
        *mixing_sections(bench.mixes, order),
        *calibration_section(experiment, system, bench.mixes),
        *iteration_sections(plan, experiment.iterations),
        *readout_sections(system, bool(plan.iterations)),
        cost_section(oligos, vendor, order),
        *robot_sections(plan),
    ]
    return Document(f"Protocol: {system.name}", tuple(sections))


def _in_all(added: Sequence[Addition], conditions: Sequence[Condition]) -> list[Addition]:
    """The additions of one iteration to every tube that is clocked."""
    clocked = sum(each.clocked for each in conditions)
    return [each for each in added for _ in range(clocked)]


def _strand_nmol(
    system: DsdSystem,
    oligos: Sequence[Oligo],
    used: Mapping[str, float],
    recipes: Sequence[AnnealingRecipe],
    strands_uM: float,
) -> dict[str, float]:
    """Amount (nmol) of each ordered strand: what floats in the reaction, and all that is annealed.

    Of the variants of a gate one is annealed for the training, and each for the assay; tops are those of all of them.
    """
    variants = gates_of_variants(system)
    needed = {oligo.name: 0.0 for oligo in oligos}
    bottoms = {oligo.name: oligo.is_bottom for oligo in oligos}
    for component in system.components:
        if component.complex.is_strand:
            needed[oligo_in(oligos, component, component.complex.strands[0]).name] += used[component.name]
    for recipe in recipes:
        for row in recipe.rows:
            tried = recipe.component in variants and not bottoms[row.oligo]
            share = SMALLEST_BATCH_UL / recipe.batch_uL if tried else 1.0
            needed[row.oligo] += share * row.volume_uL * strands_uM / 1000
    return needed
