"""The table [imperfections] of a design file: what sets a real tube apart from the one that was designed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import Field, model_validator

from dsd_ncrn.constants import constant
from dsd_ncrn.design.section import Concentration, Dissociation, Section, Time, refuse

UM = 1e3
"""1 µM and 1 pmol/µL in nM."""
LEAST_OF_UL = 100.0
"""The volume that `least` is a share of, whatever the reaction's: a pipette does not know it."""
MAGNITUDES: Mapping[str, str] = {
    "pipetting": "dsd_ncrn.simulate.imperfections.spreads:Pipetting",
    "inactive": "dsd_ncrn.simulate.imperfections.spreads:Inactive",
    "initial_leak": "dsd_ncrn.simulate.imperfections.initial_leak:InitialLeak",
    "rate_spread": "dsd_ncrn.simulate.imperfections.spreads:RateSpread",
    "leak_spread": "dsd_ncrn.simulate.imperfections.spreads:LeakSpread",
    "occlusion": "dsd_ncrn.simulate.imperfections.spreads:OCCLUSION",
    "dilution": "dsd_ncrn.simulate.imperfections.spreads:Dilution",
    "addition": "dsd_ncrn.simulate.imperfections.spreads:ADDITION",
    "strand_stock": "dsd_ncrn.simulate.imperfections.spreads:STRAND_STOCK",
    "complex_stock": "dsd_ncrn.simulate.imperfections.spreads:COMPLEX_STOCK",
    "carried": "dsd_ncrn.simulate.imperfections.spreads:CARRIED",
    "pull": "dsd_ncrn.simulate.imperfections.spreads:PULL",
    "missed": "dsd_ncrn.simulate.imperfections.spreads:MISSED",
    "never": "dsd_ncrn.simulate.imperfections.spreads:NEVER",
    "lost": "dsd_ncrn.simulate.imperfections.spreads:LOST",
    "evaporation": "dsd_ncrn.simulate.imperfections.spreads:EVAPORATION",
    "truncated": "dsd_ncrn.simulate.imperfections.spreads:Truncated",
    "bead_slowdown": "dsd_ncrn.simulate.imperfections.spreads:BeadSlowdown",
    "washed_leak": "dsd_ncrn.simulate.imperfections.initial_leak:WashedLeak",
    "calibration": "dsd_ncrn.simulate.imperfections.spreads:CALIBRATION",
    "toehold_spread": "dsd_ncrn.simulate.imperfections.spreads:ToeholdSpread",
    "cross_binding": "dsd_ncrn.simulate.imperfections.spreads:CROSS_BINDING",
    "loading": "dsd_ncrn.simulate.imperfections.spreads:LOADING",
}
"""The keys that switch an imperfection on, each at 0 when it is off, and where it is, in the order of application.

What is added comes before what depends on it: the initial leak on what is mixed.
"""


class Imperfections(Section):
    """How far a real tube is from the designed one; off by default, but for `occlusion` and, beside others, `leak_spread`."""

    pipetting: float = Field(default=0.0, ge=0, le=1)
    """Coefficient of variation of the concentration of every stock."""
    inactive: float = Field(default=0.0, ge=0, lt=0.5)
    """Median inactive fraction of every strand and gate, uniform between 0 and twice that."""
    initial_leak: float = Field(default=0.0, ge=0, le=0.1)
    """Median fraction of every gate that has been triggered when it is mixed; needs `leak.model` with gate."""
    rate_spread: float = Field(default=0.0, ge=0, le=3)
    """Standard deviation of ln k from gate to gate, of all reactions of a gate."""
    leak_spread: float = Field(default=constant("leak.spread").number, ge=0, le=3)
    """The same for its leaks."""
    occlusion: Dissociation = constant("duplex.resting").number * UM
    """Dissociation constant of a 5-nt toehold on which a strand rests; other lengths in proportion. At 0 none rests, the ideal
    case. A number without a unit is the strength over 0.75 µM: 0.1 is 7.5 µM.
    """
    toehold_spread: float = Field(default=0.0, ge=0, le=3)
    """Standard deviation of the logarithm of the opening rate, between toeholds of equal length."""
    cross_binding: Concentration = 0.0
    """Dissociation constant of toeholds that have nothing in common; at 0 none bind. Counts with `occlusion`."""
    stretch: bool = True
    """Durations that the design fixes are lengthened as occlusion slows reactions down; the others are calibrated anyway."""
    dilution: float = Field(default=0.0, ge=0, le=1)
    """Share by which the additions of an iteration increase the volume, which dilutes what is not topped up."""
    addition: float = Field(default=0.0, ge=0, le=1)
    """Coefficient of variation of every single addition, drawn anew each time."""
    strand_stock: Concentration = 0.0
    """Concentration of strand stocks, which gives additions their volume. At 0 nM they have none."""
    complex_stock: Concentration = 0.0
    """The same for complexes in solution."""
    least: float = Field(default=0.0, ge=0, le=0.2)
    """Smallest volume that is added, as a share of 100 µL: 0.01 is 1 µL in a reaction of any volume. Counts with stocks."""
    slurry: Concentration = constant("beads.capacity").number * UM
    """Capacity of bead slurry for strands; 5000 nM is 5 pmol/µL."""
    slurry_most: float = Field(default=0.25, gt=0, le=1)
    """Largest volume of slurry in one iteration, as a share of the reaction's volume."""
    carried: float = Field(default=0.0, ge=0, le=1)
    """Share of the slurry's liquid that comes along with beads that are added."""
    pull: Time = 0.0
    """Duration of a pull-down, while reactions go on."""
    pull_jitter: float = Field(default=0.0, ge=0, le=1)
    """Share by which a pull-down may be longer or shorter, uniformly distributed."""
    missed: float = Field(default=0.0, ge=0, le=0.5)
    """Share of fresh beads that a pull-down leaves to the next one."""
    never: float = Field(default=0.0, ge=0, le=0.5)
    """Share of fresh beads that no pull-down ever takes."""
    one_magnet: bool = False
    """A pull-down takes all beads in the tube with the same affinity tag, not only the wanted ones."""
    lost: float = Field(default=0.0, ge=0, lt=1)
    """Share of the volume that is lost, with all that is dissolved in it, in every move onto beads or off them."""
    evaporation: float = Field(default=0.0, ge=0, le=0.1)
    """Share of the volume that evaporates in an hour."""
    truncated: float = Field(default=0.0, ge=0, lt=0.9)
    """Share of strands of 60 nt and more that are truncated, and so of the gates that contain them. They count as absent."""
    bead_slowdown: float = Field(default=0.0, ge=0, le=100)
    """Extra time that reactions of gates on beads take: at 1 they take twice as long."""
    washed_leak: float = Field(default=0.0, ge=0, le=0.1)
    """As `initial_leak`, for gates on beads, which are run in and washed beforehand and have no other."""
    calibration: float = Field(default=0.0, ge=0, le=0.5)
    """Coefficient of variation of every firing that a calibration measures."""
    loading: float = Field(default=0.0, ge=0, le=0.5)
    """Coefficient of variation of the parameters that are set for a calibration."""
    calibrated: bool = False
    """Joins of slow reactions and phases that the design leaves open are fitted to the firings measured in each tube."""
    samples: int = Field(default=0, ge=0)
    """Tubes that the leak study trains."""

    @model_validator(mode="after")
    def _something_to_sample(self) -> Self:
        if self.samples and not self.any:
            raise refuse("samples are drawn from imperfections, and all are off", "Switch one on.", "samples")
        return self

    @property
    def any(self) -> bool:
        """Whether any imperfection is switched on that tubes differ by; the usual spread of leaks alone is none."""
        defaults = {name: type(self).model_fields[name].default for name in MAGNITUDES if name != "occlusion"}
        return any(getattr(self, name) not in (0, default) for name, default in defaults.items())
