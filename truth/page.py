"""The page "Comparison with experiments" with its picture."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from truth.comparisons import Group, totals

PAGE, PICTURE = "docs/experiments.md", "docs/images/experiments.svg"
MARKERS = "os^DvPX*<>dhp"
_HEAD = """# Comparison with experiments

<!-- made by `make truth` from truth/: what was measured stands in truth/data, with its source -->

Every comparison of a prediction with a published experiment. *Fitted* are numbers to which constants were fitted
([table](reference/rates.md), `truth/fit.py`); all others are predictions. (n, m) are the nucleotides of the toehold that
binds and of the one that comes off. Circuits are simulated from their strands, in the finite semantics, with the preset
`duplex`; rates in gates are those of the preset `gate`, the default. `make truth` exits with 1 if a bound
is missed. A bound is the goal of the fit, or a little more than *what is reached* today: it guards against getting worse and
does not mean that the agreement is good.

![Predicted over measured, one mark for each number](images/experiments.svg)
"""
_MISSING = """
Not here: time courses of a two-domain join, which are [fitted](fitting.md#what-is-fitted), not predicted. Leaks by kind of
channel are inputs of a study, not predictions; their measured rates are in the [table](reference/rates.md).
"""


def page(groups: Sequence[Group]) -> str:
    """The page as Markdown."""
    names = ("", "numbers", "within 3x", "geometric mean of predicted over measured", "rms, decades", "", "bound", "bound from")
    head = f"| {' | '.join(names)} |\n{'|---' * len(names)}|"
    rows = [
        f"| {each.title} | {len(each.pairs)} | {each.within} | {each.mean:.2g} | {each.rms:.2f} "
        f"| {'fitted' if each.fitted else 'predicted'} | {each.bound} | {each.bound.why} |"
        for each in groups
    ]
    return "\n".join([_HEAD, "\n".join([head, *rows]), f"\n{totals(groups)}.", _MISSING, *map(_section, groups)])


def _section(group: Group) -> str:
    rows = [f"| {p.what} | {p.predicted:.3g} | {p.measured:.3g} | {p.ratio:.2g} |" for p in group.pairs]
    head = f"## {group.title}\n\n| | predicted, {group.unit} | measured, {group.unit} | ratio |\n|---|---|---|---|"
    return "\n".join([head, *rows, ""])


def picture(groups: Sequence[Group]) -> str:
    """Predicted over measured of every number, a row for each group; the band is a factor of three."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    with mpl.rc_context({"svg.hashsalt": "experiments", "font.size": 9}):
        figure, axes = plt.subplots(figsize=(8, 0.4 * len(groups) + 1))
        axes.axvspan(1 / 3, 3, color="#e6e9ee")
        axes.axvline(1, color="#1a1d23", linewidth=0.8)
        for row, (group, marker) in enumerate(zip(groups, MARKERS, strict=False)):
            ratios = [pair.ratio for pair in group.pairs]
            colour = "#0066aa" if group.fitted else "#c04a00"
            axes.plot(ratios, [row] * len(ratios), marker, color=colour, alpha=0.6, markersize=5, linestyle="none")
        axes.set_yticks(range(len(groups)), [group.title for group in groups])
        axes.invert_yaxis()
        axes.set_xscale("log")
        axes.set_xlabel("predicted over measured (blue: fitted, red: predicted; shaded: within a factor of three)")
        text = StringIO()
        figure.savefig(text, format="svg", bbox_inches="tight", metadata={"Date": None})
        plt.close(figure)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"
