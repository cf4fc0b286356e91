"""From a circuit to sequences: toeholds by enumeration, branches by a greedy start and nuad's search."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.dsd.system import DsdSystem
from sequences.assignment import Candidate, SequenceAssignment
from sequences.layout import Layout
from sequences.nuad_search import Search, require_nuad, tightened
from sequences.rules.base import Context
from sequences.seeding import choose_toeholds, draw_words, greedy_words
from sequences.sites import exposed_toeholds
from sequences.thermo import PARAMETER_SET, Energies
from sequences.verdicts import judge_domains

if TYPE_CHECKING:
    from numpy.random import Generator

Progress = Callable[[float, str], None]

_SAMPLE = 60
_WORDS = 3000
_WORDS_PER_BRANCH = 100
_SEED_SHARE = 0.2
_SEED_OF_CANDIDATE = 104_729
_COMPARED = 100
"""With more branches than this the time is better spent on one candidate, from a large library."""


_SECONDS_PER_STEP = 2.5e-3
_SECONDS_PER_STEP_AND_BRANCH = 1.3e-4  # a step computes the energies of one branch with all others


class SearchInterrupted(KeyboardInterrupt):
    """The user interrupted the search; ``best`` holds the best sequences until then."""

    def __init__(self, best: SequenceAssignment) -> None:
        super().__init__("sequence search interrupted")
        self.best = best


def design_sequences(
    system: DsdSystem,
    rules: SequenceRules,
    temperature: float,
    seed: int,
    progress: Progress | None = None,
    steps: int | None = None,
) -> SequenceAssignment:
    """Sequences for every domain of a circuit, the same for the same seed: the best of several candidates.

    ``temperature`` is in degrees Celsius; ``progress`` gets a share (0 to 1) and what is being done. Where not
    given, the number of ``steps``, which the candidates share, follows from the rules' time limit and the circuit's size
    alone, so that a result does not depend on the machine; only where the limit itself passes first, which the result
    records, could another machine go further.

    Raises InputError where nuad is absent or the rules leave no words, and SearchInterrupted, with the best sequences
    found, on an interrupt once there are any.
    """
    require_nuad()
    branches = len(Layout.of(system).branches)
    # A start for hundreds of branches takes most of the time: better one from a large library than several.
    if branches > _COMPARED:
        rules = rules.model_copy(update={"candidates": 1})
    contest = _Contest(system, rules, temperature, seed, progress or (lambda share, message: None))
    try:
        contest.run(max(1, (steps or _steps(rules, branches)) // rules.candidates))
    except KeyboardInterrupt as interrupt:
        if contest.found:
            raise SearchInterrupted(contest.result()) from interrupt
        raise
    return contest.result()


class _Contest:
    """Candidates that start from different chance, searched one after the other and compared by their verdicts.

    Holds what has been found so far, so that an interrupt loses nothing.
    """

    def __init__(self, system: DsdSystem, rules: SequenceRules, temperature: float, seed: int, tell: Progress) -> None:
        self.system, self.rules, self.temperature, self.seed, self.tell = system, rules, temperature, seed, tell
        self.found: list[_Found] = []
        self.started, self.cpu = time.monotonic(), time.process_time()

    def run(self, steps: int) -> None:
        """Search every candidate for some steps, until the time limit has passed."""
        # Local searches end in different optima, so that candidates are searched from different chance and compared.
        for number in range(self.rules.candidates):
            if self.found and self.found[-1].out_of_time and self._left() <= 0:
                break
            self._candidate(number, steps)

    def _candidate(self, number: int, steps: int) -> None:
        def tell(share: float, message: str) -> None:
            self.tell((number + share) / self.rules.candidates, message)

        context, words = _start(self.system, self.rules, self.temperature, (self.seed, number), tell)
        # Processor time: what else the machine does must not change the result.
        deadline = time.process_time() + self.rules.time_limit / self.rules.candidates
        search = Search(
            context, words, steps, deadline, lambda share: tell(_SEED_SHARE + (1 - _SEED_SHARE) * share, "searching")
        )
        try:
            search.run(self.seed + _SEED_OF_CANDIDATE * number)
        finally:
            self._keep(number, search)

    def _keep(self, number: int, search: Search) -> None:
        sequences = {**search.context.sequences, **search.best}
        words = {domain.name: sequences[domain.name] for domain in self.system.domains}
        # Compared by all rules, not by the search's own score, which knows branches only.
        judged = judge_domains(self.system, SequenceAssignment(words), self.rules, self.temperature)
        failed, spread = len(judged.failed), judged.toehold_spread_kcal
        candidate = Candidate(number, search.done, judged.hard_violations, failed, judged.gap, spread)
        self.found.append(_Found(candidate, words, judged.rank, search.time_limit_hit))

    def _left(self) -> float:
        return self.cpu + self.rules.time_limit - time.process_time()

    def result(self) -> SequenceAssignment:
        """The best candidate so far, with the comparison."""
        ranked = sorted(self.found, key=lambda found: found.rank)
        energies = Energies.under(self.rules, self.temperature)
        return SequenceAssignment(
            sequences=ranked[0].words,
            seed=self.seed,
            parameter_set=PARAMETER_SET,
            temperature=energies.temperature,
            sodium=energies.sodium,
            iterations=sum(found.candidate.iterations for found in self.found),
            time_limit_hit=any(found.out_of_time for found in self.found),
            seconds=time.monotonic() - self.started,
            candidates=tuple(found.candidate for found in ranked),
        )


@dataclass(frozen=True, slots=True)
class _Found:
    candidate: Candidate
    words: dict[str, str]
    rank: tuple[int, int, float, float]
    out_of_time: bool


def _start(
    system: DsdSystem, rules: SequenceRules, temperature: float, seed: tuple[int, int], tell: Progress
) -> tuple[Context, dict[str, str]]:
    """The toeholds, and branch words that already keep apart from each other."""
    import numpy as np

    rng = np.random.default_rng(seed)
    layout = Layout.of(system)
    context = Context(layout, rules, Energies.under(rules, temperature), {})
    needed = Counter(domain.length for domain in layout.branches)
    tell(0.0, "choosing toeholds")
    # 1: toeholds first, since they are few and set the rates; branch words then keep away from them.
    exposed = tuple(dict.fromkeys((row, leads) for row, _, leads in exposed_toeholds(system)))
    context = replace(context, sequences=choose_toeholds(context, exposed, _sample(context, needed, rng), rng))
    tell(_SEED_SHARE / 4, "collecting branch words")
    # 2: branch words; for hundreds of branches a set without foes is looked for, for fewer a greedy choice does.
    if len(needed) == 1 and needed.total() > _COMPARED:
        chosen, goal = _picked(context, needed, rng, tell)
    else:
        pools = {length: draw_words(length, min(_WORDS, _WORDS_PER_BRANCH * needed[length]), context, rng) for length in needed}
        tell(_SEED_SHARE / 2, "accepting branch words")
        chosen, goal = greedy_words(pools, needed, context)
    # 3: one word for each branch; the search goes on from the energy that they already keep.
    words = {domain.name: chosen[domain.length].pop(0) for domain in layout.branches}
    tell(_SEED_SHARE, "searching")
    return tightened(context, goal), words


def _picked(context: Context, needed: Counter[int], rng: Generator, tell: Progress) -> tuple[dict[int, list[str]], float]:
    """Branch words of one length for hundreds of branches, and the energy (kcal/mol) that no pair is worse than."""
    from sequences.library import WORDS_PER_BRANCH, picked_words  # it compiles

    (length, count), *_ = needed.items()
    library = draw_words(length, WORDS_PER_BRANCH * count, context, rng, closed=True)

    def picking(share: float) -> None:
        tell(_SEED_SHARE / 2 * (1.0 + share), "picking branch words")

    words, goal = picked_words(library, count, context, rng, picking)
    return {length: words}, goal


def _sample(context: Context, needed: Counter[int], rng: Generator) -> list[str]:
    bare = replace(context, layout=replace(context.layout, toeholds=()))
    return [word for length in needed for word in draw_words(length, _SAMPLE, bare, rng)]


def _steps(rules: SequenceRules, branches: int) -> int:
    """Steps that take about a third of the time limit on one ordinary core."""
    return max(1, int(rules.time_limit / 3 / (_SECONDS_PER_STEP + _SECONDS_PER_STEP_AND_BRANCH * branches)))
