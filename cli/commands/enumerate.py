"""What ``enumerate`` does: the reaction network of any set of strands and complexes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Unpack

from cli.console import working
from cli.interface.compiling import STEP_FILES
from cli.options import chosen_preset, is_network
from cli.output import deliver, show, table
from cli.streams import warn
from dsd_ncrn.constants import DEFAULT_PRESET
from dsd_ncrn.crn.antimony import antimony_of
from dsd_ncrn.crn.sbml import sbml_of
from dsd_ncrn.crn.text import format_crn
from dsd_ncrn.crn.types import Crn
from dsd_ncrn.dsd.pil import read_pil
from dsd_ncrn.errors import InputError
from dsd_ncrn.kinetics.build import Choices, build_network, enumerate_complexes
from dsd_ncrn.kinetics.condense import after_relaxing
from dsd_ncrn.kinetics.network import ReactionNetwork, count_steps, crn_of, network_to_json
from dsd_ncrn.kinetics.rates import rates_of
from dsd_ncrn.runs.files import json_text


class Request(NamedTuple):
    """What is asked of the enumeration."""

    choices: Choices
    leak_models: tuple[str, ...] = ()


def enumerate_steps(
    file: Path,
    out: Path | None,
    seed: int,
    form: str,
    leaks: bool,
    leak_models: tuple[str, ...],
    as_json: bool,
    **choices: Unpack[Choices],
) -> None:
    """The reaction network of any set of strands and complexes."""
    models = tuple(dict.fromkeys(("gate", *leak_models) if leaks else leak_models))
    request = Request(choices, models)
    if models and form != "table":
        raise InputError("a leak has no rate constant of its own", form, "Leave the leaks out, or the format.")
    with working("enumerate"):
        network, levels = enumerated(file, seed, request)
    described = _described(network, levels, request)
    text = _text(crn_of(network, file.stem, levels), form) if form != "table" else _steps_text(network, described)
    deliver(out, {"network.json": json_text(described), **({STEP_FILES[form]: text} if form in STEP_FILES else {})})
    show(as_json, described, text)


def _text(crn: Crn, form: str) -> str:
    return {"crn": format_crn, "sbml": sbml_of, "antimony": antimony_of}[form](crn)


def enumerated(file: Path, seed: int, request: Request) -> tuple[ReactionNetwork, Mapping[str, float | None]]:
    """The network of a file, and the initial concentrations (nM) by name, where the file gives them; tells what is left out."""
    choices, models = request
    if file.suffix == ".toml" or is_network(file):
        from cli.commands.translate import translated  # a file of complexes needs no design
        from dsd_ncrn.gates.sized_network import Limits

        system, _ = translated(file, seed, limits=Limits())
        levels: dict[str, float | None] = {each.name: each.concentration for each in system.components}
        network = build_network(system, "+".join(models) or None, **choices)
    else:
        complexes = read_pil(file)
        listed = [each.complex for each in complexes], [each.name for each in complexes]
        levels = {each.name: each.concentration for each in complexes}
        network = enumerate_complexes(*listed, rates_of(chosen_preset() or DEFAULT_PRESET), leak_models=models, **choices)
    for note in network.notes:
        warn(note)
    return network, after_relaxing(network, levels)


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
