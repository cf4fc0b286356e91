"""What ``enumerate`` does: the reaction network of any set of strands and complexes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from cli.console import working
from cli.interface.networks import STEP_FILES
from cli.options import is_network
from cli.output import deliver, show, table
from dsd_ncrn.crn.antimony import antimony_of
from dsd_ncrn.crn.sbml import sbml_of
from dsd_ncrn.crn.text import format_crn
from dsd_ncrn.crn.types import Crn
from dsd_ncrn.dsd.kernel import PilComplex, read_pil
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import InputError
from dsd_ncrn.kinetics.build import add_leaks, build_network, enumerator_for, to_network
from dsd_ncrn.kinetics.leaks import LeakTargets
from dsd_ncrn.kinetics.network import ReactionNetwork, count_steps, crn_of, network_to_json
from dsd_ncrn.kinetics.rates import rates_of
from dsd_ncrn.runs.files import json_text


class Choices(NamedTuple):
    """What is asked of the enumeration: options of the command under the names of ``build_network``."""

    semantics: str
    unproductive: str
    max_species: int
    leak_models: tuple[str, ...] = ()


def enumerate_steps(
    file: Path,
    out: Path | None,
    seed: int,
    form: str,
    semantics: str,
    unproductive: str,
    max_species: int,
    leaks: bool,
    leak_models: tuple[str, ...],
    as_json: bool,
) -> None:
    """The reaction network of any set of strands and complexes."""
    models = tuple(dict.fromkeys(("gate", *leak_models) if leaks else leak_models))
    choices = Choices(semantics, unproductive, max_species, models)
    if models and form != "table":
        raise InputError("a leak has no rate constant of its own", form, "Leave the leaks out, or the format.")
    with working("enumerate"):
        network, levels = enumerated(file, seed, choices)
    described = _described(network, levels, choices)
    text = _text(crn_of(network, file.stem, levels), form) if form != "table" else _steps_text(network, described)
    deliver(out, {"network.json": json_text(described), **({STEP_FILES[form]: text} if form in STEP_FILES else {})})
    show(as_json, described, text)


def _text(crn: Crn, form: str) -> str:
    return {"crn": format_crn, "sbml": sbml_of, "antimony": antimony_of}[form](crn)


def enumerated(file: Path, seed: int, choices: Choices) -> tuple[ReactionNetwork, Mapping[str, float | None]]:
    """The network of a file, and the concentrations (nM) of what is mixed by name, where the file gives them."""
    if file.suffix == ".toml" or is_network(file):
        from cli.commands.translate import translated  # a file of complexes needs no design
        from dsd_ncrn.gates.network import Limits

        system, _ = translated(file, seed, limits=Limits())
        return _network_of_system(system, choices), {each.name: each.concentration for each in system.components}
    complexes = read_pil(file)
    return _network_of_pil(complexes, choices), {each.name: each.concentration for each in complexes}


def _network_of_system(system: DsdSystem, choices: Choices) -> ReactionNetwork:
    model = "+".join(choices.leak_models) or None
    sizes = choices.unproductive, choices.max_species
    return build_network(system, model, semantics=choices.semantics, unproductive=sizes[0], max_species=sizes[1])


def _network_of_pil(complexes: tuple[PilComplex, ...], choices: Choices) -> ReactionNetwork:
    """The network of all complexes; one at 0 nM takes part as well, since it may be added later."""
    present = [entry.complex for entry in complexes]
    most, resting = choices.max_species, choices.unproductive
    enumerator = enumerator_for(choices.semantics, rates_of(), unproductive=resting, max_species=most)
    for complex_ in present:
        enumerator.add(complex_)
    enumerator.run()
    gates = [complex_ for complex_ in present if len(complex_.strands) > 1]
    add_leaks(enumerator, choices.leak_models, LeakTargets(gates))
    return to_network(enumerator, {entry.complex: entry.name for entry in complexes})


def _described(network: ReactionNetwork, levels: Mapping[str, float | None], choices: Choices) -> dict[str, Any]:
    """Counts, the species with their structures and initial concentrations, and all elementary steps."""
    listed = network_to_json(network)
    return {
        "semantics": choices.semantics,
        "leak_models": list(choices.leak_models),
        **count_steps(network),
        "complexes": [{**entry, "initial_nM": levels.get(entry["name"], 0.0)} for entry in listed["species"]],
        "reactions": listed["reactions"],
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
