"""``dsd-ncrn enumerate``: the reaction network of any set of strands and complexes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cli.options import FileOf, OneOf, Registered, json_option, out_option, seed_option, subcommand
from dsd_ncrn.families import LEAK_MODELS

if TYPE_CHECKING:
    from dsd_ncrn.dsd.kernel import PilComplex
    from dsd_ncrn.dsd.system import DsdSystem
    from dsd_ncrn.kinetics.network import ReactionNetwork


class Choices(NamedTuple):
    """What is asked of the enumeration: options of the command under the names of ``build_network``."""

    semantics: str
    unproductive: str
    max_species: int
    leak_models: tuple[str, ...]


@subcommand(
    "enumerate",
    examples=(
        "dsd-ncrn translate designs/linreg2d.toml --format pil > linreg2d.pil",
        "dsd-ncrn enumerate linreg2d.pil --leaks",
        "dsd-ncrn enumerate designs/linreg2d.toml --semantics finite --unproductive none --json",
        "dsd-ncrn enumerate designs/counter.crn -o counter",
    ),
)
@click.argument("file", type=FileOf(".pil", ".toml", ".crn"), metavar="FILE")
@out_option("network.json")
@seed_option
@click.option(
    "--semantics",
    type=OneOf(["infinite", "finite"]),
    default="infinite",
    show_default=True,
    help="infinite: a toehold binding is followed at once by all the branch migration it makes possible; "
    "finite: binding, migration and unbinding are steps, and strands rest on toeholds where they can do nothing.",
)
@click.option(
    "--unproductive",
    type=OneOf(["all", "present", "none"]),
    default="all",
    show_default=True,
    help="finite: which strands rest on toeholds where they displace nothing; present: those of the file alone.",
)
@click.option("--max-species", type=click.IntRange(min=1), default=200_000, show_default=True, help="Stop with an error here.")
@click.option("--leaks", is_flag=True, help="Add the leak channels between strands and gates, as --leak-model gate does.")
@click.option(
    "--leak-model",
    "leak_models",
    type=Registered(tuple(LEAK_MODELS)),
    multiple=True,
    help="Add the channels of a leak model, see `dsd-ncrn list leaks`.",
)
@json_option
def command(
    file: Path,
    out: Path | None,
    seed: int,
    semantics: str,
    unproductive: str,
    max_species: int,
    leaks: bool,
    leak_models: tuple[str, ...],
    as_json: bool,
) -> None:
    """Enumerate all reactions of the strands and complexes in FILE.

    FILE is in Peppercorn's kernel notation (.pil), a design (.toml) or a plain network (.crn). Of a .pil file every
    complex of two or more strands may leak, of the others the gates. Enumeration itself has no random part.
    """
    from cli.console import working
    from cli.output import deliver, show
    from dsd_ncrn.runs.files import json_text

    models = tuple(dict.fromkeys(("gate", *leak_models) if leaks else leak_models))
    choices = Choices(semantics, unproductive, max_species, models)
    with working("enumerate"):
        network, levels = _enumerated(file, seed, choices)
    described = _described(network, levels, choices)
    deliver(out, {"network.json": json_text(described)})
    show(as_json, described, _listing(network, described))


def _enumerated(file: Path, seed: int, choices: Choices) -> tuple[ReactionNetwork, Mapping[str, float | None]]:
    """The network of a file, and the concentrations (nM) of what is mixed by name, where the file gives them."""
    from dsd_ncrn.dsd.kernel import read_pil

    if file.suffix in (".toml", ".crn"):
        system = _system(file, seed)
        return _network_of_system(system, choices), {each.name: each.concentration for each in system.components}
    complexes = read_pil(file)
    return _network_of_pil(complexes, choices), {each.name: each.concentration for each in complexes}


def _system(path: Path, seed: int) -> DsdSystem:
    """The translated design or network."""
    from cli.job import job_of
    from cli.traces import network_as_given

    return network_as_given(path) if path.suffix == ".crn" else job_of(path, seed, strands=True).study.designed


def _network_of_system(system: DsdSystem, choices: Choices) -> ReactionNetwork:
    from dsd_ncrn.kinetics.build import build_network

    model = "+".join(choices.leak_models) or None
    sizes = choices.unproductive, choices.max_species
    return build_network(system, model, semantics=choices.semantics, unproductive=sizes[0], max_species=sizes[1])


def _network_of_pil(complexes: tuple[PilComplex, ...], choices: Choices) -> ReactionNetwork:
    """The network of all complexes; one at 0 nM takes part as well, since it may be added later."""
    from dsd_ncrn.kinetics.build import add_leaks, enumerator_for, to_network
    from dsd_ncrn.kinetics.rates import rates_of

    present = [entry.complex for entry in complexes]
    most, resting = choices.max_species, choices.unproductive
    enumerator = enumerator_for(choices.semantics, rates_of(), unproductive=resting, max_species=most)
    for complex_ in present:
        enumerator.add(complex_)
    enumerator.run()
    add_leaks(enumerator, choices.leak_models, [complex_ for complex_ in present if len(complex_.strands) > 1])
    return to_network(enumerator, {entry.complex: entry.name for entry in complexes})


def _described(network: ReactionNetwork, levels: Mapping[str, float | None], choices: Choices) -> dict[str, Any]:
    """Counts, the species with their structures and initial concentrations, and all elementary steps."""
    from dsd_ncrn.kinetics.network import count_steps, network_to_json

    listed = network_to_json(network)
    return {
        "semantics": choices.semantics,
        "leak_models": list(choices.leak_models),
        **count_steps(network),
        "complexes": [{**entry, "initial_nM": levels.get(entry["name"], 0.0)} for entry in listed["species"]],
        "reactions": listed["reactions"],
    }


def _listing(network: ReactionNetwork, described: dict[str, Any]) -> str:
    from cli.output import table

    counts = ", ".join(f"{described[key]} {key}" for key in ("species", "reversible", "irreversible", "leaks"))
    rows = [("kind", "reaction", "k (nM, s)")]
    rows += [
        (_kind(each), f"{' + '.join(each['reactants'])} -> {' + '.join(each['products'])}", f"{each['rate']:.6g}")
        for each in described["reactions"]
    ]
    structures = table((entry["name"], entry["kernel"]) for entry in described["complexes"])
    return f"{counts}\n\n{structures}\n\n{table(rows)}"


def _kind(step: Mapping[str, Any]) -> str:
    return f"{step['kind']} ({step['rule']})" if "rule" in step else step["kind"]
