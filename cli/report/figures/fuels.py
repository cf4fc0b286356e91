"""What an iteration uses up, and how much of it each iteration takes."""

from __future__ import annotations

from cli.report.chart import Axis, Chart, Curve, Panel, numbers, thinned, thinning_note
from cli.report.data import ReportData, section_of
from cli.report.figures.bars import bars_height, horizontal_bars
from cli.report.figures.palette import CATEGORIES, CATEGORY_MARKERS

SHOWN = 15


def fuels(data: ReportData) -> Chart:
    """The fuels and gates of which an iteration uses the largest part."""
    used = ranked(data)[:SHOWN]
    axis = "used by one iteration, % of what is there"
    panel = horizontal_bars([name for name, _ in used], [100 * share for _, share in used], axis, "dsd")
    return Chart(
        "fuels",
        "Fuel used by one iteration",
        f"A bar for each of the {len(used)} fuels and gates of which one iteration uses most, in %, the largest on top.",
        ("summary.json",),
        (panel,),
        columns=1,
        height=bars_height(len(used)),
        legend="none",
    )


def ranked(data: ReportData) -> list[tuple[str, float]]:
    """Fuels by the share that an iteration uses, the largest first."""
    used = section_of(data.section("fuel"), "consumed_fraction_per_iteration")
    known = {name: share for name, share in used.items() if share is not None}
    return sorted(known.items(), key=lambda item: (-item[1], item[0]))


def fuel_history(data: ReportData) -> Chart:
    """What every iteration of the training takes of the fuels of which it takes the most."""
    rows, names = [data.fuel_rows[place] for place in thinned(len(data.fuel_rows))], most_used(data)
    iterations = numbers(float(row["iteration"]) for row in rows)
    curves = tuple(
        Curve(name, iterations, numbers(float(row[name]) for row in rows), colour, marker=marker, marked=10, width=1.2)
        for name, colour, marker in zip(names, CATEGORIES, CATEGORY_MARKERS)
    )
    return Chart(
        "fuel_history",
        "Fuel used by every iteration",
        f"What every iteration of the strands' training uses of {', '.join(names)}, in nM: the fuels and gates that the whole "
        "training uses most of.",
        ("fuel.csv",),
        (Panel("", Axis("iteration"), Axis("used, nM", grid=True), curves),),
        columns=1,
        height=2.5,
        note=thinning_note(len(data.fuel_rows)),
    )


def most_used(data: ReportData) -> list[str]:
    """Of which fuels the whole training uses the most, nM."""
    rows = data.fuel_rows
    names = [name for name in rows[0] if name != "iteration"]
    total = {name: sum(float(row[name]) for row in rows) for name in names}
    return sorted(names, key=lambda name: (-total[name], name))[: len(CATEGORIES)]
