"""Figures for notebooks, with matplotlib: each function draws into ``ax``, or a new figure, and returns its axes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np

from dsd_ncrn.analysis import ALLOWED_RATIO
from dsd_ncrn.arrays import Floats
from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.simulate.results import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes

    from dsd_ncrn.analysis.leaks import LeakPoint
    from dsd_ncrn.simulate.results import Training, Trajectory

__all__ = ["leak_curve", "learning", "parameters", "predictions", "trajectory"]

COLOURS = ("#1a1d23", "#0066aa", "#c04a00", "#007a5a", "#9b3f86", "#7a5b00")
"""All with a contrast of 4.5 or more on white; curves are told apart by dashes and markers as well."""
DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P")


def learning(*trainings: Training, labels: Sequence[str] = (), window: int | None = None, ax: Axes | None = None) -> Axes:
    """How the error falls: root mean square error of the predictions, over the last ``window`` iterations at each one.

    Predictions are made before the update; ``window`` is a tenth of the longest training if not given. Labels are the levels'
    if not given, with the error on the test set at the end. Raises InputError without a training, or for a wrong number
    of labels.

    >>> import dsd_ncrn as dn
    >>> study = dn.prepare(dn.load_design("designs/linreg2d.toml"))
    >>> dn.plot.learning(study.ideal).get_ylabel()
    'error of the predictions (RMS)'
    """
    axes = _axes(ax)
    length = window or max(1, max((training.iterations for training in trainings), default=0) // 10)
    for number, (training, label) in enumerate(zip(trainings, _labels(labels, _titles(trainings)), strict=True)):
        errors = ((training.predictions - training.targets) ** 2).mean(axis=1)
        shown = f"{label}: {training.rmse_after:.3g} on the test set"
        axes.plot(np.arange(1, len(errors) + 1), np.sqrt(_running_mean(errors, length)), label=shown, **_style(number))
    axes.set(xlabel="iteration", ylabel="error of the predictions (RMS)")
    _logarithmic(axes)
    axes.legend()
    return axes


def parameters(*trainings: Training, labels: Sequence[str] = (), ax: Axes | None = None) -> Axes:
    """The parameters over the iterations: a colour for each, a dash for each training. Raises InputError as ``learning``.

    >>> import dsd_ncrn as dn
    >>> study = dn.prepare(dn.load_design("designs/linreg2d.toml"))
    >>> len(dn.plot.parameters(study.ideal).lines)  # theta1 and theta2
    2
    """
    axes = _axes(ax)
    for dash, (training, label) in zip(cycle(DASHES), zip(trainings, _labels(labels, _titles(trainings)), strict=True)):
        for colour, name, values in zip(cycle(COLOURS), training.parameter_names, training.parameters.T):
            axes.plot(values, color=colour, linestyle=dash, label=f"{name}, {label}")
    axes.set(xlabel="iteration", ylabel="parameter")
    _legend_above(axes, len(trainings))
    return axes


def predictions(training: Training, *, ax: Axes | None = None) -> Axes:
    """Predictions of the test points before and after a training, over their targets; on the line they are right.

    >>> import dsd_ncrn as dn
    >>> study = dn.prepare(dn.load_design("designs/linreg2d.toml"))
    >>> dn.plot.predictions(study.ideal).get_xlabel()
    'target'
    """
    axes, wanted = _axes(ax), training.test_targets.ravel()
    for number, (label, predicted) in enumerate((("before", training.test_before), ("after", training.test_after))):
        axes.plot(wanted, predicted.ravel(), MARKERS[number], color=COLOURS[number + 1], alpha=0.6, label=f"{label} training")
    axes.axline((wanted.min(), wanted.min()), slope=1.0, color=COLOURS[0], linewidth=0.8)
    axes.set(xlabel="target", ylabel="prediction")
    axes.legend()
    return axes


def trajectory(
    *trajectories: Trajectory, species: Sequence[str] = (), labels: Sequence[str] = (), ax: Axes | None = None
) -> Axes:
    """Species over time, a colour for each and a dash for each trajectory, such as the ideal one and that of strands.

    Clock phases are drawn equally wide, whatever they last, so that both levels can be compared; a trajectory without
    phases over its time. All species if not given, of those that every trajectory has. Raises InputError for a species
    that is not there.

    >>> import dsd_ncrn as dn
    >>> study = dn.prepare(dn.load_design("designs/linreg2d.toml"))
    >>> ax = dn.plot.trajectory(study.trajectory("ideal"), study.trajectory("dsd"), species=["Z1", "Z2"])
    >>> [tick.get_text() for tick in ax.get_xticklabels()]
    ['C1', 'C2', 'flush']
    """
    names, axes = _labels(labels, [f"trajectory {number + 1}" for number in range(len(trajectories))]), _axes(ax)
    common = [name for name in trajectories[0].species if all(name in each.species for each in trajectories)]
    for name in species:
        if name not in common:
            raise InputError("the trajectories have no such species", name, did_you_mean(name, common))
    for dash, each, label in zip(cycle(DASHES), trajectories, names):
        for number, (colour, name) in enumerate(zip(cycle(COLOURS), species or common)):
            alone = len(trajectories) == 1  # then dashes tell the seventh species from the first
            style = DASHES[number // len(COLOURS) % len(DASHES)] if alone else dash
            shown = name if alone else f"{name}, {label}"
            axes.plot(_phase_axis(each), each.of(name), color=colour, linestyle=style, label=shown)
    _name_phases(axes, trajectories[0])
    axes.set_ylabel("concentration")
    _legend_above(axes, len(trajectories))
    return axes


def leak_curve(points: Iterable[LeakPoint], *, ax: Axes | None = None) -> Axes:
    """The test error over the ideal network's against the leak rate, with the ratio of 1.1 that counts as learning.

    ``points`` are ``study.leaks().curve``, or ``run.leak_curve`` of a run that was read. Raises InputError without any.

    >>> import dsd_ncrn as dn
    >>> dn.plot.leak_curve([dn.LeakPoint(0.01, 0.43, 1.08, 0.04, 0.02), dn.LeakPoint(0.1, 0.9, 2.2, 0.2, 0.1)]).get_xscale()
    'log'
    """
    known = sorted(points, key=lambda point: point.rate_per_M_s)
    if not known:
        raise InputError("a leak curve has at least one point", None, "Give those of leaks().curve.")
    axes = _axes(ax)
    axes.plot([point.rate_per_M_s for point in known], [point.rmse_ratio for point in known], **(_style(2) | {"markevery": 1}))
    axes.axhline(ALLOWED_RATIO, color=COLOURS[0], linestyle="--", linewidth=0.8)
    axes.set(xlabel="leak rate of every gate, /M/s", ylabel="test error over the ideal one's", xscale="log")
    _logarithmic(axes)
    return axes


def _axes(ax: Axes | None) -> Any:
    """Axes as Any: matplotlib leaves the types of its keywords open."""
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(figsize=(6.4, 3.6), layout="constrained")[1]


def _labels(labels: Sequence[str], usual: Sequence[str]) -> Sequence[str]:
    """The labels given, or else the usual ones. Raises InputError where there is nothing to name, or another number of it."""
    if not usual:
        raise InputError("nothing is given to draw", None, "Give at least one training or trajectory.")
    if labels and len(labels) != len(usual):
        raise InputError(f"{len(usual)} curves have as many labels", list(labels))
    return labels or usual


def _titles(trainings: Sequence[Training]) -> list[str]:
    return [LEVELS[each.level].title if each.level in LEVELS else each.level for each in trainings]


def _style(number: int) -> dict[str, Any]:
    """Colour, dash and marker of a curve; a few of its points are marked."""
    place = number % len(COLOURS)
    style: dict[str, Any] = {"color": COLOURS[place], "linestyle": DASHES[place], "marker": MARKERS[place]}
    return style | {"markersize": 4, "markevery": 0.12}


def _legend_above(axes: Any, columns: int) -> None:
    """A legend over the axes, where it hides nothing; a column for each of what is compared."""
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=columns, frameon=False)


def _logarithmic(axes: Any) -> None:
    """A logarithmic y axis with plain numbers at 1, 2 and 5."""
    from matplotlib.ticker import FormatStrFormatter, LogLocator, NullLocator

    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FormatStrFormatter("%g"))


def _running_mean(values: Floats, window: int) -> Floats:
    """The mean of up to ``window`` values that end at each one."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - window, 0)
    return (total[ends] - total[starts]) / (ends - starts)


def _phase_axis(trace: Trajectory) -> Floats:
    """Each time as a place in its phase: phase 2 runs from 1 to 2; the time itself where there are no phases."""
    if not trace.phase_starts:
        return trace.times
    ends = [*(start for _, start in trace.phase_starts), float(trace.times[-1])]
    return np.interp(trace.times, ends, np.arange(len(ends)))


def _name_phases(axes: Any, trace: Trajectory) -> None:
    names = [name for name, _ in trace.phase_starts]
    if not names:
        axes.set_xlabel("time, s")
        return
    for border in range(1, len(names)):
        axes.axvline(border, color="#5a6270", linewidth=0.6, linestyle=":")
    axes.set_xticks([place + 0.5 for place in range(len(names))], names)
    axes.tick_params(axis="x", length=0)
    axes.set_xlabel("clock phase")
