"""How much of everything is in the tube at the start."""

from __future__ import annotations

from cli.report.chart import Axis, Chart, Curve, Panel, numbers
from cli.report.data import ReportData
from cli.report.text import number


def concentrations(data: ReportData) -> Chart:
    """One row for each role, one mark for each component that is there at the start."""
    there = [each for each in (data.system or {})["components"] if each["concentration"] > 0]
    roles = list(dict.fromkeys(each["role"] for each in there))
    curve = Curve(
        "component",
        numbers(each["concentration"] for each in there),
        numbers(roles.index(each["role"]) for each in there),
        "dsd",
        mode="points",
        marker="o",
        size=4.5,
        filled=False,
        hover=tuple(f"{each['name']} ({each['role']}): {number(each['concentration'])} nM" for each in there),
    )
    ticks = tuple((float(place), role) for place, role in enumerate(roles))
    rows = Axis(ticks=ticks, limits=(-0.7, len(roles) - 0.3), reversed=True)
    return Chart(
        "concentrations",
        "Concentrations at the start, by role",
        "A row for each role a component has in the tube: a mark at the concentration of every one that is there at the "
        "start, in nM on a logarithmic scale.",
        ("system.json",),
        (Panel("", Axis("concentration at the start, nM", log=True, grid=True), rows, (curve,)),),
        columns=1,
        height=0.7 + 0.24 * len(roles),
        legend="none",
    )


def has_components(data: ReportData) -> bool:
    """Whether anything is in the tube at the start."""
    return any(each["concentration"] > 0 for each in (data.system or {}).get("components", ()))
