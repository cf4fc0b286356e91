"""nuad's local search, started from given words and stopped with the best kept.

Three habits of nuad 0.4.6 shape this file. It weighs domains by the violations they had when a search began, and never
again: so the search runs in short rounds. It leaves a rejected change in memory when it is interrupted: so a copy is
taken at each improvement. It prints a line for every step: so its output goes nowhere.
"""

from __future__ import annotations

import io
import logging
import time
import warnings
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field, replace
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from dsd_ncrn.dsd.structure import Strand
from dsd_ncrn.errors import InputError
from sequences.families import RULES
from sequences.rules.base import Context, SearchParts
from sequences.rules.words import TOP_BASES

if TYPE_CHECKING:
    import numpy as np

ROUND = 150
"""Steps between two looks at which domains are to blame."""

GOAL_STEP = 0.5
"""How much (kcal/mol) the goal is tightened when every pair meets it."""

USEFUL_SHARE = 0.6
"""The search ends when no branch pair is worse than this share of the design's limit."""

_EPSILON = 1e-6
_TRIES = 16
_SEED_STRIDE = 1_000_003  # rounds draw differently, and other seeds do not repeat them
_MOST_CHANGES = 4


class _Stop(Exception):
    """The time limit has passed."""


def require_nuad() -> None:
    """Raises InputError naming the commands that install nuad, where it is absent."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its invalid escapes are warnings from Python 3.12 on
            import nuad.search  # noqa: F401  # pyright: ignore[reportUnusedImport]  # whether it can be imported
    except ImportError as error:
        remedy = "In a checkout run `uv sync`; with pip run `pip install --no-deps nuad==0.4.6` after installing this."
        raise InputError("designing sequences needs the package nuad", str(error), remedy) from error


@dataclass
class Search:
    """One search and the best words so far: what an interrupted search leaves is as good as what it returns.

    ``deadline`` is in seconds of ``time.process_time``, which other work on the machine does not use up; ``progress``
    gets the share of steps done. Not frozen: nuad reports back to it at every step.
    """

    context: Context
    best: dict[str, str]
    steps: int
    deadline: float
    progress: Callable[[float], None]
    done: int = 0
    time_limit_hit: bool = field(default=False)

    def run(self, seed: int) -> None:
        """Search for ``steps`` steps, or until the deadline, tightening the goal whenever it is met."""
        with TemporaryDirectory(prefix="sequences-") as directory, quiet():
            try:
                self._rounds(seed, directory)
            except _Stop:
                self.time_limit_hit = True

    def _rounds(self, seed: int, directory: str) -> None:
        design, parts = _design(self.context, self.best)
        easiest = USEFUL_SHARE * self.context.limits.branch_crosstalk
        first = True
        # Rounds: within one the goal stands; a round that ended early has met it, and the next has a stricter one.
        while self.done < self.steps and self.context.branch_goal <= easiest:
            before = self.done
            # Each round draws differently, the same for the same seed.
            self._round(design, parts, directory, seed + _SEED_STRIDE * before, resumed=not first)
            first = False
            if self.done - before < min(ROUND, self.steps - before):
                self.context = tightened(self.context, self.context.branch_goal)

    def _round(self, design: Any, parts: SearchParts, directory: str, seed: int, resumed: bool) -> None:
        from nuad.search import SearchParameters, search_for_sequences

        def keep(_: int) -> None:
            self.best = {domain.name: domain.sequence() for domain in parts.branches}

        parameters = SearchParameters(
            # The rules give nuad its constraints: what they judge by is what is searched for.
            constraints=[each for rule in RULES.values() for each in rule.constraints(parts, self.context)],
            out_directory=directory, restart=resumed, force_overwrite=True, random_seed=seed,
            max_iterations=min(ROUND, self.steps - self.done), on_improved_design=keep, warn_fixed_sequences=False,
            probability_of_keeping_change=self._probability, never_increase_score=True,
        )  # fmt: skip
        search_for_sequences(design, parameters)

    def _probability(self, change: float) -> float:
        """Keep what is no worse; nuad asks once at every step, which makes it the place to count and to stop."""
        self.done += 1
        self.progress(self.done / self.steps)
        if time.process_time() > self.deadline:
            raise _Stop
        # Sideways moves are kept, so that the search drifts along plateaus of equal score.
        return 1.0 if change <= _EPSILON else 0.0


def tightened(context: Context, reached: float) -> Context:
    """The next goal, once every branch pair is above an energy (kcal/mol)."""
    return replace(context, branch_goal=reached + GOAL_STEP, branch_floor=reached)


def _design(context: Context, words: Mapping[str, str]) -> tuple[Any, SearchParts]:
    """The circuit in nuad's terms: branches to be changed, toeholds fixed, every strand."""
    import nuad.constraints as nuad

    pools = {length: _pool(length, context) for length in sorted({domain.length for domain in context.layout.branches})}
    domains = {name: nuad.Domain(name=name, sequence=bases, fixed=True) for name, bases in context.sequences.items()}
    for domain in context.layout.branches:
        domains[domain.name] = nuad.Domain(name=domain.name, pool=pools[domain.length])
        domains[domain.name].set_sequence(words[domain.name])
    tops = [to_strand(f"top{number}", strand, domains) for number, strand in enumerate(context.layout.tops)]
    bottoms = [to_strand(f"bottom{number}", strand, domains) for number, strand in enumerate(context.layout.bottoms)]
    parts = SearchParts(nuad, [domains[domain.name] for domain in context.layout.branches], tops, bottoms)
    return nuad.Design(strands=[*tops, *bottoms]), parts


def _pool(length: int, context: Context) -> Any:
    """A source of words that pass every filter and are close to the word they replace.

    nuad's own source lists and shuffles all words at a distance, which takes two thirds of the search where filters are
    narrow; this one tries a few at random.
    """
    import nuad.constraints as nuad
    from nuad.np import DNASeqList

    rules = tuple(RULES.values())
    filters = [each for rule in rules for each in rule.filters(nuad, length, context)]
    checks = [each for each in filters if not isinstance(each, nuad.RestrictBasesFilter)]  # in the letters of _varied

    class NearbyWords(nuad.DomainPool):
        def generate_sequence(self, rng: np.random.Generator, previous_sequence: str | None = None) -> str:
            assert previous_sequence is not None, "branches start from given words"
            while True:
                batch = DNASeqList(seqs=[_varied(previous_sequence, rng) for _ in range(_TRIES)])
                for check in checks:
                    batch = check.remove_violating_sequences(batch)
                for word in batch.to_list():
                    if all(rule.admits(word, context) for rule in rules):
                        return word

    return NearbyWords(name=f"branch{length}", length=length, numpy_filters=filters)


def _varied(word: str, rng: np.random.Generator) -> str:
    """The word with one to four bases exchanged."""
    letters = list(word)
    for position in rng.choice(len(word), size=rng.integers(1, _MOST_CHANGES + 1), replace=False):
        letters[position] = str(rng.choice([base for base in TOP_BASES if base != letters[position]]))
    return "".join(letters)


def to_strand(name: str, strand: Strand, domains: Mapping[str, Any]) -> Any:
    """A strand in nuad's terms, made of its objects for unstarred domains."""
    import nuad.constraints as nuad

    return nuad.Strand(
        domains=[domains[domain.name] for domain in strand],
        starred_domain_indices=[index for index, domain in enumerate(strand) if domain.starred],
        name=name,
    )


@contextmanager
def quiet() -> Generator[None]:
    """nuad's prints and log lines go nowhere."""
    import nuad.constraints as nuad

    level = nuad.logger.level
    nuad.logger.setLevel(logging.ERROR)
    try:
        with redirect_stdout(io.StringIO()):
            yield
    finally:
        nuad.logger.setLevel(level)
