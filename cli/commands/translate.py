"""``dsd-ncrn translate``: the strands and complexes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.options import design_argument, json_option, out_option, seed_option

if TYPE_CHECKING:
    from dsd_ncrn.dsd.system import DsdSystem


@click.command("translate")
@design_argument
@out_option("system.pil and system.json")
@seed_option
@click.option("--format", "form", type=click.Choice(["table", "pil", "json"]), default="table", show_default=True)
@json_option
def command(design: Path, out: Path | None, seed: int, form: str, as_json: bool) -> None:
    """Translate a design to DNA strand displacement, with the concentrations of the design (not calibrated)."""
    from cli.output import deliver, show
    from cli.plain import plain
    from cli.run_folder import json_text
    from cli.stages.job import job_of
    from dsd_ncrn.dsd.jsonable import system_to_json
    from dsd_ncrn.dsd.kernel import write_pil

    system = job_of(design, seed, strands=True).translated
    described = plain(system_to_json(system))
    deliver(out, {"system.pil": write_pil(system), "system.json": json_text(described)})
    show(as_json or form == "json", described, write_pil(system) if form == "pil" else _listing(system))


def _listing(system: DsdSystem) -> str:
    from cli.output import table
    from cli.stages.network import longest_strand, system_counts

    sizes = ", ".join(f"{count} {what}" for what, count in system_counts(system).items())
    rows = [("role", "component", "nM", "structure")]
    rows += [(str(each.role), each.name, f"{each.concentration:.6g}", str(each.complex)) for each in system.components]
    return f"{system.name}: {sizes}, longest strand {longest_strand(system)} nt\n\n{table(rows)}"
