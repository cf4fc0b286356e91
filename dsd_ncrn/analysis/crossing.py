"""How strongly toeholds of a design hold one another that should not, and how that is known."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from dsd_ncrn.analysis.study import Study
from dsd_ncrn.design.imperfections import UM
from dsd_ncrn.dsd.structure import strand_text
from dsd_ncrn.simulate.crowd import cross_constants


@dataclass(frozen=True, slots=True)
class CrossBinding:
    """The smallest dissociation constant (µM) between toeholds that have nothing in common.

    ``source`` is ``assumed``, or ``sequences`` with the ``pair`` of toeholds; ``told`` of so many ``pairs`` sequences tell.
    """

    dissociation_uM: float
    source: str
    pair: tuple[str, str] | None
    told: int
    pairs: int

    @property
    def text(self) -> str:
        """The same in words."""
        uM = self.dissociation_uM
        level = f"{uM:.3g} µM" if uM < 1000 else f"{uM / 1000:.3g} mM"
        return f"{level} (assumed)" if self.pair is None else f"{level}, from sequences ({' on '.join(reversed(self.pair))})"

    @property
    def section(self) -> dict[str, Any]:
        """The same for a summary."""
        return {**asdict(self), "text": self.text}


def cross_binding(study: Study) -> CrossBinding | None:
    """That of a study's tubes; None where its conditions let no such toeholds bind."""
    given = study.decided.imperfections
    if not given.cross_binding or not given.occlusion:
        return None
    toeholds = study.network.open_toeholds
    pairs = int((toeholds.common == 0).sum())
    told = cross_constants(toeholds, given.occlusion, study.crossing)
    best = min(told, key=lambda pair: told[pair], default=None)
    if best is None or (len(told) < pairs and given.cross_binding < told[best]):
        return CrossBinding(given.cross_binding / UM, "assumed", None, len(told), pairs)
    pair = strand_text(toeholds.hosts[best[0]]), strand_text(toeholds.visitors[best[1]])
    return CrossBinding(told[best] / UM, "sequences", pair, len(told), pairs)
