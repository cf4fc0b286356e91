"""What ``enumerate`` does: the reaction network of any set of strands and complexes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Unpack

from cli.console import working
from cli.output import deliver, show, table
from cli.streams import warn
from dsd_ncrn.dsd.kernel import read_pil
from dsd_ncrn.kinetics.build import Choices, build_network, enumerate_complexes
from dsd_ncrn.kinetics.condense import after_relaxing
from dsd_ncrn.kinetics.network import ReactionNetwork, count_steps, network_to_json
from dsd_ncrn.kinetics.rates import ToeholdLengthRates
from dsd_ncrn.runs.files import json_text


class Request(NamedTuple):
    """What is asked of the enumeration."""

    leak_models: tuple[str, ...]
    choices: Choices


def enumerate_steps(
    file: Path,
    out: Path | None,
    seed: int,
    leaks: bool,
    leak_models: tuple[str, ...],
    as_json: bool,
    **choices: Unpack[Choices],
) -> None:
    """The reaction network of any set of strands and complexes."""
    models = tuple(dict.fromkeys(("gate", *leak_models) if leaks else leak_models))
    request = Request(models, choices)
    with working("enumerate"):
        network, levels = _enumerated(file, seed, request)
    for note in network.notes:
        warn(note)
    described = _described(network, after_relaxing(network, levels), request)
    deliver(out, {"network.json": json_text(described)})
    show(as_json, described, _steps_text(network, described))


def _enumerated(file: Path, seed: int, request: Request) -> tuple[ReactionNetwork, Mapping[str, float | None]]:
    """The network of a file, and the concentrations (nM) of what is mixed by name, where the file gives them."""
    models, choices = request
    if file.suffix in (".toml", ".crn"):
        from cli.commands.translate import translated  # a file of complexes needs no design
        from dsd_ncrn.gates.network import Limits

        system, _ = translated(file, seed, limits=Limits())
        levels = {each.name: each.concentration for each in system.components}
        return build_network(system, "+".join(models) or None, **choices), levels
    complexes = read_pil(file)
    listed = [each.complex for each in complexes], [each.name for each in complexes]
    network = enumerate_complexes(*listed, ToeholdLengthRates(), leak_models=models, **choices)
    return network, {each.name: each.concentration for each in complexes}


def _described(network: ReactionNetwork, levels: Mapping[str, float | None], request: Request) -> dict[str, Any]:
    """Counts, the species with their structures and initial concentrations, and all elementary steps."""
    listed = network_to_json(network)
    return {
        "semantics": request.choices.get("semantics"),
        "condensed": request.choices.get("condensed", False),
        "leak_models": list(request.leak_models),
        **count_steps(network),
        "complexes": [{**entry, "initial_nM": levels.get(entry["name"], 0.0)} for entry in listed["species"]],
        "reactions": listed["reactions"],
        "notes": list(network.notes),
    }


def _steps_text(network: ReactionNetwork, described: dict[str, Any]) -> str:
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
