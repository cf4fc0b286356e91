"""Figures as data, and that the one specification of each, of static picture and interactive plot, shows these data."""

from __future__ import annotations

import base64
import json
import math
import re
import zlib
from pathlib import Path

import numpy as np
import pytest
import vl_convert

from cli.report.data import ReportData
from cli.report.figures import vega
from cli.report.figures.chart import Axis, Band, Chart, Curve, Panel, ReferenceLine, numbers
from cli.report.figures.leaks import front
from cli.report.figures.palette import LIGHT_AND_DARK, MARKS, SERIES
from cli.report.figures.panel import RIGHT
from cli.report.figures.vega import AXIS, inline_svg, library, paper_svg, pdf, spec
from cli.report.page import CHARTS, charts_of, look
from report_runs import HOSTILE, write_full_run


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> list[Chart]:
    return charts_of(ReportData(write_full_run(tmp_path_factory.mktemp("runs") / "full")))


def test_a_full_run_has_every_chart_once(charts: list[Chart]) -> None:
    assert len({chart.key for chart in charts}) == len(charts) == len(CHARTS)


def test_a_specification_has_every_point_scale_title_and_limit_of_its_chart(charts: list[Chart]) -> None:
    for chart in charts:
        drawn = spec(chart)
        data, scales = ({each["name"]: each for each in drawn[kind]} for kind in ("data", "scales"))
        groups = [mark for mark in drawn["marks"] if mark["type"] == "group"]
        for number, (panel, group) in enumerate(zip(chart.panels, groups, strict=True)):
            for place, curve in enumerate(panel.curves):
                points = [(row["x"], row["y"]) for row in data[f"curve{number}_{place}"]["values"]]
                assert points == list(zip(curve.x, curve.y)), (chart.key, curve.name)
            for axis, name, shown in ((panel.x, "x", group["axes"][0]), (panel.y, "y", group["axes"][1])):
                scale = scales[f"{name}{number}"]
                assert scale["type"] == ("log" if axis.log else "linear") and shown["title"] == axis.title
                assert axis.limits in (None, scale["domain"]) and shown["scale"] == scale["name"]


def test_a_static_picture_has_its_points_where_the_scales_say(charts: list[Chart]) -> None:
    """The ends of the axes are the ends of the panel; between them the scales are linear, or linear in the logarithm."""
    chart = next(chart for chart in charts if chart.key == "leak_curve")
    (panel,), (curve,) = chart.panels, chart.panels[0].curves
    low, high = np.log10(panel.x.limits or ())
    marks = re.findall(r'<use xlink:href="#leak_curve-0" x="([\d.]+)" y="([\d.]+)"/>', inline_svg(chart))
    wide = 900 - AXIS - RIGHT
    expected = (np.log10(curve.x) - low) / (high - low) * wide
    assert np.allclose([float(x) for x, _ in marks], expected, atol=0.06)
    up, levels = np.array([float(y) for _, y in marks]), np.log10(curve.y)
    assert np.allclose(np.diff(up) / np.diff(levels), (up[-1] - up[0]) / (levels[-1] - levels[0]), rtol=0.01)


def test_page_and_paper_are_drawn_from_the_same_specification(charts: list[Chart]) -> None:
    page = look(charts, ())
    unpacked = json.loads(zlib.decompress(base64.b64decode(page["plots"])))
    assert unpacked == {chart.key: json.loads(json.dumps(spec(chart))) for chart in charts}
    chart = charts[0]
    assert page["figures"][chart.key].svg == inline_svg(chart)
    texts = re.findall(r"<text[^>]*>([^<]+)", inline_svg(chart))
    assert texts == re.findall(r"<text[^>]*>([^<]+)", paper_svg(chart)) and len(texts) > 3
    assert "var(" not in paper_svg(chart) and pdf(chart).startswith(b"%PDF-")


@pytest.mark.parametrize("width", [900, 340])
def test_panels_do_not_overlap(charts: list[Chart], width: int) -> None:
    """On a wide page and on a narrow one, where they stand below each other."""
    for chart in charts:
        scene = vl_convert.vega_to_scenegraph(spec(chart) | {"width": width})["scenegraph"]["items"][0]
        groups = [mark["items"][0] for mark in scene["items"] if mark["marktype"] == "group"]
        boxes = [(each["x"], each["y"], each["x"] + each["width"], each["y"] + each["height"]) for each in groups]
        assert len(boxes) == len(chart.panels)
        for place, one in enumerate(boxes):
            assert 0 < one[0] < one[2] <= width and 0 <= one[1] < one[3] <= scene["height"]
            for other in boxes[place + 1 :]:
                assert one[2] <= other[0] or one[3] <= other[1], chart.key
        assert width == 900 or len({box[0] for box in boxes}) == 1


def test_a_name_that_panels_share_is_in_the_legend_once(charts: list[Chart]) -> None:
    learning = next(chart for chart in charts if chart.key == "learning")
    names = [mark["encode"]["update"]["text"]["value"] for mark in spec(learning)["marks"] if mark["type"] == "text"]
    assert len(names) == len(set(names)) == 6


def test_every_chart_is_described_and_says_its_files(charts: list[Chart]) -> None:
    for chart in charts:
        svg = inline_svg(chart)
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
    assert [row["y"] for row in spec(chart)["data"][0]["values"]] == [1.0, None, None]
    assert "NaN" not in inline_svg(chart) and "nan" not in inline_svg(chart)


def test_hostile_texts_become_neither_markup_nor_part_of_an_expression() -> None:
    curve = Curve(HOSTILE, (1.0, 1.5), (1.0, 2.0), "dsd", hover=(HOSTILE,) * 2, labels=(HOSTILE,) * 2)
    rules, bands = (ReferenceLine("x", 1.0, HOSTILE),), (Band(1.0, 2.0, HOSTILE),)
    panel = Panel(HOSTILE, Axis(HOSTILE), Axis(HOSTILE, ticks=((1.0, HOSTILE),)), (curve,), rules, bands, HOSTILE)
    chart = Chart("key", HOSTILE, HOSTILE, (HOSTILE,), (panel,), 1, 2.0)
    svg = inline_svg(chart)
    assert "<script" not in svg and "&lt;script" in svg
    expressions = re.findall(r'"(?:expr|signal|update|events)": "([^"]*)"', json.dumps(spec(chart)))
    assert len(expressions) > 20 and not [each for each in expressions if "script" in each]
    assert not re.search("[<>&]", look([chart], ())["plots"])


def test_the_library_is_kept_by_its_version_and_the_same_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = library()
    library.cache_clear()
    assert library() == known and 500_000 < len(known) < 1_500_000
    library.cache_clear()
    monkeypatch.setattr(vega, "__file__", str(tmp_path / "vega.py"))
    monkeypatch.setattr("vl_convert.javascript_bundle", lambda snippet: snippet)
    assert library() == "(() => {window.vegaEmbed = vegaEmbed;})();"
    monkeypatch.delattr("vl_convert.javascript_bundle")
    library.cache_clear()
    assert library() == "(() => {window.vegaEmbed = vegaEmbed;})();", "from the file"
    library.cache_clear()


def test_numbers_keep_seven_digits() -> None:
    assert numbers(np.array([1 / 3, 2.0])) == (0.3333333, 2.0)


def test_the_front_of_a_search_is_what_tolerates_something(tmp_path: Path) -> None:
    data = ReportData(write_full_run(tmp_path))
    assert [each.candidate for each in front(data)] == [1]
