"""The run's results as plain answers to the questions a reader has first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cli.report.data import ReportData
from cli.report.figures.leaks import LITERATURE_LEAK
from cli.report.text import days, number, percent
from dsd_ncrn.analysis import ALLOWED_RATIO, AS_IT_IS
from dsd_ncrn.runs.files import section_of

LEARNED = 0.5
"""The test error must fall under this part of what it was before training."""
LONG_OLIGO_NT = 60
"""Beyond it a plain synthesis has too many incomplete strands: of a 100-mer 37 to 61 % are whole at 99 to 99.5 % coupling."""

GOOD, CAUTION, BAD, UNKNOWN = "good", "caution", "bad", "unknown"
MARKS: Mapping[str, str] = {GOOD: "✓", CAUTION: "!", BAD: "✗", UNKNOWN: "?"}
WORDS: Mapping[str, str] = {GOOD: "yes", CAUTION: "with reservations", BAD: "no", UNKNOWN: "unknown"}
HOPELESS = "In a test tube, as designed, it would not learn."


@dataclass(frozen=True, slots=True)
class Answer:
    """One question, how good the answer is, and the answer in a sentence or two."""

    question: str
    status: str
    text: str

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
    return (_network_learns(data), _learns(data), _survives_leak(data), _pipetted(data), _one_pot(data), _buildable(data))


def _network_learns(data: ReportData) -> Answer:
    question, ideal = "Does the abstract network learn?", data.training("ideal")
    if not ideal:
        return Answer(question, UNKNOWN, "Not run: there is no training of the abstract network in this folder.")
    text = f"In {number(ideal['iterations'])} iterations {_progress(ideal)}."
    separation = data.section("separation")
    if separation.get("error") is not None:
        text += f" Its finite rates move the parameters {percent(separation['error'])} away from those of the equations."
    if data.chosen("circuit").get("first_order"):
        text += " Its gradients are of first order: the adjoint is frozen, which is exact only where f does not depend on z."
    return Answer(question, GOOD if _has_learned(data, ideal) else BAD, text)


def _progress(training: Mapping[str, Any]) -> str:
    """From where to where a training went, in the measure of its task."""
    if training.get("accuracy_after") is not None:
        return f"the accuracy goes from {percent(training['accuracy_before'])} to {percent(training['accuracy_after'])}"
    return f"the test error goes from {number(training['rmse_before'])} to {number(training['rmse_after'])}"


def _has_learned(data: ReportData, training: Mapping[str, Any]) -> bool:
    """Whether a test error fell under half of what it was, or mistakes under half of those of guessing."""
    accuracy = training.get("accuracy_after")
    if accuracy is None:
        return training["rmse_after"] < LEARNED * training["rmse_before"]
    guessing = 1 - 1 / max(2, data.outputs)
    return 1 - accuracy < LEARNED * guessing


def _learns(data: ReportData) -> Answer:
    question, strands, ideal = "Does it learn at strand level?", data.training("dsd"), data.training("ideal")
    if not strands:
        return Answer(question, UNKNOWN, "Not run: there is no strand-level training in this folder.")
    ratio, error = (data.section("fidelity").get(key) for key in ("rmse_ratio", "parameter_error_final"))
    close = ratio is not None and ratio < ALLOWED_RATIO
    if partly_simulated(data):
        count, whole = number(strands["iterations"]), number(ideal["iterations"])
        text = f"Only {count} of {whole} iterations were simulated with strands. After them the parameters are within "
        text += f"{percent(error)} of the ideal ones"
        if not _has_learned(data, ideal):
            return Answer(question, BAD, f"{text}, which do not learn.")
        return Answer(question, CAUTION if close else BAD, f"{text}.")
    learned = _has_learned(data, strands)
    text = f"Without leak {_progress(strands)}"
    text += f" (ideal network: {_end(ideal)})." if ideal else "."
    if error is not None:
        text += f" The parameters end within {percent(error)} of the ideal ones."
    return Answer(question, GOOD if learned and close else CAUTION if learned else BAD, text)


def _end(training: Mapping[str, Any]) -> str:
    accuracy = training.get("accuracy_after")
    return number(training["rmse_after"]) if accuracy is None else percent(accuracy)


def _survives_leak(data: ReportData) -> Answer:
    question, low, high = "Does it survive leak?", *LITERATURE_LEAK
    if not data.leak_curve:
        return Answer(question, UNKNOWN, "Not run: the leak study has left no curve in this folder.")
    tolerated = data.section("leaks").get("tolerated_leak_per_M_per_s")
    literature = f"published gates leak at {low:g} to {high:g} /M/s"
    if not tolerated:
        smallest = smallest_rate(data)
        text = f"Even the smallest rate tried, {number(smallest)} /M/s, ruins it; {literature}. {HOPELESS}"
        return Answer(question, BAD, text)
    over = f" over the {number(data.training('dsd')['iterations'])} iterations simulated" if partly_simulated(data) else ""
    band = _band(data, "leaks", "tolerated_leak_per_M_per_s", "/M/s")
    found = f"It tolerates up to {number(tolerated, 2)} /M/s{band} on every gate{over}; {literature}"
    if tolerated < low:
        short = f"{number(low / tolerated, 2)} to {number(high / tolerated, 2)} times more"
        return Answer(question, BAD, f"{found}, {short}. {HOPELESS}")
    return Answer(question, GOOD if tolerated >= high else CAUTION, f"{found}.")


def _band(data: ReportData, section: str, name: str, unit: str) -> str:
    """What a number comes to at the ends of the bands of measured constants."""
    band = data.section(section).get("bands", {}).get(name)
    return f" ({number(band['low'], 2)} to {number(band['high'], 2)} {unit} for the uncertainty of the rates)" if band else ""


def smallest_rate(data: ReportData) -> float:
    """The smallest leak rate of the study, /M/s."""
    return min(row.rate_per_M_s for row in data.leak_curve)


def tolerated(data: ReportData) -> str:
    """The tolerated leak rate as a number, or what it is under; empty where there is no study."""
    found = data.section("leaks").get("tolerated_leak_per_M_per_s")
    if found:
        return number(found, 2)
    return f"< {number(smallest_rate(data), 2)}" if data.leak_curve else ""


def _pipetted(data: ReportData) -> Answer:
    question, found, diluted = "Can it be pipetted?", data.section("dilution"), data.training("dsd_diluted")
    growth, tolerated_growth = (found.get(f"{name}growth_per_iteration") for name in ("", "tolerated_"))
    if not found or (growth is not None and not diluted):
        return Answer(question, UNKNOWN, "Not run: the volume of an iteration comes with the order.")
    if found.get("note"):
        return Answer(question, BAD, f"No: {found['note']}.")
    text = f"{_slurry(data)}One iteration with its top-up increases the volume by {percent(growth)}"
    if _slurry(data):
        return Answer(question, BAD, f"{text}.")
    count, whole = diluted.get("iterations") or 0, bench_iterations(data) or 0
    if tolerated_growth != growth:
        most = f"{percent(tolerated_growth)} is tolerated" if tolerated_growth else "even 0.01 % is not tolerated"
        text += f", which dilutes the parameters: the test error would end at {number(diluted['rmse_after'])}, and {most}. "
        return Answer(question, BAD, text + "The volume has to be restored on a spin filter after each iteration.")
    if count < whole:
        text += (
            f". The training tolerates it over the first {number(count)} of {number(whole)} iterations: what the others do is"
        )
        return Answer(question, UNKNOWN, f"{text} unknown.")
    return Answer(question, GOOD, f"{text}, which the training tolerates.")


def _slurry(data: ReportData) -> str:
    """That there is no room for the beads, where there is none."""
    needed, most = (data.section("beads").get(f"{name}slurry_uL_per_100_uL", 0.0) for name in ("", "most_"))
    if needed <= most:
        return ""
    return f"No: one iteration needs {number(needed, 3)} µL of bead slurry for 100 µL of reaction; {number(most, 3)} µL fit. "


def _one_pot(data: ReportData) -> Answer:
    question, pot, ideal = "Can it run without topping up?", data.training("one_pot"), data.training("ideal")
    if not pot:
        return Answer(question, UNKNOWN, "Not run: there is no training without top-up in this folder.")
    text = f"In one pot, without refilling fuels, the test error ends at {number(pot['rmse_after'])}"
    good = bool(ideal) and pot["rmse_after"] < ALLOWED_RATIO * ideal["rmse_after"]
    text += "." if good else ", so the protocol tops fuels and gates up before every iteration."
    return Answer(question, GOOD if good else CAUTION if pot["rmse_after"] < LEARNED * pot["rmse_before"] else BAD, text)


def _buildable(data: ReportData) -> Answer:
    question, found, order = "Can the strands be ordered?", data.section("sequences"), data.section("order")
    violations = found.get("hard_violations")
    if violations is None:
        return Answer(question, UNKNOWN, "Not run: no sequences have been designed in this folder.")
    broken = "no hard rule is broken" if not violations else f"hard rules are broken {number(violations)} times"
    text = f"{number(found['domains'])} domains have sequences; {broken}."
    if order:
        oligos, bases, longest = (number(order.get(key)) for key in ("oligos", "bases", "longest_nt"))
        text += f" {oligos} oligos, {bases} bases; the longest has {longest} nt."
    lasts, whole = order.get("iterations_covered"), bench_iterations(data) or 0
    if violations or lasts is None or lasts >= whole:
        return Answer(question, GOOD if not violations else BAD, text)
    text += f" The amounts last {number(lasts)} of {number(whole)} iterations; then order again."
    return Answer(question, CAUTION, text)


def headline(data: ReportData) -> str:
    """The whole run in one sentence."""
    learns, leak = _learns(data).status, _survives_leak(data).status
    if learns == UNKNOWN:
        network = _network_learns(data)
        words = {GOOD: "The abstract network learns this task. ", BAD: "The abstract network does not learn this task. "}
        failed = " and ".join(name for name, _ in failed_stages(data))
        untrained = f"could not be trained: {failed} failed" if failed else "has not been trained yet"
        return f"{words.get(network.status, '')}The strand-level circuit {untrained}."
    if learns == BAD and not partly_simulated(data):
        return "The strand-level circuit does not learn this task, even without leak."
    learned = "The strand-level circuit learns this task"
    if partly_simulated(data):
        count = number(data.training("dsd")["iterations"])
        network = "learns" if _network_learns(data).status == GOOD else "does not learn"
        learned = f"The abstract network {network} this task; the strand-level circuit follows it for {count} iterations"
    return (
        learned
        + {
            BAD: " in a leak-free tube, but does not survive the leak of published gates.",
            CAUTION: ", and survives the leak of the best of the published gates.",
            GOOD: ", and survives the leak of published gates.",
            UNKNOWN: "; its leak tolerance has not been studied.",
        }[leak]
    )


def limits(data: ReportData) -> tuple[str, ...]:
    """What limits the circuit, worst first, in sentences."""
    found: list[str] = []
    if data.leak_ranking:
        worst = max(data.leak_ranking, key=lambda row: row.share)
        share = percent(worst.share)
        found.append(f"Leak: the gates of {worst.origin} do the most harm, {share} of one iteration's parameter error.")
    worst_reaction = section_of(data.section("fidelity"), "worst_reaction")
    if worst_reaction.get("error") is not None:
        error = percent(abs(worst_reaction["error"]))
        found.append(f"Rates: {worst_reaction['origin']} is furthest from its formal rate, by {error}.")
    found += _real_tubes(data)
    fuel = data.section("fuel")
    if fuel.get("limiting_fuel"):
        count = number(fuel["iterations_to_10_percent"], 2)
        found.append(f"Fuel: {fuel['limiting_fuel']} is the first to lose a tenth, after {count} iterations without top-up.")
    return tuple(found)


def _real_tubes(data: ReportData) -> list[str]:
    """How many of the tubes with imperfections learn, where some were trained."""
    made = section_of(data.section("leaks"), "yield")
    count = section_of(made, "learning").get("count")
    if count is None or count == made["samples"]:
        return []
    return [f"Imperfections of the bench: only {count} of {made['samples']} tubes learn what the ideal network learns."]


def partly_simulated(data: ReportData) -> bool:
    """Whether strands were simulated for fewer iterations than the training has."""
    strands, ideal = data.training("dsd"), data.training("ideal")
    return bool(strands and ideal) and strands["iterations"] < ideal["iterations"]


def bench_iterations(data: ReportData) -> int | None:
    """How many iterations the training takes at the bench: those of the ideal network, or of the strands alone."""
    found = data.training("ideal").get("iterations") or data.training("dsd").get("iterations")
    return found if data.training("dsd") else None


def bench_hours(data: ReportData) -> float | None:
    """Hours of an iteration, at the rates of the sequences where there are some."""
    return data.section("sequence_rates").get("hours_per_iteration") or data.section("fidelity").get("hours_per_iteration")


def duration(data: ReportData) -> str | None:
    """How long the training takes in the laboratory; None where the timing is not known."""
    hours, iterations = bench_hours(data), bench_iterations(data)
    if hours is None or iterations is None:
        return None
    whole = f"{days(hours * iterations)} for the {number(iterations)} iterations of this training"
    band = _band(data, "fidelity", "hours_per_iteration", "h")
    ideal = "; occupied toeholds, which were not simulated, make it longer" if data.nothing_rests else ""
    work = data.section("fidelity").get("calibration") or {"aliquots": 0}
    first = (
        f", and {days(work['hours'])} before for the {work['aliquots']} aliquots of its calibration" if work["aliquots"] else ""
    )
    return f"{number(hours, 2)} h for an iteration{band}, {whole}{first}{ideal}"


def _best_way(data: ReportData) -> list[str]:
    """The change of the design that buys most against leak, if any does."""
    known = {row.way: row.first_error for row in data.ways if not row.failure}
    as_it_is = known.pop(AS_IT_IS, None)
    if as_it_is is None or not known:
        return []
    best = min(known, key=lambda name: known[name])
    if known[best] >= as_it_is:
        return ["None of the mitigations tried lowers the error of the first iteration at this leak; see the section on leak."]
    before, after = percent(as_it_is), percent(known[best])
    return [f"The mitigation that helps most: {best}; {after} error in the first iteration instead of {before}."]


def advice(data: ReportData) -> tuple[str, ...]:
    """What to do next, as far as the numbers say."""
    todo = [f"First: fix what made {name} fail and run again; finished stages are kept." for name, _ in failed_stages(data)]
    tolerated = data.section("leaks").get("tolerated_leak_per_M_per_s")
    if data.leak_curve and (not tolerated or tolerated < LITERATURE_LEAK[0]):
        todo.append(
            "Before ordering: reduce the effect of leak. Raise signals relative to gates (chemistry.unit), shorten the phases, "
            "and give less excess to the gates that leak most; dsd-ncrn tune searches for such an operating point, dsd-ncrn "
            "redesign for a design whose real tubes learn."
        )
        todo += _best_way(data)
        todo.append("At the bench: measure the leak of single gates first.")
    hours, iterations = bench_hours(data), bench_iterations(data)
    if hours and iterations and hours * iterations > 24 * 7:
        todo.append(
            "Train for fewer iterations with a larger learning rate: this training takes more than a week at the bench."
        )
    if data.training("one_pot") and _one_pot(data).status != GOOD:
        todo.append("Top up before every iteration, or exchange fuels by flow: one pot does not last.")
    if data.section("dilution").get("growth_per_iteration") and _pipetted(data).status == BAD:
        todo.append(
            "Restore the volume after every iteration, on a spin filter (try this on one iteration first), or use more "
            "concentrated stocks and a larger learning rate."
        )
    if data.section("sequences").get("hard_violations"):
        todo.append("Fix the sequences that break hard rules before ordering, or give the search more time.")
    if (data.section("order").get("longest_nt") or 0) > LONG_OLIGO_NT:
        todo.append(
            f"Order the strands over {LONG_OLIGO_NT} nt purified by PAGE: a plain synthesis of 100 nt is 40 to 60 % whole."
        )
    return tuple(todo)


FINISHED, FAILED_STAGE = "finished", "failed: "
"""What the summary says of a finished stage, and what it says of a failed one begins with."""


def failed_stages(data: ReportData) -> list[tuple[str, str]]:
    """Every stage that failed, and what it said."""
    return [(name, state.removeprefix(FAILED_STAGE)) for name, state in data.stages.items() if state.startswith(FAILED_STAGE)]


def missing_stages(data: ReportData) -> list[tuple[str, str]]:
    """Every stage that did neither finish nor fail, and why it is not there."""
    return [(name, state) for name, state in data.stages.items() if state != FINISHED and not state.startswith(FAILED_STAGE)]
