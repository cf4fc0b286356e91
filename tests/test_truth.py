"""The page "Comparison with experiments" says what the code predicts."""

from __future__ import annotations

import pytest

from docs_walk import ROOT
from truth.comparisons import BOUNDS, Pair, groups, quick_groups, totals
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


def test_a_missed_bound_is_told_in_the_line_of_totals() -> None:
    """The fit has to bring 50 of 51 published rates within 3x and 0.25 decades; one number ten times off is one too many."""
    known = list(FOUND.values())
    assert all(group.kept for group in known) and totals(known).endswith("all bounds kept")
    assert totals(known).startswith(f"{sum(len(group.pairs) for group in known)} comparisons in {len(known)} groups: ")
    exchanges, duplexes = known[0], FOUND["Free duplexes (Machinek 2014)"]
    assert (exchanges.bound, len(exchanges.pairs)) == ((50, 0.25, True), 51)
    assert [group.title for group in known if group.bound.goal] == [exchanges.title]
    off = duplexes._replace(pairs=(*duplexes.pairs[1:], Pair("ten times off", 10.0, 1.0)))
    assert not off.kept and totals([off]).endswith(f"bounds missed: {duplexes.title}")
    spread = exchanges._replace(pairs=tuple(Pair("twice", 2.0, 1.0) for _ in exchanges.pairs))
    assert spread.within == 51 and not spread.kept
    assert set(BOUNDS) > set(FOUND)


@pytest.mark.slow
def test_the_page_is_that_of_all_comparisons() -> None:
    """With the half-times of an entropy-driven catalyst (Zhang 2007) and of cooperative hybridization (Zhang 2011)."""
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(groups())
