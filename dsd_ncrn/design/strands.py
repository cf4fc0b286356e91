"""The tables [sequences] and [order] of a design file: what the strands must be like, and who makes them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from dsd_ncrn.design.section import Concentration, Duration, Present, Section

Motif = Annotated[str, Field(pattern="^[ACGTRYSWKMBDHVN]{2,20}$")]
"""Bases in IUPAC letters."""


class SequenceRules(Section):
    """Limits of the sequence search."""

    time_limit: Duration = 60.0
    """CPU time of the search, without its start. It plans for about a third of this and ends here at the latest."""
    gc_min: float = Field(default=0.30, ge=0, le=1)
    """Least share of G and C in a branch domain."""
    gc_max: float = Field(default=0.70, ge=0, le=1)
    """Largest share of G and C in a branch domain."""
    branch_crosstalk: float = Field(default=-9.5, lt=0)
    """No branch binds the complement of another, or another branch, more strongly (kcal/mol)."""
    toehold_crosstalk: float = Field(default=-3.0, lt=0)
    """No toehold binds a branch's or another toehold's complement more strongly (kcal/mol); for 5 nt, in proportion for longer
    ones.
    """
    strand_structure: float = Field(default=-1.0, lt=0)
    """No strand folds more strongly (kcal/mol); hard for tops, advice for bottoms."""
    motifs: tuple[Motif, ...] = ("SSSSSS",)
    """Patterns in IUPAC letters that no strand may contain, across the borders of domains as well."""
    candidates: int = Field(default=3, ge=1, le=100)
    """Searches that share the time limit; the best by its verdicts is taken. With more than 100 branch domains there is one."""
    sodium: Present = 5e7
    """Sodium in the buffer."""
    magnesium: Concentration = 1.25e7
    """Magnesium in the buffer; counts as 3.3 √[Mg²⁺] of sodium (M)."""


class Order(Section):
    """Who makes the oligos, on which plates, and volumes at the bench."""

    vendor: str = "idt-tube"
    """Who makes the oligos, see `dsd-ncrn list vendors`."""
    plate: Literal[96, 384] = 96
    """Wells of a plate. Fewer than 24, or 96 of 384, cost a surcharge: the last two plates are evened out for it."""
    fill: Literal["column", "row"] = "column"
    """Wells in the order A1, B1, … or A1, A2, …"""
    prices: dict[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)
    """Prices in any currency: of a base by scale (`25nm`), of an oligo by purification (`PAGE`) and label (`biotin`), or of a
    base by scale and purification in one (`25nm STD`). None is built in, since they change.
    """
    prices_date: str = Field(default="", max_length=40, examples=["2026-11-30"])
    """When these prices held; stands beside the costs."""
    volume_uL: float = Field(default=100.0, gt=0, le=300)
    """Volume of one reaction (µL), for the protocol and for what is pipetted in simulated tubes."""
    smallest_uL: float = Field(default=0.5, gt=0)
    """Least volume to pipette (µL): below it a stock is diluted first."""
    dead_uL: float = Field(default=5.0, ge=0)
    """What is mixed beyond the reaction (µL), since it stays in tubes and tips."""
