"""What can be turned in a design to find its operating point: concentrations, toeholds and durations.

Every knob goes from 0 to 1, and is somewhere between them in the design as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any, Protocol, cast

from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.dsd.plan import plan_of_learner
from dsd_ncrn.dsd.words import budget_name
from dsd_ncrn.gates.learner import WEAKEST_NT
from dsd_ncrn.ncrn.types import NeuralCrn

Path = tuple[str, ...]
SLOW_KINDS = ("N1", "bias", "readout", "N3")
"""Kinds of reactions whose joins calibration sets: their budget decides how long a phase takes, and what they leak."""


class Knob(Protocol):
    """One direction of the search."""

    @property
    def name(self) -> str:
        """What it is called in tables."""
        ...

    def start(self, spec: DesignSpec) -> float:
        """Where it stands in a design, 0 to 1."""
        ...

    def turned(self, spec: DesignSpec, position: float) -> DesignSpec:
        """The design with the knob at a position."""
        ...


@dataclass(frozen=True, slots=True)
class ScaleKnob:
    """Quantities that are multiplied together by ``low`` to ``high``, evenly in the logarithm."""

    name: str
    paths: tuple[Path, ...]
    low: float
    high: float

    def start(self, spec: DesignSpec) -> float:
        """Where the factor is 1."""
        return -log(self.low) / log(self.high / self.low)

    def turned(self, spec: DesignSpec, position: float) -> DesignSpec:
        """The design with its quantities multiplied."""
        return scaled(spec, self.paths, self.low * (self.high / self.low) ** position)


@dataclass(frozen=True, slots=True)
class ToeholdKnob:
    """The first toehold of a kind of reaction, ``WEAKEST_NT`` to the universal one."""

    name: str
    path: Path

    def start(self, spec: DesignSpec) -> float:
        """The middle of the present length."""
        length = spec.chemistry.gates[self.path[-2]].first_toehold
        return (length - WEAKEST_NT + 0.5) / self._lengths(spec)

    def turned(self, spec: DesignSpec, position: float) -> DesignSpec:
        """The design with another length, nt."""
        count = self._lengths(spec)
        return _changed(spec, self.path, lambda _: WEAKEST_NT + min(int(position * count), count - 1))

    def _lengths(self, spec: DesignSpec) -> int:
        return spec.translation.toehold - WEAKEST_NT + 1


@dataclass(frozen=True, slots=True)
class ChoiceKnob:
    """One of some values, as likely as any other at first."""

    name: str
    path: Path
    choices: tuple[Any, ...]

    def start(self, spec: DesignSpec) -> float:
        """The middle of the present choice's share."""
        section, key = self.path
        return (self.choices.index(getattr(getattr(spec, section), key)) + 0.5) / len(self.choices)

    def turned(self, spec: DesignSpec, position: float) -> DesignSpec:
        """The design with the choice at a position."""
        chosen = self.choices[min(int(position * len(self.choices)), len(self.choices) - 1)]
        return _changed(spec, self.path, lambda _: chosen)


def knobs_of(spec: DesignSpec, ncrn: NeuralCrn) -> tuple[Knob, ...]:
    """The knobs of a compiled design: what its reactions draw on, the unit, the clock, and the durations that it fixes."""
    plan = plan_of_learner(ncrn, spec)
    kinds = sorted({budget_name(reaction) for reaction in plan.reactions} & set(spec.chemistry.gates))
    groups = sorted({str(ncrn.crn.carriers[species].kind) for species in plan.species} & set(spec.chemistry.buffers))
    return (
        ScaleKnob("unit", (("chemistry", "unit"),), 0.5, 8.0),
        *(knob for kind in kinds for knob in _gate_knobs(spec, kind)),
        *(ScaleKnob(f"buffer {group}", (("chemistry", "buffers", group),), 0.2, 4.0) for group in (*groups, "clock")),
        ScaleKnob("clock", (("chemistry", "clock"),), 0.3, 2.0),
        ScaleKnob("seal", (("chemistry", "seal"),), 0.1, 2.0),
        ScaleKnob("flush", (("timing", "flush"),), 0.2, 2.0),
        ScaleKnob("wait", (("timing", "wait"),), 0.3, 2.0),
    )


def turned(spec: DesignSpec, knobs: Sequence[Knob], positions: Sequence[float]) -> DesignSpec:
    """The design with all its knobs at some positions."""
    for knob, position in zip(knobs, positions, strict=True):
        spec = knob.turned(spec, position)
    return spec


def scaled(spec: DesignSpec, paths: Iterable[Path], factor: float) -> DesignSpec:
    """The design with some quantities multiplied, to four digits."""
    for path in paths:
        spec = _changed(spec, path, lambda value: float(f"{value * factor:.4g}"))
    return spec


def _gate_knobs(spec: DesignSpec, kind: str) -> Iterator[Knob]:
    path, budget = ("chemistry", "gates", kind), spec.chemistry.gates[kind]
    supply = tuple((*path, part) for part in ("fork", "fuel") if getattr(budget, part) > 0)
    if kind not in SLOW_KINDS:
        yield ScaleKnob(kind, ((*path, "join"), *supply), 0.1, 4.0)
        return
    yield ScaleKnob(f"{kind} join", ((*path, "join"),), 0.2, 4.0)
    if supply:
        yield ScaleKnob(f"{kind} fork and fuel", supply, 0.05, 2.0)
    yield ToeholdKnob(f"{kind} toehold", (*path, "first_toehold"))


def _changed(node: Any, path: Sequence[str], change: Callable[[Any], object]) -> Any:
    """A nested frozen section, or table, with one value changed."""
    if not path:
        return change(node)
    head, *rest = path
    if isinstance(node, Mapping):
        table = cast("Mapping[str, Any]", node)
        return {**table, head: _changed(table[head], rest, change)}
    return node.model_copy(update={head: _changed(getattr(node, head), rest, change)})
