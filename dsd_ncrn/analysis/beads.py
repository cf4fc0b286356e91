"""What beads do in an iteration: which share of the parameters they carry off, and how much slurry they take."""

from __future__ import annotations

from dataclasses import dataclass

from dsd_ncrn.analysis.study import Study
from dsd_ncrn.crn.events import Add, Event, PullDown, TopUp
from dsd_ncrn.protocol.staged import StagedProtocol
from dsd_ncrn.simulate.pot import Contents, Pot, Watch

PER_UL = 100.0
"""Volume of reaction (µL) that slurry is told for."""
PMOL_PER_NM_UL = 1e-3


@dataclass(frozen=True, slots=True)
class BeadBudget:
    """The beads of one iteration.

    ``parameters_lost`` is the largest share of a parameter that leaves with them. ``strands_pmol`` and ``slurry_uL`` are what
    100 µL of reaction take, of gates and of the caps that they lose and beads catch; ``growth`` is the share of itself by
    which all that is added makes the volume grow; where additions have no volume, by which the slurry's liquid would if all
    of it came along. ``most_uL`` is how much slurry the conditions allow.
    """

    parameters_lost: float
    strands_pmol: float
    slurry_uL: float
    growth: float
    most_uL: float

    @property
    def fits(self) -> bool:
        """Whether there is room for the slurry."""
        return self.slurry_uL <= self.most_uL


class _Carried(Watch):
    """Which share of signals stays, over all pull-downs, what is added of each component, and how many ``free`` caps leave."""

    def __init__(self, signals: tuple[str, ...], free: tuple[str, ...] = ()) -> None:
        self.free = free
        self.left = dict.fromkeys(signals, 1.0)
        self.added: dict[str, float] = {}
        self.pulled: set[str] = set()
        self.caps = 0.0
        self.growth = 1.0

    def saw(self, pot: Pot, event: Event, before: Contents, after: Contents) -> None:
        """See Watch."""
        if isinstance(event, Add | TopUp):
            self.growth *= after.volume / before.volume
        match event:
            case Add(doses):
                for name, dose in doses.items():
                    self.added[name] = self.added.get(name, 0.0) + dose
            case PullDown(components):
                self.pulled.update(components)
                caps = [pot.index(name) for name in components if name in self.free]
                self.caps += float((before.values - after.values)[caps].sum())
                for name in self.left:
                    there = pot.amount(before.values, name)
                    # Shares multiply: what one pull-down takes the next cannot.
                    self.left[name] *= pot.amount(after.values, name) / there if there else 1.0
            case _:
                pass


def bead_budget(study: Study) -> BeadBudget:
    """Beads of an iteration at the first training point, from the start of the training. Raises as ``Study.tube``."""
    tube = study.tube()
    species = [name for parameter in study.ncrn.parameters for name, _ in parameter.amounts(1.0)]
    caps = study.protocol.caps if isinstance(study.protocol, StagedProtocol) else ()
    seen = _Carried(tuple(study.system.signals[name] for name in species), caps)
    # The first iteration adds to a fresh tube; the growth is that of the second, which tops up what the first has used.
    points = list(zip(study.given_x, study.data.train_y)) * 2
    tube.run(tube.protocol.iteration(1, *points[0]), seen)
    dose, given = seen.caps + sum(seen.added.get(name, 0.0) for name in seen.pulled), study.spec.imperfections
    slurry = growth = dose / given.slurry
    if tube.pot.handling.takes_volume:
        topped_up = _Carried(())
        tube.run(tube.protocol.iteration(2, *points[1]), topped_up)
        growth = topped_up.growth - 1.0
    lost = 1.0 - min(seen.left.values(), default=1.0)
    return BeadBudget(lost, dose * PMOL_PER_NM_UL * PER_UL, slurry * PER_UL, growth, given.slurry_most * PER_UL)
