"""The table [staged] of a design file: strands and waits of a learner in the staged form."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dsd_ncrn.design.section import Concentration, Duration, Section


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
