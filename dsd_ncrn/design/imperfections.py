"""The table [imperfections] of a design file: what sets a real tube apart from the one that was designed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import Field, model_validator

from dsd_ncrn.design.section import Section, refuse

MAGNITUDES: Mapping[str, str] = {
    "pipetting": "dsd_ncrn.simulate.imperfections.spreads:Pipetting",
    "inactive": "dsd_ncrn.simulate.imperfections.spreads:Inactive",
    "initial_leak": "dsd_ncrn.simulate.imperfections.initial_leak:InitialLeak",
    "rate_spread": "dsd_ncrn.simulate.imperfections.spreads:RateSpread",
    "leak_spread": "dsd_ncrn.simulate.imperfections.spreads:LeakSpread",
    "occlusion": "dsd_ncrn.simulate.imperfections.occlusion:Occlusion",
    "dilution": "dsd_ncrn.simulate.imperfections.spreads:Dilution",
}
"""The keys that switch an imperfection on, each at 0 when it is off, and where it is, in the order of application.

What is added comes before what depends on it: the initial leak on what is mixed, occlusion on the toeholds in the tube.
"""


class Imperfections(Section):
    """How far a real tube is from the designed one; everything is off by default."""

    pipetting: float = Field(default=0.0, ge=0, le=1)
    """Coefficient of variation of the concentration of every stock."""
    inactive: float = Field(default=0.0, ge=0, lt=0.5)
    """Median inactive fraction of every strand and gate, uniform between 0 and twice that."""
    initial_leak: float = Field(default=0.0, ge=0, le=0.1)
    """Median fraction of every gate that has been triggered when it is mixed; needs `leak.model` with gate."""
    rate_spread: float = Field(default=0.0, ge=0, le=3)
    """Standard deviation of ln k from gate to gate, of all reactions of a gate."""
    leak_spread: float = Field(default=0.0, ge=0, le=3)
    """The same for its leaks."""
    occlusion: float = Field(default=0.0, ge=0, le=10)
    """Strength of toeholds at rest over that of the rate table (K_d 0.75 µM for 5 nt): 0.1 is 7.5 µM."""
    stretch: bool = True
    """All durations are prolonged by the slow-down through occlusion."""
    dilution: float = Field(default=0.0, ge=0, le=1)
    """By which part of itself the additions of an iteration make the volume grow, which thins what is not topped up."""
    calibrated: bool = False
    """Joins of slow reactions and phases that the design leaves open are fitted to the firings measured in each tube."""
    samples: int = Field(default=0, ge=0)
    """Tubes that the leak study trains."""

    @model_validator(mode="after")
    def _something_to_sample(self) -> Self:
        if self.samples and not self.any:
            raise refuse("samples are realisations of imperfections, and all are off", "Switch one on.", "samples")
        return self

    @property
    def any(self) -> bool:
        """Whether any imperfection is switched on."""
        return any(getattr(self, name) for name in MAGNITUDES)
