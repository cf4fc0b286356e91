"""The table [imperfections] of a design file: what sets a real tube apart from the one that was designed."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from dsd_ncrn.design.section import Section, refuse

MAGNITUDES = ("pipetting", "inactive", "initial_leak", "rate_spread", "leak_spread", "occlusion", "dilution")
"""The keys that switch an imperfection on, each at 0 when it is off."""


class Imperfections(Section):
    """How far a real tube is from the designed one; everything is off by default.

    ``pipetting`` is the coefficient of variation of every concentration, ``inactive`` the median inactive fraction of
    strands and gates, ``initial_leak`` the median fraction of gates that have been triggered when they are mixed,
    ``rate_spread`` and ``leak_spread`` the standard deviations of ln k between gates, for their reactions and their leaks.
    ``occlusion`` is the strength of toeholds at rest over that of the rate table; with ``stretch`` all durations are
    prolonged by the slow-down. ``dilution`` is by how much the additions of an iteration make the volume grow, which thins
    whatever is not topped up. ``calibrated`` tubes have had the joins of their slow reactions and the lengths of their phases
    fitted to what was measured in them, as at the bench. ``samples`` realisations are trained by the leak study.
    """

    pipetting: float = Field(default=0.0, ge=0, le=1)
    inactive: float = Field(default=0.0, ge=0, lt=0.5)
    initial_leak: float = Field(default=0.0, ge=0, le=0.1)
    rate_spread: float = Field(default=0.0, ge=0, le=3)
    leak_spread: float = Field(default=0.0, ge=0, le=3)
    occlusion: float = Field(default=0.0, ge=0, le=10)
    stretch: bool = True
    dilution: float = Field(default=0.0, ge=0, le=1)
    calibrated: bool = False
    samples: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _something_to_sample(self) -> Self:
        if self.samples and not self.any:
            raise refuse("samples are realisations of imperfections, and all are off", "Switch one on.", "samples")
        return self

    @property
    def any(self) -> bool:
        """Whether any imperfection is switched on."""
        return any(getattr(self, name) for name in MAGNITUDES)
