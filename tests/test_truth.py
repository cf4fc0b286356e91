"""The page "Beside experiments" says what the code predicts."""

from __future__ import annotations

import pytest

from docs_walk import ROOT
from truth.comparisons import groups, quick_groups
from truth.page import PAGE, page

FOUND = {group.title: group for group in quick_groups()}


def test_the_page_has_what_is_predicted_without_a_simulation() -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    for group in FOUND.values():
        assert f"| {group.title} | {len(group.pairs)} | {group.within} | {group.mean:.2g} | {group.rms:.2f} " in text
        for pair in group.pairs:
            assert f"| {pair.what} | {pair.predicted:.3g} | {pair.measured:.3g} | {pair.ratio:.2g} |" in text


def test_what_nothing_was_fitted_to_is_predicted() -> None:
    """Machinek 2014: 3 of 3 matched duplexes within 3x. Srinivas 2017: 12 of 18 rates in gates, 0.34 times in the mean."""
    duplexes, gates = FOUND["Free duplexes (Machinek 2014)"], FOUND["Gates (Srinivas 2017)"]
    assert not duplexes.fitted and not gates.fitted
    assert (duplexes.within, len(duplexes.pairs)) == (3, 3)
    assert (gates.within, len(gates.pairs)) == (12, 18)
    assert 1 / 3 < gates.mean < 1


@pytest.mark.slow
def test_the_page_is_that_of_all_comparisons() -> None:
    """With the half-times of an entropy-driven catalyst (Zhang 2007) and of cooperative hybridization (Zhang 2011)."""
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(groups())
