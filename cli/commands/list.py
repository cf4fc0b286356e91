"""``dsd-ncrn list``: what there is to choose from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from cli.options import OneOf, json_option, out_option, seed_option, subcommand

Listing = Mapping[str, str]


@subcommand("list", examples=("dsd-ncrn list engines", "dsd-ncrn list tasks --json"))
@click.argument("what", type=OneOf(["tasks", "circuits", "schemes", "leaks", "engines", "vendors", "templates", "stages"]))
@out_option("<what>.json")
@seed_option
@json_option
def command(what: str, out: Path | None, seed: int, as_json: bool) -> None:
    """List the tasks, circuits, schemes, leak models, engines, vendors, templates of `new`, or stages of `run`."""
    from cli.output import deliver, show, table
    from dsd_ncrn.runs.files import json_text

    found = dict(_LISTINGS[what]())
    deliver(out, {f"{what}.json": json_text(found)})
    show(as_json, found, table(found.items()))


def _tasks() -> Listing:
    from dsd_ncrn.families import TASKS

    built_in = {name: task.description for name, task in TASKS.items()}
    return built_in | {"csv": "columns of a CSV file: task.csv, inputs, targets"}


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
    from dsd_ncrn.families import SCHEMES

    return {name: scheme.description for name, scheme in SCHEMES.items()} | {
        "two_domain": "annihilation by a two-domain join (Cardelli 2010)",
        "cooperative": "annihilation by cooperative hybridization (Zhang 2011), two-domain where polarity forbids it",
    }


def _leaks() -> Listing:
    from dsd_ncrn.families import LEAK_MODELS

    return {name: _first_line(model) for name, model in LEAK_MODELS.items()}


def _engines() -> Listing:
    from dsd_ncrn.families import ENGINES

    return {name: _first_line(engine) for name, engine in ENGINES.items()}


def _vendors() -> Listing:
    from sequences.families import VENDORS

    return {name: vendor.title for name, vendor in VENDORS.items()}


def _templates() -> Listing:
    from cli.families import TEMPLATES

    return {name: template.description for name, template in TEMPLATES.items()}


def _stages() -> Listing:
    from cli.families import STAGES

    return {name: (stage.run.__doc__ or "").strip().partition("\n")[0] for name, stage in STAGES.items()}


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
