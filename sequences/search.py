"""From a circuit to sequences: toeholds by enumeration, branches by a greedy start and nuad's search."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.dsd.system import DsdSystem
from sequences.assignment import SequenceAssignment
from sequences.layout import Layout
from sequences.nuad_search import Search, require_nuad, tightened
from sequences.rules.base import Context
from sequences.seeding import draw_words, greedy_words
from sequences.thermo import PARAMETER_SET, Energies
from sequences.toeholds import choose_toeholds

Progress = Callable[[float, str], None]

_SAMPLE = 60
_CANDIDATES = 3000
_SEED_SHARE = 0.2

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
    """Sequences for every domain of a circuit, the same for the same seed.

    ``temperature`` is in degrees Celsius; ``progress`` gets a share (0 to 1) and what is being done. Where not
    given, the number of ``steps`` follows from the rules' time limit and the circuit's size alone, so that a result does
    not depend on the machine; only where the limit itself passes first, which the result records, could another machine
    go further.

    Raises InputError where nuad is absent or the rules leave no words, and SearchInterrupted, with the best sequences
    found, on an interrupt during the search.
    """
    start = time.monotonic()
    tell = progress or (lambda share, message: None)
    require_nuad()
    context, words = _start(system, rules, temperature, seed, tell)
    search = Search(
        context, words, steps or _steps(rules, len(words)), time.process_time() + rules.time_limit,
        lambda share: tell(_SEED_SHARE + (1 - _SEED_SHARE) * share, "searching"),
    )  # fmt: skip

    def result() -> SequenceAssignment:
        return _assignment(system, search, seed, time.monotonic() - start)

    try:
        search.run(seed)
    except KeyboardInterrupt as interrupt:
        raise SearchInterrupted(result()) from interrupt
    return result()


def _start(
    system: DsdSystem, rules: SequenceRules, temperature: float, seed: int, tell: Progress
) -> tuple[Context, dict[str, str]]:
    """The toeholds, and branch words that already keep apart from each other."""
    import numpy as np

    rng = np.random.default_rng(seed)
    layout = Layout.of(system)
    context = Context(layout, rules, Energies.under(rules, temperature), {})
    needed = Counter(domain.length for domain in layout.branches)
    tell(0.0, "choosing toeholds")
    context = replace(context, sequences=choose_toeholds(context, _sample(context, needed, rng), rng))
    tell(_SEED_SHARE / 4, "collecting branch words")
    pools = {length: draw_words(length, _CANDIDATES, context, rng) for length in needed}
    tell(_SEED_SHARE / 2, "accepting branch words")
    chosen, goal = greedy_words(pools, needed, context)
    words = {domain.name: chosen[domain.length].pop(0) for domain in layout.branches}
    tell(_SEED_SHARE, "searching")
    return tightened(context, goal), words


def _sample(context: Context, needed: Counter[int], rng: Any) -> list[str]:
    bare = replace(context, layout=replace(context.layout, toeholds=()))
    return [word for length in needed for word in draw_words(length, _SAMPLE, bare, rng)]


def _steps(rules: SequenceRules, branches: int) -> int:
    """Steps that take about a third of the time limit on one ordinary core."""
    return max(1, int(rules.time_limit / 3 / (_SECONDS_PER_STEP + _SECONDS_PER_STEP_AND_BRANCH * branches)))


def _assignment(system: DsdSystem, search: Search, seed: int, seconds: float) -> SequenceAssignment:
    found = {**search.context.sequences, **search.best}
    return SequenceAssignment(
        sequences={domain.name: found[domain.name] for domain in system.domains},
        seed=seed,
        parameter_set=PARAMETER_SET,
        temperature=search.context.energies.temperature,
        sodium=search.context.energies.sodium,
        iterations=search.done,
        time_limit_hit=search.time_limit_hit,
        seconds=seconds,
    )
