"""Which stages need a clock: fast ones that may do without at strand level, and phases that a chemical clock cannot switch."""

from __future__ import annotations

from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import TrainingPlan, Translation
from dsd_ncrn.ncrn.types import NeuralCrn


def unclocked_stages(ncrn: NeuralCrn, translation: Translation) -> tuple[str, ...]:
    """The stages whose joins have no clock segment: those the design names, or N4 where that is safe.

    Without a clock N4 moves parameters as soon as G appears. That is safe while nothing reads them until the next forward
    pass. Raises DesignError where the design wants it all the same.
    """
    reason = _reads_parameters(ncrn)
    if translation.always_on is None:
        return () if reason else ("N4",)
    if "N4" in translation.always_on and reason:
        rule = f"translation.always_on: N4 cannot run all the time, {reason}"
        key = ("translation", "always_on")
        raise DesignError(rule, list(translation.always_on), "Take N4 out of the list, or leave the key out.", key=key)
    return translation.always_on


def check_turns(plan: TrainingPlan) -> None:
    """Raises DesignError where an oscillator cannot switch the phases: one of them is to wait for a whole batch."""
    if plan.batch > 1:
        rule = "training.batch: a ring of species switches all phases in each turn, and a batch needs one that waits"
        raise DesignError(rule, plan.batch, 'Set batch = 1, or clock.kind = "external".', key=("training", "batch"))


def _reads_parameters(ncrn: NeuralCrn) -> str:
    """Why parameters must not change while gradients are made; empty where they may."""
    if any(phase.every > 1 for phase in ncrn.crn.phases):
        return "a batch of points is to be predicted with the same parameters"
    parameters = {name for variable in ncrn.parameters for name in variable.species}
    forward = ncrn.crn.phases[0].name
    for reaction in ncrn.crn.reactions:
        if not reaction.fast and forward not in reaction.phases and parameters & set(reaction.reactants):
            return f"{reaction.origin.reaction} reads parameters while gradients are made"
    return ""
