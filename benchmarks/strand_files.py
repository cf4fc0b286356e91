"""Other people's strands: our condensed networks beside Peppercorn's, for every file of strands under some folders.

Run ``uv run benchmarks/strand_files.py FOLDER ...``, for example on checkouts of Peppercorn and Nuskell; see README.md. Prints
a Markdown table: species at rest and reactions, whether they are the same as Peppercorn's, and what ended an enumeration.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import click

from cli.options import STRAND_ENDINGS
from dsd_ncrn.dsd.pil import read_pil
from dsd_ncrn.dsd.structure import Complex
from dsd_ncrn.errors import DsdNcrnError
from dsd_ncrn.kinetics.build import LEAST_MAX_STRANDS, enumerate_complexes
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.kinetics.rates import rates_of

sys.path.append(str(Path(__file__).parent.parent / "tests"))
from peppercorn import peppercorn, reactions_of

HEADING = ("file", "species", "reactions", "s", "as Peppercorn's")


def ours(complexes: Mapping[str, Complex], remote: bool, most: int) -> ReactionNetwork:
    """Condensed, in the finite semantics."""
    listed = list(complexes.values()), list(complexes), rates_of()
    return enumerate_complexes(
        *listed, semantics="finite", unproductive="none", condensed=True, remote=remote, max_species=most
    )


def verdict(complexes: Mapping[str, Complex], network: ReactionNetwork, remote: bool, seconds: float) -> str:
    """Whether Peppercorn finds the same, with toeholds and complexes of the same size."""
    strands = max(LEAST_MAX_STRANDS, 2 * max(len(each.strands) for each in complexes.values()))
    settings = {"reject_remote": not remote, "release_cutoff": 8, "max_complex_size": strands}
    try:
        known = peppercorn({"it": complexes}, timeout=seconds, **settings)["it"]
    except subprocess.TimeoutExpired:
        return f"it takes more than {seconds:g} s"
    except AssertionError as error:
        return f"it ends with: {str(error).strip().splitlines()[-1][:60]}"
    found = reactions_of(network.complexes, network.steps, known.resting)
    if {known.resting.get(each) for each in network.complexes} != set(known.resting.values()):
        return "no: other species"
    return (
        "yes" if found == known.condensed else f"no: {len(found - known.condensed)} more, {len(known.condensed - found)} less"
    )


def cells(path: Path, remote: bool, most: int, seconds: float) -> list[str]:
    """A line of the table."""
    began = time.perf_counter()
    try:
        complexes = {each.name: each.complex for each in read_pil(path)}
        network = ours(complexes, remote, most)
    except DsdNcrnError as error:
        return [path.stem, "", "", f"{time.perf_counter() - began:.1f}", str(error)]
    taken = f"{time.perf_counter() - began:.1f}"
    same = verdict(complexes, network, remote, seconds)
    return [path.stem, str(len(network.names)), str(len(network.steps)), taken, "; ".join((same, *network.notes))]


@click.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--remote", is_flag=True, help="With remote toeholds.")
@click.option("--max-species", "most", default=3000, show_default=True)
@click.option("--limit", default=60.0, show_default=True, help="Seconds for each run of Peppercorn.")
def main(folders: tuple[Path, ...], remote: bool, most: int, limit: float) -> None:
    """Enumerate every file of strands under FOLDERS."""
    click.echo(f"| {' | '.join(HEADING)} |\n|{'---|' * len(HEADING)}")
    for path in sorted(path for folder in folders for ending in STRAND_ENDINGS for path in folder.rglob(f"*{ending}")):
        click.echo(f"| {' | '.join(cells(path, remote, most, limit))} |")


if __name__ == "__main__":
    main()
