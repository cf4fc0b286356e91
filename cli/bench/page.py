"""Fits as one HTML page in the look of the report: measured beside predicted, residuals, intervals, gate by gate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import SimpleNamespace

from cli.report.figures.chart import Axis, Chart, Curve, Panel, ReferenceLine, numbers
from cli.report.page import environment_of, look
from dsd_ncrn.assays.bench import mix_of
from dsd_ncrn.assays.fit import Fit
from dsd_ncrn.assays.results import GateFit
from dsd_ncrn.assays.wells import Well, read_values

HOUR_S = 3600.0
COLUMNS, ROW_INCHES = 3, 1.9
MOST_DRAWN = 200
"""Readings of a trace."""


def fits_html(fits: Sequence[GateFit]) -> str:
    """The page."""
    charts = [chart for number, found in enumerate(fits) for chart in _charts(number, found)]
    environment = environment_of({}, "cli.bench", "cli.report")
    page = environment.get_template("fitted.html")
    return page.render(**look(charts, ()), fits=fits, data=SimpleNamespace(name="fits"), mix=mix_of)


def _charts(number: int, found: GateFit) -> Iterator[Chart]:
    fit, name = found.fit, found.bench.name
    wells = [well for well in fit.assay.wells if well.trace is not None]
    height = ROW_INCHES * -(-len(wells) // COLUMNS)
    for key, title, make in (("traces", "Measured and predicted", _trace), ("residuals", "Residuals", _residual)):
        panels = tuple(make(fit, well) for well in wells)
        words = f"{title} of {name}, a panel for each well."
        yield Chart(
            f"{key}_{number}", f"{name}: {title}", words, ("traces.csv",), panels, COLUMNS, height / len(wells) * COLUMNS
        )


def _every(well: Well) -> slice:
    assert well.trace is not None
    return slice(None, None, max(1, len(well.trace.times) // MOST_DRAWN))


def _trace(fit: Fit, well: Well) -> Panel:
    assert well.trace is not None
    times, values = read_values(well.trace)
    some, hours = _every(well), times / HOUR_S
    shown = fit.predictions[well.name].values
    curves = (
        Curve("measured", numbers(hours[some]), numbers(values[some]), "muted", mode="points", marker="o", size=2.0),
        Curve("predicted", numbers(hours[some]), numbers(shown[some]), "dsd"),
    )
    return Panel(well.name, Axis("hours"), Axis("fluorescence"), curves)


def _residual(fit: Fit, well: Well) -> Panel:
    assert well.trace is not None
    times, _ = read_values(well.trace)
    some, share = _every(well), 100.0 * fit.residuals(well.name) / fit.scale
    at, left = numbers(times[some] / HOUR_S), numbers(share[some])
    curve = Curve("measured less predicted", at, left, "leaky", mode="points", marker="o", size=2.0)
    return Panel(well.name, Axis("hours"), Axis("% of full scale"), (curve,), (ReferenceLine("y", 0.0),))
