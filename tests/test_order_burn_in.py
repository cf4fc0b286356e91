"""The bench schedule of a burn-in follows what the simulated tube does."""

from __future__ import annotations

import pytest

from dsd_ncrn.analysis.experiment import LOADING, rows_of
from dsd_ncrn.protocol.clocked import REST
from studies import changed, study

pytestmark = pytest.mark.xdist_group("studies")


def test_a_burn_in_opens_all_clocks_and_loads_the_parameters_afterwards() -> None:
    """One hour, the four scavengers one after the other, then P1, P2 and B; the iteration starts half an hour later.

    What rests on toeholds slows all steps 3.416-fold, and the durations of the design are prolonged by it.
    """
    made = study("linreg2d")
    burnt = made.given(spec=changed(made.spec, "timing", burn_in=3600.0))
    rows, end = rows_of(burnt, burnt.protocol.start())
    assert [row.component for row in rows if row.time == 0] == ["c1", "c2", "c3"]
    scavengers = [row for row in rows if "scavenger on beads" in row.what]
    slower = 3.416
    assert [row.time for row in scavengers] == pytest.approx([slower * t for t in (3600, 3900, 4200, 4500)], rel=1e-4)
    loading = [row for row in rows if row.what.startswith(LOADING)]
    assert {row.component: row.nM for row in loading} == {"P1": 4.0, "P2": 4.0, "B": 4.0}
    assert [row.time for row in loading] == pytest.approx(3 * [slower * 4800], rel=1e-4)
    assert end - loading[0].time == pytest.approx(slower * REST * 3600.0, rel=1e-4)
    (shifted, shifted_end), (plain, plain_end) = (
        rows_of(made, made.protocol.whole([1.0, 1.0], [1.0]), start) for start in (end, 0.0)
    )
    assert [row.time - end for row in shifted] == pytest.approx([row.time for row in plain])
    assert shifted_end - end == pytest.approx(plain_end)
    assert rows_of(made, made.protocol.start()) == ((), 0.0)
