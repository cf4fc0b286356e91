"""Figures as data, and that the static picture and the interactive plot of each show the same data."""

from __future__ import annotations

import base64
import gzip
import json
import math
import re
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from cli.report.data import ReportData
from cli.report.figures.chart import Axis, Band, Chart, Curve, Panel, ReferenceLine, numbers
from cli.report.figures.interactive import plot
from cli.report.figures.leaks import front
from cli.report.figures.palette import LIGHT_AND_DARK, MARKS, SERIES
from cli.report.figures.static import draw
from cli.report.page import CHARTS, charts_of, packed_library, plots_json, static_svg
from report_runs import HOSTILE, write_full_run


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> list[Chart]:
    return charts_of(ReportData(write_full_run(tmp_path_factory.mktemp("runs") / "full")))


def test_a_full_run_has_every_chart_once(charts: list[Chart]) -> None:
    assert len({chart.key for chart in charts}) == len(charts) == len(CHARTS)


def test_both_renderers_show_the_same_points(charts: list[Chart]) -> None:
    for chart in charts:
        axes, traces = draw(chart).axes, plot(chart)["traces"]
        for number, panel in enumerate(chart.panels):
            place = "x" if number == 0 else f"x{number + 1}"
            shown = [trace for trace in traces if trace["xaxis"] == place and trace.get("hoverinfo") != "skip"]
            assert [trace["x"] for trace in shown] == [list(curve.x) for curve in panel.curves]
            assert [trace["y"] for trace in shown] == [list(curve.y) for curve in panel.curves]
            lines = [line.get_xydata().tolist() for line in axes[number].lines]
            bars = [[patch.get_width(), patch.get_y() + patch.get_height() / 2] for patch in axes[number].patches]
            for curve in panel.curves:
                points = np.column_stack([curve.x, curve.y])
                if curve.mode == "bars":
                    assert np.allclose(bars, points), chart.key
                else:
                    assert points.tolist() in lines, (chart.key, curve.name)


def test_both_renderers_have_the_same_scales_titles_and_limits(charts: list[Chart]) -> None:
    for chart in charts:
        axes, layout = draw(chart).axes, plot(chart)["wide"]
        for number, panel in enumerate(chart.panels):
            suffix = "" if number == 0 else str(number + 1)
            for axis, name in ((panel.x, "x"), (panel.y, "y")):
                drawn, told = getattr(axes[number], f"get_{name}scale")(), layout[f"{name}axis{suffix}"]
                assert drawn == told["type"] == ("log" if axis.log else "linear")
                assert getattr(axes[number], f"get_{name}label")() == told["title"]["text"] == axis.title
                if axis.limits:
                    limits = getattr(axes[number], f"get_{name}lim")()
                    assert np.allclose(np.log10(limits) if axis.log else limits, told["range"])


def test_panels_do_not_overlap_in_either_layout(charts: list[Chart]) -> None:
    for chart in charts:
        for layout in (plot(chart)["wide"], plot(chart)["narrow"]):
            boxes = [
                (*layout[f"xaxis{suffix}"]["domain"], *layout[f"yaxis{suffix}"]["domain"])
                for suffix in ["", *map(str, range(2, len(chart.panels) + 1))]
            ]
            assert all(0 <= low < high <= 1 + 1e-9 for box in boxes for low, high in (box[:2], box[2:])), chart.key
            for place, (left, right, low, high) in enumerate(boxes):
                for other in boxes[place + 1 :]:
                    apart = right <= other[0] or other[1] <= left or high <= other[2] or other[3] <= low
                    assert apart, chart.key


def test_a_name_that_panels_share_is_in_the_legend_once(charts: list[Chart]) -> None:
    learning = plot(next(chart for chart in charts if chart.key == "learning"))
    named = [trace["name"] for trace in learning["traces"] if trace["showlegend"]]
    assert len(named) == len(set(named)) == 6


def test_every_chart_is_described_and_says_its_files(charts: list[Chart]) -> None:
    for chart in charts:
        svg = static_svg(chart)
        assert svg.startswith("<svg") and 'role="img"' in svg and f'id="{chart.key}-title"' in svg
        assert chart.title in svg and len(chart.description) > 40 and chart.sources


def test_series_differ_by_marker_and_by_dash_or_width() -> None:
    """They can be told apart without colour."""
    assert len({series.marker for series in SERIES}) == len(SERIES)
    assert len({(series.dash, series.width) for series in SERIES}) == len(SERIES)
    assert {series.marker for series in SERIES} <= set(MARKS) and {series.colour for series in SERIES} <= set(LIGHT_AND_DARK)


def test_points_that_are_not_finite_are_gaps_in_both() -> None:
    curve = Curve("one", (1.0, 2.0, 3.0), (1.0, math.inf, math.nan), "dsd")
    chart = Chart("key", "title", "about", ("a.csv",), (Panel("", Axis(), Axis(), (curve,)),), 1, 2.0)
    assert plot(chart)["traces"][0]["y"] == [1.0, None, None]
    assert "NaN" not in plots_json([chart]) and "nan" not in static_svg(chart)


def test_hostile_texts_cannot_end_the_script_nor_become_markup_of_a_plot() -> None:
    curve = Curve(HOSTILE, (1.0,), (1.0,), "dsd", hover=(HOSTILE,), labels=(HOSTILE,))
    rules, bands = (ReferenceLine("x", 1.0, HOSTILE),), (Band(1.0, 2.0, HOSTILE),)
    panel = Panel(HOSTILE, Axis(HOSTILE), Axis(HOSTILE, ticks=((1.0, HOSTILE),)), (curve,), rules, bands, HOSTILE)
    text = plots_json([Chart("key", HOSTILE, HOSTILE, (HOSTILE,), (panel,), 1, 2.0)])
    assert not re.search("[<>&]", text)
    drawn = json.loads(text)["key"]
    for found in (drawn["traces"], drawn["wide"], drawn["narrow"]):
        assert "<script" not in json.dumps(found) and "&lt;script" in json.dumps(found)


def test_the_library_is_the_one_that_its_makers_publish() -> None:
    """The file of plotly.js-basic-dist-min 4.1.1 on npm, by its SHA-256."""
    script = gzip.decompress(base64.b64decode(packed_library()))
    assert sha256(script).hexdigest() == "99784e3abfb07b142a15e521a439e6d9addceadb3f79553fd24c72774f0649ba"
    assert b"plotly.js (basic - minified) v4.1.1" in script[:200]


def test_numbers_keep_seven_digits() -> None:
    assert numbers(np.array([1 / 3, 2.0])) == (0.3333333, 2.0)


def test_the_front_of_a_search_is_what_tolerates_something(tmp_path: Path) -> None:
    data = ReportData(write_full_run(tmp_path))
    assert [each.candidate for each in front(data)] == [1]
