"""The search: sound, repeatable, bounded, and interruptible with the best kept."""

from __future__ import annotations

import builtins
import os
import subprocess
import sys
from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.errors import InputError
from sequences import search
from sequences.assignment import SequenceAssignment, assignment_csv
from sequences.layout import Layout
from sequences.library import _reached
from sequences.properties import stack_energies
from sequences.rules.base import Context
from sequences.search import SearchInterrupted, design_sequences
from sequences.seeding import _letters, _strongest_common_run, draw_words, greedy_words
from sequences.thermo import PARAMETER_SET, Energies
from sequences.verdicts import judge, judge_domains, shortfall
from sequences_circuits import SMALL_WORDS, linear_circuit, small_circuit

pytest.importorskip("nuad")

RULES = SequenceRules(candidates=1)


@pytest.fixture(scope="module")
def found() -> SequenceAssignment:
    return design_sequences(small_circuit(), RULES, 25.0, 0, steps=40)


def test_a_small_design_meets_every_hard_rule(found: SequenceAssignment) -> None:
    verdicts = judge(small_circuit(), found, RULES, 25.0)
    assert verdicts.hard_violations == 0
    assert verdicts.worst_crosstalk_kcal >= RULES.branch_crosstalk


def test_the_record_says_how_it_was_found(found: SequenceAssignment) -> None:
    assert (found.seed, found.parameter_set, found.temperature) == (0, PARAMETER_SET, 25.0)
    assert found.sodium == pytest.approx(0.419, abs=0.001)
    assert 0 < found.iterations <= 40
    assert not found.time_limit_hit
    assert found.seconds > 0


def test_domains_are_in_the_circuits_order(found: SequenceAssignment) -> None:
    assert list(found.sequences) == [domain.name for domain in small_circuit().domains]


def test_the_same_seed_gives_the_same_sequences_and_another_one_others(found: SequenceAssignment) -> None:
    assert design_sequences(small_circuit(), RULES, 25.0, 0, steps=40) == found
    assert design_sequences(small_circuit(), RULES, 25.0, 1, steps=40).sequences != found.sequences


def test_sequences_do_not_depend_on_string_hashes(found: SequenceAssignment) -> None:
    code = (
        "from sequences_circuits import small_circuit\n"
        "from dsd_ncrn.design.spec import SequenceRules\n"
        "from sequences.assignment import assignment_csv\n"
        "from sequences.search import design_sequences\n"
        "print(assignment_csv(design_sequences(small_circuit(), SequenceRules(candidates=1), 25.0, 0, steps=40)), end='')\n"
    )
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "PYTHONPATH": f"{here}{os.pathsep}{here.parent}"}
    other = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert other.stdout == assignment_csv(found)


def test_the_search_prints_nothing_and_reports_progress(capsys: pytest.CaptureFixture[str]) -> None:
    shares: list[float] = []
    design_sequences(small_circuit(), RULES, 25.0, 3, lambda share, message: shares.append(share), steps=10)
    assert capsys.readouterr().out == ""
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert shares[-1] <= 1.0


def test_an_interrupt_keeps_the_best_so_far() -> None:
    def interrupt(share: float, message: str) -> None:
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(SearchInterrupted) as caught:
        design_sequences(small_circuit(), RULES, 25.0, 0, interrupt, steps=40)
    assert isinstance(caught.value, KeyboardInterrupt)
    assert 0 < caught.value.best.iterations < 40
    assert judge(small_circuit(), caught.value.best, RULES, 25.0).hard_violations == 0


def test_a_passed_time_limit_is_recorded_and_leaves_a_whole_design() -> None:
    short = RULES.model_copy(update={"time_limit": 0.001})
    found = design_sequences(small_circuit(), short, 25.0, 0, steps=1000)
    assert found.time_limit_hit
    assert found.iterations < 1000
    assert judge(small_circuit(), found, RULES, 25.0).hard_violations == 0


def test_rules_that_leave_no_words_are_refused() -> None:
    impossible = RULES.model_copy(update={"gc_min": 0.95, "gc_max": 1.0})
    with pytest.raises(InputError, match="some word of 15 nt meets the sequence rules") as caught:
        design_sequences(small_circuit(), impossible, 25.0, 0, steps=1)
    assert "0 pass gc_content, the tightest rule" in str(caught.value)
    assert "sequences.gc_min" in str(caught.value)


def test_more_domains_than_different_words_end_with_how_many_there_are() -> None:
    """Four words do not do for five domains; the message says so and what to lengthen."""
    context = Context(Layout.of(small_circuit()), RULES, Energies.under(RULES, 25.0), {"t1": "T", "t2": "C", "t3": "ACA"})
    with pytest.raises(InputError, match=r"4 for 5 domains of 15 nt.*Lengthen translation\.branch"):
        greedy_words({15: [SMALL_WORDS[name] for name in ("x", "p", "z", "y")]}, Counter({15: 5}), context)


def test_a_limit_that_cannot_be_met_is_named_with_what_was_reached() -> None:
    strict = RULES.model_copy(update={"branch_crosstalk": -1.0})
    found = design_sequences(small_circuit(), strict, 25.0, 0, steps=10)
    message = shortfall(judge(small_circuit(), found, strict, 25.0))
    assert "branch_crosstalk is broken" in message
    assert "where the limit is -1" in message
    assert "Lower sequences.branch_crosstalk" in message
    assert "gap of" in message


def test_candidates_are_ranked_and_the_best_is_taken() -> None:
    rules = RULES.model_copy(update={"candidates": 3})
    found = design_sequences(small_circuit(), rules, 25.0, 0, steps=10)
    assert sorted(each.number for each in found.candidates) == [0, 1, 2]
    assert found.iterations == sum(each.iterations for each in found.candidates)
    ranks = [(each.hard_violations, each.failed, -each.gap, each.toehold_spread) for each in found.candidates]
    assert ranks == sorted(ranks)
    assert judge_domains(small_circuit(), found, rules, 25.0).rank == ranks[0]


def test_an_interrupt_in_the_second_candidate_keeps_the_first() -> None:
    rules = RULES.model_copy(update={"candidates": 2})

    def interrupt(share: float, message: str) -> None:
        if share > 0.55:
            raise KeyboardInterrupt

    with pytest.raises(SearchInterrupted) as caught:
        design_sequences(small_circuit(), rules, 25.0, 0, interrupt, steps=20)
    assert [each.number for each in caught.value.best.candidates] == [0]


def test_an_interrupt_before_there_are_any_sequences_is_passed_on() -> None:
    def interrupt(share: float, message: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        design_sequences(small_circuit(), RULES, 25.0, 0, interrupt, steps=20)
    assert not isinstance(caught.value, SearchInterrupted)


def test_without_nuad_the_commands_to_install_it_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *rest: object) -> object:
        if name.startswith("nuad"):
            raise ImportError("No module named 'nuad'")
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(InputError, match=r"uv sync.*pip install --no-deps nuad==0\.4\.6"):
        design_sequences(small_circuit(), RULES, 25.0, 0)


def test_the_greedy_start_keeps_every_pair_above_its_goal() -> None:
    import numpy as np

    context = Context(Layout.of(small_circuit()), RULES, Energies.under(RULES, 25.0), {"t1": "T", "t2": "C", "t3": "ACA"})
    pool = draw_words(15, 200, context, np.random.default_rng(0))
    assert len(set(pool)) == 200
    words, goal = greedy_words({15: pool}, Counter({15: 10}), context)
    assert len(words[15]) == 10
    assert min(context.energies.offtarget(*pair) for pair in combinations(words[15], 2)) >= goal


@pytest.mark.slow
@pytest.mark.parametrize("cooperative", [False, True])
def test_a_linear_regression_sized_circuit_is_designed_within_90_seconds(cooperative: bool) -> None:
    """35 branch domains, about 130 strands; published sets of 15 nt reach a gap of 4 to 6 (Qian and Winfree 2011)."""
    system = linear_circuit(cooperative)
    found = design_sequences(system, RULES, 25.0, 0)
    verdicts = judge(system, found, RULES, 25.0)
    assert found.seconds < 90
    assert verdicts.hard_violations == 0
    assert verdicts.gap > 9
    assert verdicts.toehold_spread_kcal < 0.5


def test_the_strongest_common_stretch_is_the_one_of_all_stretches() -> None:
    """Of 40 random words with one of another length: each stretch of a word that the other one has, too, by its stacks."""
    rng, stacks = np.random.default_rng(1), stack_energies(25.0)
    words = ["".join(rng.choice(list("ACT"), 9)) for _ in range(40)]
    other = "".join(rng.choice(list("ACT"), 12))
    energy = {a + b: stacks["ACGT".index(a), "ACGT".index(b)] for a in "ACGT" for b in "ACGT"}
    wanted = [
        min(
            sum(energy[word[n : n + 2]] for n in range(start, end - 1))
            for start in range(len(word))
            for end in range(start + 1, len(word) + 1)
            if word[start:end] in other or end == start + 1
        )
        for word in words
    ]
    assert _strongest_common_run(_letters(words), _letters([other])[0], stacks) == pytest.approx(wanted)


def test_words_without_foes_are_expected_by_the_largest_set_of_a_random_graph() -> None:
    """2 ln(n p) / p, of which 0.78 was reached: n = 1,000 and p = 0.01 give 2 ln(10) / 0.01."""
    met = np.zeros((1, 1000))
    met[0, :10] = -12.0
    assert _reached(met, -10.0) == pytest.approx(0.78 * 2 * np.log(10) / 0.01)
    assert _reached(met, -20.0) == 0.0


def test_few_branches_are_chosen_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library of words is for hundreds of them."""
    monkeypatch.setattr(search, "_picked", lambda *_: pytest.fail("a library for a few branches"))
    _, words = search._start(small_circuit(), RULES, 25.0, (0, 0), lambda *_: None)
    assert set(words) == {domain.name for domain in Layout.of(small_circuit()).branches}
