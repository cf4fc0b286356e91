"""``dsd-ncrn list``: what there is to choose from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from cli.options import json_option, out_option, seed_option
from cli.subcommand import OneOf, subcommand

Listing = Mapping[str, str]


@subcommand("list", examples=("dsd-ncrn list engines", "dsd-ncrn list tasks --json"))
@click.argument("what", type=OneOf(["tasks", "circuits", "schemes", "leaks", "engines", "vendors", "templates", "stages"]))
@out_option("<what>.json")
@seed_option
@json_option
def command(what: str, out: Path | None, seed: int, as_json: bool) -> None:
    """List the tasks, circuits, schemes, leak models, engines, vendors, templates of `new`, or stages of `run`."""
    from cli.output import deliver, show, table
    from cli.run_folder import json_text

    found = dict(_LISTINGS[what]())
    deliver(out, {f"{what}.json": json_text(found)})
    show(as_json, found, table(found.items()))


def _tasks() -> Listing:
    from dsd_ncrn.tasks import TASKS

    return {task.name: task.description for task in TASKS} | {"csv": "columns of a CSV file: task.csv, inputs, targets"}


def _circuits() -> Listing:
    """The ways in which a formula of a design may be written, each with an example; ``designs/`` has whole circuits."""
    return {
        "theta * x + beta": "linear in the inputs, element by element",
        "theta * x": "linear without a bias",
        "theta * z + beta": "first order in the state",
        "Theta @ x + beta": "a matrix of parameters",
        "theta * x - 0.5 * z * abs(z)": "damped rail by rail, bimolecular",
        "Theta @ x - z**3": "the paper's classifier; three molecules meet",
        "[theta1 * x1, theta2 * z1]": "one formula per dimension",
        "[theta1 * x1, z1 * z1]": "a chain: the second state integrates the square of the first",
        "[[theta1, 0], [0.5, theta2]] @ x - z": "a matrix of formulas",
    }


def _schemes() -> Listing:
    from dsd_ncrn.dsd.modules import SCHEMES

    return {name: scheme.description for name, scheme in SCHEMES.items()} | {
        "two_domain": "annihilation by a two-domain join (Cardelli 2010)",
        "cooperative": "annihilation by cooperative hybridization (Zhang 2011), two-domain where polarity forbids it",
    }


def _leaks() -> Listing:
    from dsd_ncrn.kinetics.leaks import LEAK_MODELS

    return {model.name: _first_line(model) for model in LEAK_MODELS}


def _engines() -> Listing:
    from dsd_ncrn.simulate.engines import LISTED

    return {engine.name: _first_line(engine) for engine in LISTED}


def _vendors() -> Listing:
    from sequences.vendors import VENDORS

    return {vendor.name: vendor.title for vendor in VENDORS}


def _templates() -> Listing:
    from cli.new.templates import TEMPLATES

    return {template.name: template.description for template in TEMPLATES}


def _stages() -> Listing:
    from cli.stages import STAGES

    return {stage.name: (stage.run.__doc__ or "").strip().partition("\n")[0] for stage in STAGES}


def _first_line(thing: object) -> str:
    return (type(thing).__doc__ or "").strip().partition("\n")[0]


_LISTINGS: Mapping[str, Callable[[], Listing]] = {
    "tasks": _tasks,
    "circuits": _circuits,
    "schemes": _schemes,
    "leaks": _leaks,
    "engines": _engines,
    "vendors": _vendors,
    "templates": _templates,
    "stages": _stages,
}
