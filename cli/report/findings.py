"""What the files of a run say, in the words of its report: how far it learned, how long it takes, under what conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cli.report.data import ReportData
from cli.report.text import days, number, percent
from dsd_ncrn.analysis import ALLOWED_RATIO

GOOD, CAUTION, BAD, UNKNOWN = "good", "caution", "bad", "unknown"
"""How good an answer is."""
LEARNED = 0.5
"""A perfect tube has learned whose test error falls under this part of what it was before training."""


def progress(training: Mapping[str, Any]) -> str:
    """From where to where a training went, in the measure of its task."""
    if training.get("accuracy_after") is not None:
        return f"the accuracy goes from {percent(training['accuracy_before'])} to {percent(training['accuracy_after'])}"
    return f"the test error goes from {number(training['rmse_before'])} to {number(training['rmse_after'])}"


def conditions(data: ReportData) -> str:
    """What the tubes of a run are taken to be like."""
    return str(data.chosen("conditions").get("name") or "") or "of the design"


def perfect_tube(data: ReportData) -> tuple[str, str]:
    """Whether strands learn without leaks and imperfections, and what they come to."""
    strands, ideal = data.strands, data.training("ideal")
    if not strands:
        return UNKNOWN, "Not run: there is no strand-level training in this folder."
    ratio, error = (data.mixed.get(key) for key in ("rmse_ratio", "parameter_error_final"))
    close = ratio is not None and ratio < ALLOWED_RATIO
    if partly_simulated(data):
        count, whole = number(strands["iterations"]), number(ideal["iterations"])
        text = f"Only {count} of {whole} iterations were simulated with strands. After them the parameters are within "
        text += f"{percent(error)} of the ideal ones"
        if not has_learned(data, ideal):
            return BAD, f"{text}, which do not learn."
        return CAUTION if close else BAD, f"{text}."
    learned = has_learned(data, strands)
    text = f"Without leak {progress(strands)}"
    text += f" (ideal network: {_end(ideal)})." if ideal else "."
    if error is not None:
        text += f" The parameters end within {percent(error)} of the ideal ones."
    return GOOD if learned and close else CAUTION if learned else BAD, text


def has_learned(data: ReportData, training: Mapping[str, Any]) -> bool:
    """Whether a test error fell under half of what it was, or mistakes under half of those of guessing."""
    accuracy = training.get("accuracy_after")
    if accuracy is None:
        return training["rmse_after"] < LEARNED * training["rmse_before"]
    guessing = 1 - 1 / max(2, data.outputs)
    return 1 - accuracy < LEARNED * guessing


def _end(training: Mapping[str, Any]) -> str:
    accuracy = training.get("accuracy_after")
    return number(training["rmse_after"]) if accuracy is None else percent(accuracy)


def partly_simulated(data: ReportData) -> bool:
    """Whether strands were simulated for fewer iterations than the training has."""
    strands, ideal = data.strands, data.training("ideal")
    return bool(strands and ideal) and strands["iterations"] < ideal["iterations"]


def band(section: Mapping[str, Any], name: str, unit: str) -> str:
    """What a number comes to at the ends of the bands of measured constants."""
    found = section.get("bands", {}).get(name)
    return (
        f" ({number(found['low'], 2)} to {number(found['high'], 2)} {unit} for the uncertainty of the rates)" if found else ""
    )


def smallest_rate(data: ReportData) -> float:
    """The smallest leak rate of the study, /M/s."""
    return min(row.rate_per_M_s for row in data.leak_curve)


def bench_iterations(data: ReportData) -> int | None:
    """How many iterations the training takes at the bench: those of the ideal network, or of the strands alone."""
    found = data.training("ideal").get("iterations") or data.training("dsd").get("iterations")
    return found if data.training("dsd") else None


def bench_hours(data: ReportData) -> float | None:
    """Hours of an iteration by its protocol, else as it is calibrated; None where it is not."""
    return data.section("protocol").get("hours_per_iteration") or data.mixed.get("hours_per_iteration")


def duration(data: ReportData) -> str | None:
    """How long the training takes in the laboratory; None where the timing is not known."""
    hours, iterations = bench_hours(data), bench_iterations(data)
    if hours is None or iterations is None:
        return None
    whole = f"{days(hours * iterations)} for the {number(iterations)} iterations of this training"
    span = band(data.mixed, "hours_per_iteration", "h")
    ideal = "; occlusion, which was not simulated, makes it longer" if data.nothing_rests else ""
    work = data.mixed.get("calibration") or {"aliquots": 0}
    first = f", after {days(work['hours'])} of calibration with {work['aliquots']} aliquots" if work["aliquots"] else ""
    if data.staged and work["aliquots"]:
        first = f"; calibration before it takes {work['aliquots']} aliquots, {number(work['hours'])} tube-hours"
    return f"{number(hours, 2)} h for an iteration{span}, {whole}{first}{ideal}"
