"""Helpers that are in the tube only while their phase runs, so that they can leak only then.

Most leak comes from the helper ``<t r>`` of a join, which displaces ``<r t>`` from joins that have taken no input and so
fires their forks. The helpers of a phase are added with its clock strand and captured with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from dsd_ncrn.dsd.modules.sinks import capture
from dsd_ncrn.dsd.system import ClockStrands, Component, Role


def helpers_by_phase(components: Iterable[Component], gated: Mapping[str, str]) -> dict[str, list[Component]]:
    """The fuels that one gated reaction alone has, by its phase."""
    found: dict[str, list[Component]] = {}
    for component in components:
        if component.role == Role.FUEL and len(component.origins) == 1:
            phase = gated.get(component.origins[0].reaction)
            if phase is not None:
                found.setdefault(phase, []).append(component)
    return found


def held_back(components: Iterable[Component], helpers: Iterable[Component]) -> list[Component]:
    """The components with some fuels that are only added later, and the strands that capture them."""
    later = {helper.name: helper for helper in helpers}
    kept = [replace(c, concentration=0.0, topped_up=False) if c.name in later else c for c in components]
    return [*kept, *(capture(f"capture_{name}", helper.complex.domains) for name, helper in later.items())]


def with_helpers(clock: ClockStrands, helpers: Iterable[Component]) -> ClockStrands:
    """A clock that brings some fuels and takes them away."""
    doses = {helper.name: helper.concentration for helper in helpers}
    return replace(clock, helpers=doses, captures={name: f"capture_{name}" for name in doses})
