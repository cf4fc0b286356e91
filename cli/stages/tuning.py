"""What the search for an operating point writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.tuning import OperatingPoint, Tuning
from dsd_ncrn.design.load import dump_design
from dsd_ncrn.families import SCHEMES
from dsd_ncrn.runs.files import plain
from dsd_ncrn.runs.tables import TUNE, measures, tuning_text


def in_schemes(study: Study, schemes: tuple[str, ...]) -> dict[str, Study]:
    """The study in each of some translation schemes, or in its own. Raises InputError for an unknown one."""
    return {name: in_scheme(study, SCHEMES[name].name) for name in schemes or (study.decided.translation.scheme,)}


def in_scheme(study: Study, scheme: str) -> Study:
    """The study in another translation scheme."""
    spec = study.decided
    changed = spec.model_copy(update={"translation": spec.translation.model_copy(update={"scheme": scheme})})
    return replace(study, design=changed, points=study.data)


def tuned_files(found: Mapping[str, Tuning]) -> dict[str, str]:
    """``tune.csv`` with a row for each candidate of each scheme, and the design at the best of them."""
    return {TUNE.file: tuning_text(found), "tuned.toml": dump_design(_best(found).design)}


def tuned_section(found: Mapping[str, Tuning]) -> dict[str, Any]:
    """The searches as JSON: where they started, the best point of all, and the front of each scheme."""
    best, first = _best(found), next(iter(found.values()))
    knobs = dict(zip(best.knobs, best.best.positions))
    return plain(
        {
            "candidates": sum(len(each.points) for each in found.values()),
            "failed": sum(bool(point.failure) for each in found.values() for point in each.points),
            "start": measures(first.start),
            "best": {**measures(best.best), "scheme": best.design.translation.scheme, "knobs": knobs},
            "front": {scheme: [_front(*shown) for shown in each.front] for scheme, each in found.items()},
        }
    )


def _best(found: Mapping[str, Tuning]) -> Tuning:
    return min(found.values(), key=lambda each: each.best.cost)


def _front(point: OperatingPoint, leak: float) -> dict[str, Any]:
    return {**measures(point), "tolerated_leak_per_M_per_s": leak}
