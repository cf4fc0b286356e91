"""The size of every circuit in ``designs/`` as DNA: a line of Markdown for each design and each plain network.

Run ``uv run benchmarks/circuits.py``; the tables of docs/circuits.md are its output. ``--scheme`` takes another scheme
than the design's own, ``--verify`` proves every module.
"""

from __future__ import annotations

from pathlib import Path

import click

from dsd_ncrn.analysis.translated import verified
from dsd_ncrn.crn.text import load_crn
from dsd_ncrn.design.chemistry import Chemistry
from dsd_ncrn.design.load import load_design
from dsd_ncrn.design.spec import Translation
from dsd_ncrn.dsd.structure import strand_length
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.dsd.translate import translate, translate_network
from dsd_ncrn.errors import DsdNcrnError
from dsd_ncrn.families import SCHEMES
from dsd_ncrn.kinetics.build import build_network
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.ncrn.decide import decide
from dsd_ncrn.tasks import load_dataset

DESIGNS = Path(__file__).parent.parent / "designs"
COMPARED = ("linreg2d", "nonlinreg2d", "xor2d", "approximate_majority", "rock_paper_scissors", "counter")
"""Circuits of the table of schemes."""
COLUMNS = ("circuit", "reactions", "strands", "complexes", "domains", "longest, nt", "bases", "species", "steps", "cooperative")


def of_design(path: Path, scheme: str | None) -> DsdSystem:
    """A design in strands, with seed 0."""
    spec = load_design(path)
    data = load_dataset(spec.task, 0)
    spec = decide(spec, data, 0)
    chosen = spec.translation.model_copy(update={"scheme": scheme or spec.translation.scheme})
    return translate(compile_design(spec, data.dimension, data.outputs), spec.model_copy(update={"translation": chosen}))


def of_network(path: Path, scheme: str | None) -> DsdSystem:
    """A plain network in strands, with default concentrations."""
    return translate_network(load_crn(path), Translation.model_validate({"scheme": scheme} if scheme else {}), Chemistry())


def row(name: str, system: DsdSystem, verify: bool) -> list[object]:
    """What there is to order and to simulate. Bases are those of every distinct strand once."""
    lengths = [strand_length(strand) for strand in system.strands]
    network = build_network(system)
    complexes = sum(not component.complex.is_strand for component in system.components)
    annihilations = len(system.cooperative) + len(system.fallbacks)
    found: list[object] = [name, len(system.formal), f"{len(lengths):,}", complexes, len(system.domains), max(lengths)]
    found += [f"{sum(lengths):,}", f"{len(network.names):,}", f"{len(network.steps):,}"]
    found.append(f"{len(system.cooperative)} of {annihilations}" if annihilations else "")
    return [*found, "yes" if verified(system, network).ok else "NO"] if verify else found


def in_schemes(name: str) -> list[object]:
    """Strands, bases and longest strand of one circuit in every scheme."""
    path = next(DESIGNS.glob(f"{name}.*"))
    cells: list[object] = [name]
    for scheme in SCHEMES:
        system = (of_design if path.suffix == ".toml" else of_network)(path, scheme)
        lengths = [strand_length(strand) for strand in system.strands]
        cells.append(f"{len(lengths):,}, {sum(lengths):,}, {max(lengths)} nt")
    return cells


def line(cells: list[object]) -> str:
    """One line of a Markdown table."""
    return f"| {' | '.join(map(str, cells))} |"


@click.command()
@click.option("--scheme", type=click.Choice(list(SCHEMES)), help="In the place of the design's own.")
@click.option("--verify", is_flag=True, help="Add a column that says whether every module could be proved.")
@click.option("--schemes", is_flag=True, help="The sizes of some circuits in every scheme instead.")
def main(scheme: str | None, verify: bool, schemes: bool) -> None:
    """Print the table."""
    if schemes:
        for cells in (["circuit", *SCHEMES], ["---"] * (len(SCHEMES) + 1), *map(in_schemes, COMPARED)):
            print(line(cells), flush=True)
        return
    columns = [*COLUMNS, *(["verified"] if verify else [])]
    print(line(list(columns)))
    print(line(["---"] * len(columns)))
    for path in sorted(DESIGNS.glob("*.toml")) + sorted(DESIGNS.glob("*.crn")):
        make = of_design if path.suffix == ".toml" else of_network
        try:
            print(line(row(path.stem, make(path, scheme), verify)), flush=True)
        except DsdNcrnError as error:
            print(line([path.stem, f"not translated: {error}", *[""] * (len(columns) - 2)]), flush=True)


if __name__ == "__main__":
    main()
