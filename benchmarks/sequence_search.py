"""The sequence search beside plain nuad on the same problem: CPU seconds to the same worst branch pair.

Run ``uv run benchmarks/sequence_search.py``; see README.md. Both get the same toeholds, filters, constraints and
energies. Plain nuad starts from chance, draws its words from its own pools, and searches in one go for what ours reached.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from cli.job import job_of
from dsd_ncrn.design.spec import SequenceRules
from dsd_ncrn.dsd.system import DsdSystem
from sequences.families import RULES
from sequences.layout import Layout
from sequences.nuad_search import quiet, to_strand
from sequences.rules.base import Context, SearchParts
from sequences.search import design_sequences
from sequences.thermo import Energies, forget

DESIGNS = Path(__file__).parent.parent / "designs"


class _Ended(Exception):
    """The wanted pair energy was reached, or the time is over."""


def worst_pair(words: list[str], energies: Energies) -> float:
    """The strongest duplex (kcal/mol) of a branch with a foreign complement."""
    return min(energies.offtarget(*pair) for pair in combinations(words, 2))


def plain_nuad(context: Context, seed: int, wanted: float, most_cpu: float) -> tuple[float, float]:
    """CPU seconds of a plain nuad search and the worst pair it came to, at most ``most_cpu`` seconds long."""
    from nuad.search import SearchParameters, search_for_sequences

    start = time.process_time()
    design, parts = _plain_design(context, lambda: time.process_time() - start > most_cpu)
    reached = [float("-inf")]

    def look(_: int) -> None:
        reached[0] = worst_pair([domain.sequence() for domain in parts.branches], context.energies)
        if reached[0] >= wanted:
            raise _Ended

    with TemporaryDirectory() as directory, quiet():
        parameters = SearchParameters(
            constraints=[each for rule in RULES.values() for each in rule.constraints(parts, context)],
            out_directory=directory, force_overwrite=True, random_seed=seed, on_improved_design=look,
            warn_fixed_sequences=False, save_design_for_all_updates=False,
        )  # fmt: skip
        with suppress(_Ended):
            search_for_sequences(design, parameters)
    return time.process_time() - start, reached[0]


def _plain_design(context: Context, over: Callable[[], bool]) -> tuple[Any, SearchParts]:
    import nuad.constraints as nuad

    def admits(word: str) -> bool:
        if over():
            raise _Ended
        return all(rule.admits(word, context) for rule in RULES.values())

    pools = {
        length: nuad.DomainPool(
            name=f"branch{length}",
            length=length,
            numpy_filters=[each for rule in RULES.values() for each in rule.filters(nuad, length, context)],
            sequence_filters=[admits],
        )
        for length in {domain.length for domain in context.layout.branches}
    }
    domains = {name: nuad.Domain(name=name, sequence=bases, fixed=True) for name, bases in context.sequences.items()}
    branches = [nuad.Domain(name=each.name, pool=pools[each.length]) for each in context.layout.branches]
    domains |= {each.name: each for each in branches}
    tops = [to_strand(f"top{number}", strand, domains) for number, strand in enumerate(context.layout.tops)]
    bottoms = [to_strand(f"bottom{number}", strand, domains) for number, strand in enumerate(context.layout.bottoms)]
    return nuad.Design(strands=[*tops, *bottoms]), SearchParts(nuad, branches, tops, bottoms)


def compared(name: str, system: DsdSystem, rules: SequenceRules, seed: int, steps: int, patience: float) -> str:
    """One row: our CPU seconds and worst pair, and nuad's to the same pair or at ``patience`` times the CPU seconds."""
    forget()
    start = time.process_time()
    found = design_sequences(system, rules.model_copy(update={"candidates": 1, "time_limit": 600.0}), 25.0, seed, steps=steps)
    ours = time.process_time() - start
    layout, energies = Layout.of(system), Energies.under(rules, 25.0)
    reached = worst_pair([found.sequences[domain.name] for domain in layout.branches], energies)
    toeholds = {domain.name: found.sequences[domain.name] for word in layout.toeholds for domain in word}
    context = replace(Context(layout, rules, energies, toeholds), branch_goal=reached, branch_floor=float("-inf"))
    forget()
    theirs, got = plain_nuad(context, seed, reached, patience * ours)
    ratio = f"{theirs / ours:.1f}" if got >= reached else f"> {theirs / ours:.0f}"
    return f"| {name} | {len(layout.branches)} | {seed} | {ours:.1f} | {reached:.2f} | {theirs:.1f} | {got:.2f} | {ratio} |"


@click.command()
@click.argument("names", nargs=-1)
@click.option("--seeds", default=3, show_default=True, help="Seeds 0, 1, … of each design.")
@click.option("--steps", default=600, show_default=True, help="Steps of our search.")
@click.option("--patience", default=10.0, show_default=True, help="Where plain nuad is stopped, in our CPU times.")
def main(names: tuple[str, ...], seeds: int, steps: int, patience: float) -> None:
    """Print a row for each design and seed."""
    print("| design | branches | seed | CPU s | worst pair | nuad CPU s | its worst pair | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for name in names or ("linreg2d",):
        job = job_of(DESIGNS / f"{name}.toml", 0, strands=True)
        for seed in range(seeds):
            print(compared(name, job.study.designed, job.study.design.sequences, seed, steps, patience), flush=True)


if __name__ == "__main__":
    main()
