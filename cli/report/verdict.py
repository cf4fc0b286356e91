"""A run in one sentence, what limits it, and what to do next."""

from __future__ import annotations

from cli.report.cards import answers
from cli.report.data import ReportData
from cli.report.figures.leaks import LITERATURE_LEAK
from cli.report.findings import (
    BAD,
    GOOD,
    UNKNOWN,
    bench_hours,
    bench_iterations,
    conditions,
    partly_simulated,
    perfect_tube,
    smallest_rate,
)
from cli.report.text import number, percent
from dsd_ncrn.analysis import ALLOWED_RATIO, AS_IT_IS
from dsd_ncrn.runs.files import section_of

LONG_OLIGO_NT = 60
"""Beyond it a plain synthesis has too many incomplete strands: of a 100-mer 37 to 61 % are whole at 99 to 99.5 % coupling."""


def tolerated(data: ReportData) -> str:
    """The tolerated leak rate as a number, or what it is under; empty where there is no study."""
    found = data.section("leaks").get("tolerated_leak_per_M_per_s")
    if found:
        return number(found, 2)
    return f"< {number(smallest_rate(data), 2)}" if data.leak_curve else ""


def headline(data: ReportData) -> str:
    """The whole run in one sentence."""
    found = {each.key: each.status for each in answers(data)}
    if bench := data.section("bench"):
        only = {GOOD: "learns this task in", UNKNOWN: "was trained in few tubes; it learns this task in"}
        says = only.get(found["bench"], "learns this task in only")
        return f"The strand-level circuit {says} {bench['learned']} of {bench['tubes']} simulated tubes ({conditions(data)})."
    learns = perfect_tube(data)[0]
    if learns == UNKNOWN:
        words = {UNKNOWN: "", BAD: "The abstract network does not learn this task. "}
        failed = " and ".join(name for name, _ in failed_stages(data))
        untrained = f"could not be trained: {failed} failed" if failed else "has not been trained yet"
        return f"{words.get(found['ideal'], 'The abstract network learns this task. ')}The strand-level circuit {untrained}."
    if learns == BAD and not partly_simulated(data):
        return "The strand-level circuit does not learn this task, even without leak."
    learned = "The strand-level circuit learns this task"
    if partly_simulated(data):
        count = number(data.training("dsd")["iterations"])
        network = "does not learn" if found["ideal"] == BAD else "learns"
        learned = f"The abstract network {network} this task; the strand-level circuit follows it for {count} iterations"
    if found["leaks"] == BAD:
        return f"{learned} in a leak-free tube, but does not survive the leak of published gates."
    return f"{learned} in a leak-free tube; tubes with the imperfections of a bench have not been trained."


def limits(data: ReportData) -> tuple[str, ...]:
    """What limits the circuit, worst first, in sentences."""
    found: list[str] = []
    if data.leak_ranking:
        worst = max(data.leak_ranking, key=lambda row: row.share)
        share = percent(worst.share)
        found.append(f"Leak: the gates of {worst.origin} do the most harm, {share} of one iteration's parameter error.")
    worst_reaction = section_of(data.mixed, "worst_reaction")
    if worst_reaction.get("error") is not None:
        error = percent(abs(worst_reaction["error"]))
        found.append(f"Rates: {worst_reaction['origin']} is furthest from its formal rate, by {error}.")
    found += _real_tubes(data)
    if _unlucky(data):
        here, draws = data.section("bench"), data.section("bench")["other_draws"]
        found.append(
            f"Data: at this draw (seed {data.summary.get('seed')}) {here['learned']} of {here['tubes']} tubes learn, at "
            f"{len(draws['by_draw'])} others {draws['learned']} of {draws['tubes']}."
        )
    fuel = data.section("fuel")
    if fuel.get("limiting_fuel"):
        count = number(fuel["iterations_to_10_percent"], 2)
        found.append(f"Fuel: {fuel['limiting_fuel']} is the first to lose a tenth, after {count} iterations without top-up.")
    return tuple(found)


def _unlucky(data: ReportData) -> bool:
    """Whether other draws of the data are learned in more tubes than chance explains."""
    bench = data.section("bench")
    draws = bench.get("other_draws")
    return bool(draws) and draws["learned"] / draws["tubes"] > bench["interval"][1]


def _real_tubes(data: ReportData) -> list[str]:
    """How many of the tubes with imperfections learn, where some were trained."""
    made = section_of(data.section("leaks"), "yield")
    count = section_of(made, "learning").get("count")
    if count is None or count == made["samples"]:
        return []
    return [f"Imperfections of the bench: only {count} of {made['samples']} tubes learn what the ideal network learns."]


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
    cards = {each.key: each.status for each in answers(data)}
    tolerated = data.section("leaks").get("tolerated_leak_per_M_per_s")
    if data.leak_curve and not data.section("bench") and (not tolerated or tolerated < LITERATURE_LEAK[0]):
        todo.append(
            "Before ordering: reduce the effect of leak. Raise signals relative to gates (chemistry.unit), shorten the phases, "
            "and give less excess to the gates that leak most; dsd-ncrn tune searches for such an operating point."
        )
        todo += _best_way(data)
        todo.append("At the bench: measure the leak of single gates first.")
    if data.training("dsd") and cards["bench"] != GOOD:
        todo.append(
            "For a design that learns in real tubes: dsd-ncrn redesign DESIGN --conditions bench searches form, scheme and "
            "operating point together."
        )
    if _unlucky(data):
        todo.append("Run again with another --seed, which draws other training points: more tubes learn at others.")
    hours, iterations = bench_hours(data), bench_iterations(data)
    if hours and iterations and hours * iterations > 24 * 7:
        todo.append(
            "Train for fewer iterations with a larger learning rate: this training takes more than a week at the bench."
        )
    pot, ideal = data.training("one_pot"), data.training("ideal")
    if pot and not (ideal and pot["rmse_after"] < ALLOWED_RATIO * ideal["rmse_after"]):
        todo.append("Top up before every iteration, or exchange fuels by flow: one pot does not last.")
    if not data.section("bench") and data.section("dilution").get("growth_per_iteration") and cards["pipetted"] == BAD:
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
