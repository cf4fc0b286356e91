"""``dsd-ncrn enumerate``: the reaction network of any set of strands and complexes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.options import json_option, out_option, seed_option

if TYPE_CHECKING:
    from dsd_ncrn.dsd.kernel import PilComplex
    from dsd_ncrn.kinetics.network import ReactionNetwork


@click.command("enumerate")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.pil")
@out_option("network.json")
@seed_option
@click.option(
    "--semantics",
    type=click.Choice(["infinite"]),
    default="infinite",
    show_default=True,
    help="infinite: a toehold binding is followed at once by all the branch migration it makes possible.",
)
@click.option("--leaks", is_flag=True, help="Add the gate-leak channels of every complex of two or more strands.")
@json_option
def command(file: Path, out: Path | None, seed: int, semantics: str, leaks: bool, as_json: bool) -> None:
    """Enumerate all reactions of the strands and complexes in a file in Peppercorn's kernel notation.

    Enumeration has no random part: --seed is accepted and changes nothing.
    """
    from cli.output import deliver, show
    from cli.run_folder import json_text
    from dsd_ncrn.dsd.kernel import read_pil

    complexes = read_pil(file)
    network = _network(complexes, leaks)
    described = _described(network, complexes, semantics)
    deliver(out, {"network.json": json_text(described)})
    show(as_json, described, _listing(network, described))


def _network(complexes: tuple[PilComplex, ...], leaks: bool) -> ReactionNetwork:
    """The network of the complexes that are present; those at 0 nM only lend their names."""
    from dsd_ncrn.kinetics.enumerate import Enumerator, to_network
    from dsd_ncrn.kinetics.leaks import LEAK_MODELS
    from dsd_ncrn.kinetics.rates import ToeholdLengthRates

    present = [entry.complex for entry in complexes if entry.concentration != 0]
    enumerator = Enumerator(ToeholdLengthRates(), lambda _: ())
    for complex_ in present:
        enumerator.add(complex_)
    enumerator.run()
    for model in LEAK_MODELS if leaks else ():
        model.extend(enumerator, [complex_ for complex_ in present if len(complex_.strands) > 1])
    return to_network(enumerator, {entry.complex: entry.name for entry in complexes})


def _described(network: ReactionNetwork, complexes: tuple[PilComplex, ...], semantics: str) -> dict[str, Any]:
    """Counts, the species with their structures and initial concentrations, and all elementary steps."""
    from dsd_ncrn.kinetics.jsonable import count_steps, network_to_json

    levels = {entry.name: entry.concentration for entry in complexes}
    listed = network_to_json(network)
    return {
        "semantics": semantics,
        **count_steps(network),
        "complexes": [{**entry, "initial_nM": levels.get(entry["name"], 0.0)} for entry in listed["species"]],
        "reactions": listed["reactions"],
    }


def _listing(network: ReactionNetwork, described: dict[str, Any]) -> str:
    from cli.output import table

    counts = ", ".join(f"{described[key]} {key}" for key in ("species", "reversible", "irreversible", "leaks"))
    rows = [("kind", "reaction", "k (nM, s)")]
    rows += [
        (each["kind"], f"{' + '.join(each['reactants'])} -> {' + '.join(each['products'])}", f"{each['rate']:.6g}")
        for each in described["reactions"]
    ]
    structures = table((entry["name"], entry["kernel"]) for entry in described["complexes"])
    return f"{counts}\n\n{structures}\n\n{table(rows)}"
