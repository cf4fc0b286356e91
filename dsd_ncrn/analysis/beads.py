"""What beads do in an iteration: which share of the parameters they carry off, and how much slurry they take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from dsd_ncrn.analysis.experiment import Calibrated
from dsd_ncrn.arrays import Floats
from dsd_ncrn.crn.events import Add, Event, PullDown, TopUp
from dsd_ncrn.dsd.staged import TAG
from dsd_ncrn.protocol.staged import StagedProtocol
from dsd_ncrn.simulate.pot import Contents, Pot, Watch

PER_UL = 100.0
"""Volume of reaction (µL) that slurry is told for."""
PMOL_PER_NM_UL = 1e-3


@dataclass(frozen=True, slots=True)
class BeadBudget:
    """The beads of the iterations of a training, to the end of the first round of points.

    ``parameters_lost`` is the largest share of a parameter that leaves with them in the first iteration. ``slurry_uL`` has what
    100 µL of reaction take in each, with free sites for the caps that come off: ``sites`` tells how many a gate takes with
    those, by component; ``at_once_uL`` is the most that is in the reaction before some are pulled out. ``growth`` is the share
    of itself by which all that is added makes the volume grow; where additions have no volume, by which the slurry's liquid
    would if all of it came along. ``most_uL`` is how much slurry of an iteration the conditions allow, ``capacity`` (nM) what
    it binds.
    """

    parameters_lost: float
    slurry_uL: tuple[float, ...]
    at_once_uL: float
    sites: Mapping[str, float]
    growth: float
    most_uL: float
    capacity: float

    @property
    def worst_uL(self) -> float:
        """The slurry of the iteration that takes most."""
        return max(self.slurry_uL)

    @property
    def mean_uL(self) -> float:
        """That of an iteration in the mean."""
        return fmean(self.slurry_uL)

    @property
    def strands_pmol(self) -> float:
        """What ``worst_uL`` bind."""
        return self.worst_uL * self.capacity * PMOL_PER_NM_UL


class _Beads(Watch):
    """What an iteration has on beads before each pull-down and what leaves with it (nM), how many sites a gate takes with the
    ``caps`` that it frees, which share of signals stays, and by how much the volume grows.

    Beads of ``antibodies`` catch no caps: those wait for the next ones with streptavidin.
    """

    def __init__(self, signals: Iterable[str], caps: Iterable[str], antibodies: Iterable[str]) -> None:
        self.left = dict.fromkeys(signals, 1.0)
        self.caps, self.antibodies = set(caps), set(antibodies)
        self.there: dict[str, float] = {}
        self.waiting = 0.0
        self.loads: list[dict[str, float]] = []
        self.pulled: list[dict[str, float]] = []
        self.sites: dict[str, float] = {}
        self.growth = 1.0

    def saw(self, pot: Pot, event: Event, before: Contents, after: Contents) -> None:
        """See Watch."""
        if isinstance(event, Add | TopUp):
            self.growth *= after.volume / before.volume
        match event:
            case Add(doses):
                for name, dose in doses.items():
                    self.there[name] = self.there.get(name, 0.0) + dose
            case PullDown(components):
                self._pull(pot, components, before.values - after.values)
                for name in self.left:
                    there = pot.amount(before.values, name)
                    # Shares multiply: what one pull-down takes the next cannot.
                    self.left[name] *= pot.amount(after.values, name) / there if there else 1.0
            case _:
                pass

    def _pull(self, pot: Pot, components: tuple[str, ...], gone: Floats) -> None:
        floating = self.antibodies.difference(components)  # their beads come before their own pull
        self.loads.append({name: dose for name, dose in self.there.items() if name not in floating})
        held = {name: self.there.pop(name) for name in dict.fromkeys(components) if name in self.there}
        self.pulled.append(held)
        self.waiting += float(gone[[pot.index(name) for name in self.caps.intersection(components) - held.keys()]].sum())
        catching = held.keys() - self.antibodies
        if among := sum(held[name] for name in catching):
            self.sites |= dict.fromkeys(catching, 1.0 + self.waiting / among)
            self.waiting = 0.0


def bead_budget(study: Calibrated) -> BeadBudget:
    """Beads from the start of the training on: of a staged learner at every point, of others, whose beads do not depend on it,
    at the first. Raises as ``Study.tube``."""
    tube, protocol, given = study.tube(), study.protocol, study.spec.imperfections
    species = [name for parameter in study.ncrn.parameters for name, _ in parameter.amounts(1.0)]
    signals = [study.system.signals[name] for name in species]
    caps = protocol.caps if isinstance(protocol, StagedProtocol) else ()
    antibodies = [each.name for each in study.system.components if each.tag not in ("", TAG)]
    points, count = list(zip(study.given_x, study.data.train_y)), 1
    if isinstance(protocol, StagedProtocol):
        count = min(len(points), study.ideal.iterations)
    seen: list[_Beads] = []
    for number in range(max(count, 2 if tube.pot.handling.takes_volume else 1)):
        seen.append(_Beads(signals, caps, antibodies))
        tube.run(tube.protocol.iteration(number + 1, *points[number % len(points)]), seen[-1])
    beads = {name for each in seen for load in each.pulled for name in load}
    sites = {name: max(each.sites.get(name, 1.0) for each in seen) for name in beads}

    def slurry(load: Mapping[str, float]) -> float:
        return PER_UL * sum(sites[name] * nM for name, nM in load.items() if name in beads) / given.slurry

    used = tuple(sum(map(slurry, each.pulled)) for each in seen[:count])
    return BeadBudget(
        1.0 - min(seen[0].left.values(), default=1.0),
        used,
        max((slurry(load) for each in seen[:count] for load in each.loads), default=0.0),
        {name: each for name, each in sites.items() if each > 1.0},
        # The first iteration adds to a fresh tube; the growth is that of the second, which tops up what the first has used.
        seen[1].growth - 1.0 if tube.pot.handling.takes_volume else used[0] / PER_UL,
        given.slurry_most * PER_UL,
        given.slurry,
    )
