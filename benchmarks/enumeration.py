"""How enumeration grows: n catalytic reactions X_i + P_i -> Z_i + X_i + P_i in one pot, all on one universal toehold.

Run ``uv run benchmarks/enumeration.py``; see README.md. Where ``peppercornenumerator`` can be imported, ``--peppercorn N``
enumerates the same complexes with it, up to N reactions.
"""

from __future__ import annotations

import time
from pathlib import Path

import click
import numpy as np

from dsd_ncrn.crn.types import Origin, Reaction
from dsd_ncrn.design.load import load_design
from dsd_ncrn.dsd.modules.join_fork import join_fork, seals
from dsd_ncrn.dsd.structure import Complex, free
from dsd_ncrn.dsd.words import Words
from dsd_ncrn.kinetics.enumerate import enumerate_complexes
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.kinetics.rates import ToeholdLengthRates

DESIGN = Path(__file__).parent.parent / "designs" / "linreg2d_minimal.toml"
SIZES = (10, 20, 40, 80, 160)


def reactions(count: int) -> list[Reaction]:
    """Independent catalytic reactions."""
    return [
        Reaction((f"X{i}", f"P{i}"), (f"X{i}", f"P{i}", f"Z{i}"), 1.0, origin=Origin(f"{i}", "N1")) for i in range(1, count + 1)
    ]


def complexes(count: int) -> dict[str, Complex]:
    """Their joins, forks, helpers, seals, signals and cogates."""
    words = Words(load_design(DESIGN), {})
    made = {component.name: component.complex for component in seals(words)}
    for reaction in reactions(count):
        made |= {component.name: component.complex for component in join_fork(reaction, None, words)}
        for species in reaction.products:
            made |= {species: free(*words.signal(species)), f"{species}_cogate": free(*words.cogate(species))}
    return made


def ours(made: dict[str, Complex]) -> tuple[float, ReactionNetwork]:
    """Seconds and network."""
    began = time.perf_counter()
    network = enumerate_complexes(list(made.values()), list(made), ToeholdLengthRates(), lambda _: ())
    return time.perf_counter() - began, network


def pil(made: dict[str, Complex]) -> str:
    """The same complexes for Peppercorn."""
    domains = {domain.name: domain.length for complex_ in made.values() for domain in complex_.domains}
    lines = [f"length {name} = {length}" for name, length in domains.items()]
    return "\n".join(lines + [f"{name} = {complex_.kernel}" for name, complex_ in made.items()]) + "\n"


def peppercorn(made: dict[str, Complex]) -> tuple[float, float]:
    """Seconds of Peppercorn without and with condensation, remote toeholds rejected so that it ends."""
    from peppercornenumerator import enumerate_pil  # pyright: ignore[reportMissingImports]

    taken = []
    for condensed in (False, True):
        began = time.perf_counter()
        limits = {"max_complex_count": 100_000, "max_reaction_count": 1_000_000}
        enumerate_pil(pil(made), detailed=True, condensed=condensed, reject_remote=True, **limits)
        taken.append(time.perf_counter() - began)
    return taken[0], taken[1]


@click.command()
@click.option("--peppercorn", "limit", type=int, default=0, help="Run Peppercorn up to this many reactions.")
@click.option("--size", "sizes", type=int, multiple=True, default=SIZES, show_default=True)
def main(limit: int, sizes: tuple[int, ...]) -> None:
    """Time enumeration."""
    print(f"{'reactions':>9}{'species':>9}{'steps':>8}{'seconds':>9}{'Peppercorn':>12}{'condensed':>11}")
    ours(complexes(2))
    seconds = []
    for size in sizes:
        made = complexes(size)
        taken, network = ours(made)
        seconds.append(taken)
        theirs = "".join(f"{value:>11.1f}" for value in peppercorn(made)) if size <= limit else ""
        print(f"{size:>9}{len(network.names):>9}{len(network.steps):>8}{taken:>9.3f} {theirs}", flush=True)
    if len(sizes) > 1:
        print(f"time grows as n^{np.polyfit(np.log(sizes), np.log(seconds), 1)[0]:.2f}")


if __name__ == "__main__":
    main()
