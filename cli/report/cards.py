"""What the report opens with: each question of somebody who is to decide, its answer, and the number that decides it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cli.report.data import ReportData
from cli.report.figures.leaks import LITERATURE_LEAK
from cli.report.findings import (
    BAD,
    CAUTION,
    GOOD,
    UNKNOWN,
    band,
    bench_hours,
    bench_iterations,
    conditions,
    duration,
    perfect_tube,
    progress,
    smallest_rate,
)
from cli.report.text import days, number, percent
from dsd_ncrn.runs.files import section_of

MARKS: Mapping[str, str] = {GOOD: "✓", CAUTION: "!", BAD: "✗", UNKNOWN: "?"}
WORDS: Mapping[str, str] = {GOOD: "yes", CAUTION: "with reservations", BAD: "no", UNKNOWN: "unknown"}
ANSWERS: Mapping[str, str] = {GOOD: "yes", CAUTION: "reservations", BAD: "no", UNKNOWN: "unknown"}
"""As in ``summary.json``."""

IDEAL = 0.9, 0.5
"""Shares of what least squares remove of the test error: from the first on yes, from the second on with reservations."""
YIELD, LEAST_LOW, FEWEST_TUBES = (0.7, 0.4), 0.6, 20
"""Shares of tubes; the low end of the interval for a yes; with fewer tubes nothing is said."""
LOST = 0.05, 0.2
"""Shares of tubes that leaks may cost."""
ADDITIONS = 20, 40
HOURS = 7 * 24.0, 21 * 24.0
LEFT_UL = 40.0
"""With less at the end nothing is left to pull beads from."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One question, how good the answer is, and the answer in a sentence or two.

    ``value`` is the number that decides, in ``unit``, from ``low`` to ``high``; None where there is none.
    """

    key: str
    question: str
    status: str
    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""

    @property
    def mark(self) -> str:
        """A sign that says the status without colour."""
        return MARKS[self.status]

    @property
    def word(self) -> str:
        """The status in words."""
        return WORDS[self.status]


def answers(data: ReportData) -> tuple[Answer, ...]:
    """Every question, in the order a reader asks them."""
    return (_ideal(data), _bench(data), _leaks(data), _pipetted(data), _hours(data), _sequences(data), _ordered(data))


def verdict_section(found: Sequence[Answer]) -> dict[str, dict[str, Any]]:
    """The summary's section of all cards."""
    return {
        each.key: {
            "answer": ANSWERS[each.status],
            "number": each.value,
            "low": each.low,
            "high": each.high,
            "unit": each.unit,
            "says": each.text,
        }
        for each in found
    }


def _rising(value: float, limits: tuple[float, float]) -> str:
    """A status of a number of which more is better."""
    return GOOD if value >= limits[0] else CAUTION if value >= limits[1] else BAD


def _falling(value: float, limits: tuple[float, float]) -> str:
    """A status of a number of which less is better."""
    return _rising(-value, (-limits[0], -limits[1]))


def _needed(status: str, share: float, more: str = "", least: str = "at least") -> str:
    """What a yes would take, where it is none."""
    return f" A yes takes {least} {percent(share)}{more}." if status in (CAUTION, BAD) else ""


def _ideal(data: ReportData) -> Answer:
    key, question, ideal = "ideal", "Does the abstract network learn?", data.training("ideal")
    share = ideal.get("share_of_least_squares")
    if not ideal or share is None:
        return Answer(key, question, UNKNOWN, "Not run: there is no training of the abstract network in this folder.")
    text = f"In {number(ideal['iterations'])} iterations {progress(ideal)}: {percent(share)} of what least squares remove."
    separation = data.section("separation")
    if separation.get("error") is not None:
        text += f" Its finite rates move the parameters {percent(separation['error'])} away from those of the equations."
    if data.chosen("circuit").get("first_order"):
        text += " Its gradients are of first order: the adjoint is frozen, which is exact only where f does not depend on z."
    status = _rising(share, IDEAL)
    return Answer(key, question, status, text + _needed(status, IDEAL[0]), share, unit="of least squares")


def _bench(data: ReportData) -> Answer:
    key, question, found = "bench", "Does it learn in a tube?", data.section("bench")
    if not found:
        status, text = perfect_tube(data)
        if status != BAD:
            status = UNKNOWN
            text += " Tubes with imperfections were not trained: a staged design trains them with --conditions bench."
        return Answer(key, question, status, text)
    count, of, (low, high) = found["learned"], found["tubes"], found["interval"]
    share = count / of
    status = _rising(share, YIELD)
    status = CAUTION if status == GOOD and low < LEAST_LOW else status
    text = f"{count} of {of} simulated tubes ({percent(low)} to {percent(high)}) learn, under the conditions "
    text += f"{conditions(data)}, {percent(found['threshold'])} of what the ideal network learns in "
    text += f"{number(found['iterations'])} iterations."
    over = found.get("error_over_ideal")
    text += f" Their test error ends at {number(over)} times the ideal's, in the median." if over is not None else ""
    close = found.get("near_ideal_accuracy")
    text += f" The accuracy of {close['tubes']} of {of} is within {number(close['within'])} of the ideal's." if close else ""
    if draws := found.get("other_draws"):
        text += f" At {len(draws['by_draw'])} other draws of the data {draws['learned']} of {draws['tubes']} do, "
        text += f"{', '.join(map(str, draws['by_draw']))} at each."
    bound = found.get("cross_binding")
    text += f" Toeholds that should not bind each other do at {bound['text']}." if bound else ""
    if of < FEWEST_TUBES:
        return Answer(key, question, UNKNOWN, f"{text} That is too few to say more.", share, low, high, "of tubes")
    lowest = f", and {percent(LEAST_LOW)} at the low end of the interval"
    return Answer(key, question, status, text + _needed(status, YIELD[0], lowest), share, low, high, "of tubes")


HOPELESS = "In a test tube, as designed, it would not learn."


def _leaks(data: ReportData) -> Answer:
    key, question, found = "leaks", "Does it survive leak?", section_of(data.section("bench"), "lost_to_leaks")
    curve = _tolerance(data)
    if found:
        share, low, high = (found[name] for name in ("share", "low", "high"))
        bench = data.section("bench")
        rate, tubes = data.chosen("leak").get("rate"), bench["tubes"]
        text = f"Of the same {tubes} tubes {bench['without_leaks']['learned']} learn without leaks and {bench['learned']} with "
        text += f"leaks at their measured rates, a channel at {rate}: a difference of {percent(share)}"
        text += f" ({percent(low)} to {percent(high)}). {curve[1]}".rstrip()
        status = UNKNOWN if tubes < FEWEST_TUBES else _falling(share, LOST)
        text += _needed(status, LOST[0], least="at most")
        return Answer(key, question, status, text, share, low, high, "of tubes")
    return Answer(key, question, *curve)


def _tolerance(data: ReportData) -> tuple[str, str]:
    """What the curve over leak rates says: never yes, since it has no imperfections of tubes."""
    low, high = LITERATURE_LEAK
    if not data.leak_curve:
        return UNKNOWN, "" if data.section("bench") else "Not run: there is no leak curve in this folder."
    tolerated = data.section("leaks").get("tolerated_leak_per_M_per_s")
    literature = f"published gates leak at {low:g} to {high:g} /M/s"
    if not tolerated:
        text = f"Even the smallest rate tried, {number(smallest_rate(data))} /M/s, ruins it; {literature}. {HOPELESS}"
        return BAD, text
    count = number(data.training("dsd").get("iterations"))
    tube = "the typical tube of its conditions" if data.section("bench") else "a tube without imperfections"
    found = f"Over {count} iterations {tube} tolerates up to {number(tolerated, 2)} /M/s"
    found += f"{band(data.section('leaks'), 'tolerated_leak_per_M_per_s', '/M/s')} on every gate; {literature}"
    if tolerated < low:
        short = f"{number(low / tolerated, 2)} to {number(high / tolerated, 2)} times more"
        return BAD, f"{found}, {short}. {HOPELESS}"
    return UNKNOWN, f"{found}."


def _pipetted(data: ReportData) -> Answer:
    key, question, found = "pipetted", "Can it be pipetted?", data.section("dilution")
    if not found:
        return Answer(key, question, UNKNOWN, "Not run: the volume of an iteration comes with the order.")
    count = data.section("protocol").get("additions_per_iteration")
    status, text = _volumes(data, found)
    if count is not None:
        text = f"{number(count)} additions an iteration. {text}"
        status = max(status, _falling(count, ADDITIONS), key=(GOOD, CAUTION, UNKNOWN, BAD).index)
    return Answer(key, question, status, text, count, unit="additions an iteration")


def _volumes(data: ReportData, found: Mapping[str, Any]) -> tuple[str, str]:
    """Whether mix, beads and growth fit."""
    growth, tolerated = found.get("growth_per_iteration"), found.get("tolerated_growth_per_iteration")
    work = data.section("protocol")
    if found.get("note"):
        return BAD, f"No: {found['note']}."
    if small := work.get("under_the_least"):
        return BAD, f"No: too little to pipette of {', '.join(small)}."
    beads = data.section("beads")
    needed, most = (beads.get(f"{name}slurry_uL_per_100_uL", 0.0) for name in ("", "most_"))
    once = beads.get("slurry_at_once_uL_per_100_uL", needed)
    text = f"One iteration with its top-up increases the volume by {percent(growth)}"
    if (once if data.section("bench") else needed) > most:
        slurry = f"No: one iteration needs {number(needed, 3)} µL of bead slurry for 100 µL of reaction"
        return BAD, f"{slurry}, {number(once, 3)} µL of it at once; {number(most, 3)} µL fit. {text}."
    if data.section("bench"):
        if not work:
            return UNKNOWN, f"{text}. Not run: the volumes of the training come with the order."
        start, end = work["volume_uL"]
        text += f"; mixed as {number(start, 3)} µL, {number(end, 3)} µL are there at the end. "
        mean = beads.get("mean_slurry_uL_per_100_uL", needed)
        text += f"Its beads are {number(mean, 3)} µL of slurry an iteration for 100 µL, {number(needed, 3)} at most, of which "
        text += f"{number(once, 3)} at once; the conditions allow {number(most, 3)} an iteration. "
        text += f"No volume is under {number(work['smallest_uL'], 2)} µL. Every tube was trained in this growing volume."
        if filters := work["spin_filter_iterations"]:
            text += f" A spin filter is needed before iterations {', '.join(map(str, filters))}."
        return BAD if filters or end < LEFT_UL else CAUTION if needed > most else GOOD, text
    diluted = data.training("dsd_diluted")
    if growth is not None and not diluted:
        return UNKNOWN, "Not run: no training was diluted."
    done, whole = diluted.get("iterations") or 0, bench_iterations(data) or 0
    if tolerated != growth:
        most_growth = f"{percent(tolerated)} is tolerated" if tolerated else "even 0.01 % is not tolerated"
        text += (
            f", which dilutes the parameters: the test error would end at {number(diluted['rmse_after'])}, and {most_growth}. "
        )
        return BAD, text + "The volume has to be restored on a spin filter after each iteration."
    if done < whole:
        text += f". The training tolerates it over the first {number(done)} of {number(whole)} iterations: "
        return UNKNOWN, f"{text}what happens after them is unknown."
    return GOOD, f"{text}, which the training tolerates."


def _hours(data: ReportData) -> Answer:
    key, question, said = "hours", "How long does it take?", duration(data)
    hours, count = bench_hours(data), bench_iterations(data)
    if said is None or hours is None or count is None:
        return Answer(key, question, UNKNOWN, "Not run: there is no calibrated timing in this folder.")
    found = data.mixed.get("bands", {}).get("hours_per_iteration")
    low, high = (count * found[end] for end in ("low", "high")) if found else (None, None)
    tubes = section_of(section_of(data.section("bench"), "bands"), "hours_per_iteration")
    each = (
        f" Single tubes, each calibrated on its own, take {number(tubes['low'], 2)} to {number(tubes['high'], 2)} h."
        if tubes
        else ""
    )
    status = _falling(hours * count, HOURS)
    needed = f" A yes takes at most {days(HOURS[0])}." if status != GOOD else ""
    return Answer(key, question, status, f"{said}.{each}{needed}", hours * count, low, high, "h")


def _sequences(data: ReportData) -> Answer:
    key, question, found = "sequences", "Do the sequences hold?", data.section("sequences")
    violations, soft = found.get("hard_violations"), found.get("soft_violations") or 0
    if violations is None:
        return Answer(key, question, UNKNOWN, "Not run: no sequences have been designed in this folder.")
    hard = "no hard rule is broken" if not violations else f"hard rules are broken {number(violations)} times"
    text = f"{number(found['domains'])} domains have sequences; {hard}"
    text += f"; soft rules are broken {number(soft)} times." if soft else ", and no soft one."
    rates = data.section("sequence_rates")
    calibrated = rates.get("calibrated")
    if calibrated:
        text += f" At the rates of its toeholds, {number(rates.get('slowest_factor'), 2)} to "
        text += f"{number(rates.get('fastest_factor'), 2)} times the usual ones, the tube can be calibrated."
    elif calibrated is False:
        text += f" At the rates of its toeholds the tube cannot be calibrated: {rates.get('problem')}."
    status = BAD if violations or calibrated is False else UNKNOWN if calibrated is None else CAUTION if soft else GOOD
    return Answer(key, question, status, text, violations, unit="hard rules broken")


def _ordered(data: ReportData) -> Answer:
    key, question, order = "order", "Can the strands be ordered?", data.section("order")
    violations = data.section("sequences").get("hard_violations")
    if not order:
        return Answer(key, question, UNKNOWN, "Not run: there is no order in this folder.")
    oligos, bases, longest = (number(order.get(name)) for name in ("oligos", "bases", "longest_nt"))
    text = f"{oligos} oligos, {bases} bases; the longest has {longest} nt."
    lasts, whole = order.get("iterations_covered"), bench_iterations(data) or 0
    if violations:
        return Answer(key, question, BAD, f"{text} Not to be sent: hard sequence rules are broken.", lasts, unit="iterations")
    if lasts is None or lasts >= whole:
        text += f" The amounts last for all {number(whole)} iterations." if lasts is not None else ""
        return Answer(key, question, GOOD, text, lasts, unit="iterations")
    text += f" The amounts last {number(lasts)} of {number(whole)} iterations; then order again."
    return Answer(key, question, CAUTION, text, lasts, unit="iterations")
