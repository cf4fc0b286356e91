"""Designs of the same strands share their networks, and no others do."""

from __future__ import annotations

from itertools import pairwise

from dsd_ncrn.analysis.networks import network_of
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.kinetics.build import build_network
from dsd_ncrn.kinetics.leaks import LeakKind
from studies import changed, design, translated


def test_concentrations_have_no_part_in_a_network_and_all_else_has() -> None:
    """Twice the unit changes what is mixed, not what reacts; another toehold, leak model or leak rate does."""
    spec = design("linreg2d_minimal")
    plain = Study(spec)
    twice = Study(changed(spec, "chemistry", unit=2 * spec.chemistry.unit))
    assert twice.designed != plain.designed
    assert twice.network is plain.network == build_network(plain.designed)
    assert Study(changed(spec, "translation", toehold=6)).network != plain.network
    assert Study(changed(spec, "chemistry", rates="duplex")).network != plain.network
    system = translated("linreg2d_minimal")
    leaks = [network_of(system, "gate", {LeakKind.FORK: rate, LeakKind.JOIN: 1.0}) for rate in (0.0, 1.0, 2.0)]
    assert all(one != other for one, other in pairwise(leaks))
