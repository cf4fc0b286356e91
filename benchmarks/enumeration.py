"""How enumeration grows: n catalytic reactions X + P -> Z + X + P in one pot, beside Peppercorn on the same complexes.

Run ``uv run benchmarks/enumeration.py``; see README.md. The reactions have toeholds of their own, or all the same one.
"""

from __future__ import annotations

import cProfile
import json
import pstats
import subprocess
import sys
import time
from typing import NamedTuple

import click
import numpy as np

from dsd_ncrn.dsd.structure import Bound, Complex, Domain, Open, free, gate
from dsd_ncrn.kinetics.build import enumerate_complexes
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.kinetics.rates import rates_of

SIZES = (10, 20, 40, 80)
LARGE = 1000
PEPPERCORN = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
from peppercornenumerator import Enumerator
from peppercornenumerator.input import read_pil
complexes, reactions = read_pil(sys.stdin.read())
found = Enumerator(list(complexes.values()), reactions, named_complexes=list(complexes.values()))
found.reject_remote, found.max_complex_count, found.max_reaction_count = True, 1_000_000, 10_000_000
began = time.perf_counter()
found.enumerate()
print(json.dumps(time.perf_counter() - began), flush=True)
found.condense()
print(json.dumps(time.perf_counter() - began), flush=True)
"""


class Times(NamedTuple):
    """Seconds of one size: our two semantics, Peppercorn's detailed network, and that with condensation."""

    infinite: float
    finite: float
    detailed: float | None
    condensed: float | None


def complexes(count: int, own_toeholds: bool) -> dict[str, Complex]:
    """Joins, forks, triggers, seals, signals and cogates of independent reactions (Cardelli 2010), 5 and 15 nt."""
    made: dict[str, Complex] = {}
    for i in range(1, count + 1):
        t = Domain(f"t{i}" if own_toeholds else "t", 5)
        x, p, z, r, e, f = (Domain(f"{name}{i}", 15) for name in "xpzref")
        toehold = Open((t,))
        made |= {
            f"join{i}": gate(toehold, Bound((x, t)), Bound((p, t)), Bound((r, t)), Bound((e,))),
            f"fork{i}": gate(Bound((f,)), Bound((t, z)), Bound((t, x)), Bound((t, p)), Bound((t, r)), toehold),
            f"trigger{i}": free(t, r),
            f"joinseal{i}": free(t, e),
            f"forkseal{i}": free(f, t),
        }
        made |= {f"{name}{i}": free(t, branch) for name, branch in (("X", x), ("P", p), ("Z", z))}
        made |= {f"{name}{i}cogate": free(branch, t) for name, branch in (("X", x), ("P", p), ("Z", z))}
    return made


def ours(made: dict[str, Complex], semantics: str = "infinite") -> tuple[float, ReactionNetwork]:
    """Seconds and network; all strands rest on all toeholds in the finite one, as in Peppercorn's."""
    began = time.perf_counter()
    network = enumerate_complexes(list(made.values()), list(made), rates_of(), semantics=semantics, max_species=10**6)
    return time.perf_counter() - began, network


def pil(made: dict[str, Complex]) -> str:
    """The same complexes for Peppercorn."""
    domains = {domain.name: domain.length for complex_ in made.values() for domain in complex_.domains}
    lines = [f"length {name} = {length}" for name, length in domains.items()]
    return "\n".join(lines + [f"{name} = {complex_.kernel}" for name, complex_ in made.items()]) + "\n"


def peppercorn(made: dict[str, Complex], limit: float) -> tuple[float | None, float | None]:
    """Seconds of Peppercorn without and with condensation, remote toeholds rejected so that it ends; None where it did not."""
    process = subprocess.Popen([sys.executable, "-c", PEPPERCORN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        output, _ = process.communicate(pil(made), timeout=limit)
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
    taken = [json.loads(line) for line in output.splitlines()]
    return (*taken, None, None)[:2]


def row(size: int, own_toeholds: bool, limit: float) -> Times:
    """Time one size with everything that is to run, and print it."""
    made = complexes(size, own_toeholds)
    infinite, network = ours(made)
    finite, detailed_network = ours(made, "finite")
    times = Times(infinite, finite, *(peppercorn(made, limit) if limit else (None, None)))
    sizes = f"{len(network.names):>8}{len(network.steps):>8}{infinite:>9.3f}"
    sizes += f"{len(detailed_network.names):>10}{len(detailed_network.steps):>9}{finite:>9.3f}"
    theirs = f"{seconds(times.detailed):>11}{seconds(times.condensed):>11}"
    ratios = f"{ratio(times.detailed, finite):>9}{ratio(times.condensed, infinite):>9}"
    print(f"{size:>9}{sizes}{theirs}{ratios}", flush=True)
    return times


def seconds(value: float | None) -> str:
    """A time, or a dash where there is none."""
    return "-" if value is None else f"{value:.1f}"


def ratio(theirs: float | None, mine: float) -> str:
    """How many times faster ours is."""
    return "-" if theirs is None else f"{theirs / mine:.0f}x"


def exponents(sizes: tuple[int, ...], rows: list[Times]) -> str:
    """The power of n by which each time grows, over the sizes that have one."""
    found = []
    for name in Times._fields:
        known = [(size, value) for size, each in zip(sizes, rows) if (value := getattr(each, name)) is not None]
        if len(known) > 1:
            found.append(f"{name} n^{np.polyfit(*np.log(np.array(known).T), 1)[0]:.2f}")
    return ", ".join(found)


def compare(sizes: tuple[int, ...], own_toeholds: bool, limit: float) -> None:
    """One table."""
    print(f"\n{'own toeholds' if own_toeholds else 'one universal toehold'}")
    print(f"{'reactions':>9}{'species':>8}{'steps':>8}{'inf., s':>9}{'species':>10}{'steps':>9}{'fin., s':>9}", end="")
    print(f"{'detailed':>11}{'condensed':>11}{'fin.':>9}{'inf.':>9}")
    rows = [row(size, own_toeholds, limit) for size in sizes]
    print(f"grows as: {exponents(sizes, rows)}")


@click.command()
@click.option("--size", "sizes", type=int, multiple=True, default=SIZES, show_default=True)
@click.option("--toeholds", type=click.Choice(["own", "universal", "both"]), default="both", show_default=True)
@click.option(
    "--limit", type=float, default=120.0, show_default=True, help="Seconds for each run of Peppercorn; 0 leaves it out."
)
@click.option("--large", type=int, default=LARGE, show_default=True, help="Ours alone on this many reactions; 0 leaves it out.")
@click.option("--profile", is_flag=True, help="Say where the time of the large run goes.")
def main(sizes: tuple[int, ...], toeholds: str, limit: float, large: int, profile: bool) -> None:
    """Time enumeration."""
    for semantics in ("infinite", "finite"):
        ours(complexes(2, True), semantics)
    for own in [True, False] if toeholds == "both" else [toeholds == "own"]:
        compare(sizes, own, limit)
    if large:
        made, watch = complexes(large, False), cProfile.Profile()
        if profile:
            watch.enable()
        taken, network = ours(made)
        watch.disable()
        print(f"\n{large} reactions on one toehold: {len(network.names)} species, {len(network.steps)} steps, {taken:.2f} s")
        if profile:
            pstats.Stats(watch).sort_stats("cumulative").print_stats(15)


if __name__ == "__main__":
    main()
