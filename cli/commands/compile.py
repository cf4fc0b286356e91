"""``dsd-ncrn compile``: the abstract network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.options import design_argument, json_option, out_option, seed_option

if TYPE_CHECKING:
    from dsd_ncrn.crn.types import Crn


@click.command("compile")
@design_argument
@out_option("ncrn.crn and ncrn.json")
@seed_option
@click.option("--format", "form", type=click.Choice(["table", "crn", "json"]), default="table", show_default=True)
@json_option
def command(design: Path, out: Path | None, seed: int, form: str, as_json: bool) -> None:
    """Compile a design to its Neural CRN, or read a plain network (.crn), and show it stage by stage."""
    from cli.output import deliver, show
    from cli.run_folder import json_text
    from dsd_ncrn.crn.text import format_crn

    crn, described = _network(design, seed)
    deliver(out, {"ncrn.crn": format_crn(crn), "ncrn.json": json_text(described)})
    show(as_json or form == "json", described, format_crn(crn) if form == "crn" else _by_stage(crn, described))


def _network(path: Path, seed: int) -> tuple[Crn, dict[str, Any]]:
    """The network of a design or of a ``.crn`` file, and its JSON form; warnings are told."""
    from cli.console import warn
    from cli.stages.job import job_of
    from cli.stages.network import ncrn_json, warnings_of
    from dsd_ncrn.crn.jsonable import crn_to_json
    from dsd_ncrn.crn.text import load_crn

    if path.suffix == ".crn":
        crn = load_crn(path)
        return crn, crn_to_json(crn)
    job = job_of(path, seed)
    for warning in warnings_of(job):
        warn(warning)
    return job.ncrn.crn, ncrn_json(job)


def _heading(crn: Crn, described: dict[str, Any]) -> str:
    """Counts as the literature gives them: the clocks are species, bias and flush are counted apart."""
    counts = described.get("counts")
    if counts is None:
        return f"{crn.name}: {len(crn.species)} species, {len(crn.reactions)} reactions"
    stages = ", ".join(f"{stage} {number}" for stage, number in counts["by_stage"].items() if number)
    bias = counts["species_with_bias"] - counts["species"]
    species = f"{counts['species']} species" + (f" and {bias} of bias" if bias else "")
    return f"{crn.name}: {counts['reactions']} reactions ({stages}), {species}, clocks included"


def _by_stage(crn: Crn, described: dict[str, Any]) -> str:
    from cli.output import table

    lines = [_heading(crn, described), ""]
    rows = [("stage", "name", "reaction", "k", "phase", "term")]
    for each in crn.reactions:
        origin, phase = each.origin, ", ".join(sorted(each.phases)) or "always"
        rows.append((origin.stage or "-", origin.reaction, str(each), f"{each.rate:.6g}", phase, origin.term))
    return "\n".join([*lines, table(rows)])
