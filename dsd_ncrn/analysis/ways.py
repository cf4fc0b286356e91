"""Ways to bear more leak, each a change of the design, and what each does to the first iteration.

They are the usual ones: higher signals, gates sized by their flux, less helper and fork, shorter phases through larger
joins, clamped ends, sealed gates, helpers that are there in their phase alone, thresholds, cooperative annihilation, and
leaks that cancel because both rails of every variable have them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from typing import Any

from dsd_ncrn.analysis.jobs import run_jobs
from dsd_ncrn.analysis.knobs import SLOW_KINDS, scaled
from dsd_ncrn.analysis.tuning import OperatingPoint, Question, TuningCase, evaluate
from dsd_ncrn.analysis.types import AS_IT_IS
from dsd_ncrn.design.chemistry import Chemistry
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.ncrn.types import NeuralCrn
from dsd_ncrn.simulate.train import Progress, no_progress

Changes = Mapping[str, Mapping[str, Any]]
CLAMP_FACTOR = 10.0
"""What clamps of 1 to 3 nt are expected to divide leaks by; it is to be measured gate by gate."""
THRESHOLD = 0.25
"""Of the unit: the first quarter of a dimensionless unit is swallowed."""


def ways(spec: DesignSpec, ncrn: NeuralCrn) -> dict[str, DesignSpec]:
    """The design as it is, and changed in each way that it does not have yet, by name."""
    chemistry, level = spec.chemistry, THRESHOLD * spec.chemistry.unit
    made = sorted(
        {species for reaction in ncrn.crn.stage("N1") for species in reaction.products if species not in reaction.reactants}
    )
    changes: dict[str, Changes] = {
        AS_IT_IS: {},
        "twice the signals": {"chemistry": {"unit": 2 * chemistry.unit}},
        "four times the signals": {"chemistry": {"unit": 4 * chemistry.unit}},
        "gates sized by their flux": {"chemistry": {"sizing": "auto"}},
        f"clamps that divide leaks by {CLAMP_FACTOR:g}": {"leak": {"clamp_factor": CLAMP_FACTOR}},
        "sealed gates": {"translation": {"scheme": "sealed"}},
        "helpers in their phase alone": {"translation": {"phase_fuels": True}},
        "thresholds on what N1 makes": {"translation": {"thresholds": dict.fromkeys(made, level)}},
        "cooperative annihilation": {
            "translation": {"annihilation": "cooperative"},
            "chemistry": {"gates": {"cooperative": Chemistry().gates["cooperative"], **chemistry.gates}},
        },
        "both rails, gates sized": {"circuit": dict.fromkeys(("theta", "z", "y"), "dual"), "chemistry": {"sizing": "auto"}},
    }
    found = {name: _changed(spec, change) for name, change in changes.items()}
    kinds = [kind for kind in SLOW_KINDS if kind in chemistry.gates]
    found["a third of helpers and forks"] = _scaled(spec, kinds, ("fork", "fuel"), 1 / 3)
    found["half as large joins, longer phases"] = _scaled(spec, kinds, ("join",), 1 / 2)
    return {name: each for name, each in found.items() if name == AS_IT_IS or each != spec}


Shared = tuple[Mapping[str, DesignSpec], int, Question]
"""The designs to try, the seed, and what is asked of them."""


def compare_ways(shared: Shared, pool: Executor | None = None, progress: Progress = no_progress) -> dict[str, OperatingPoint]:
    """What each way comes to, by name; one that cannot be calibrated says why."""
    tried = list(shared[0])
    return dict(zip(tried, run_jobs(try_way, shared, tried, pool, lambda done: progress(done, len(tried)))))


def try_way(shared: Shared, name: str) -> OperatingPoint:
    """What one of some designs comes to."""
    tried, seed, question = shared
    return evaluate(TuningCase(tried[name], seed, question, ()), ())


def _changed(spec: DesignSpec, changes: Changes) -> DesignSpec:
    """A design with some keys of its sections changed."""
    sections = {name: getattr(spec, name).model_copy(update=values) for name, values in changes.items()}
    return spec.model_copy(update=sections)


def _scaled(spec: DesignSpec, kinds: Iterable[str], parts: Iterable[str], factor: float) -> DesignSpec:
    """A design with parts of the gates of some kinds multiplied."""
    paths = tuple(("chemistry", "gates", kind, part) for kind in kinds for part in parts)
    return scaled(spec, paths, factor)
