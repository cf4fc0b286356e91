"""``dsd-ncrn translate``: the strands and complexes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.options import design_argument, json_option, out_option, seed_option

if TYPE_CHECKING:
    from dsd_ncrn.dsd.system import DsdSystem

FILES = {"dsd": "system.dsd", "dot": "system.dot", "svg": "system.svg"}
"""What -o writes for a format, beside system.pil and system.json."""
FORMATS = ("table", "pil", "json", *FILES)


@click.command("translate")
@design_argument
@out_option("system.pil, system.json and the file of the chosen format")
@seed_option
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--scheme", type=click.Choice(["plain", "sealed", "chen"]), help="In the place of the design's own scheme.")
@click.option("--reaction", metavar="NAME", help="With --format svg: draw the gates of this reaction and all their steps.")
@click.option("--verify", is_flag=True, help="Prove that the strands do what the reactions say; exit code 1 if not.")
@json_option
def command(
    design: Path, out: Path | None, seed: int, form: str, scheme: str | None, reaction: str | None, verify: bool, as_json: bool
) -> None:
    """Translate a design, or a plain network (.crn), to DNA strand displacement.

    Concentrations are those of the design, not calibrated; a plain network has the defaults of [chemistry].
    """
    from cli.output import deliver, show
    from cli.plain import plain
    from cli.run_folder import json_text
    from dsd_ncrn.dsd.jsonable import system_to_json
    from dsd_ncrn.dsd.kernel import write_pil

    system = _system(design, seed, scheme)
    described = plain(system_to_json(system))
    files = {"system.pil": write_pil(system), "system.json": json_text(described)}
    text = _texts(system, reaction)[form]()
    deliver(out, files | ({FILES[form]: text} if form in FILES else {}))
    if verify:
        _verify(system, as_json)
    else:
        show(as_json or form == "json", described, text)


def _system(path: Path, seed: int, scheme: str | None) -> DsdSystem:
    """The translated design or network; errors name the file."""
    from dsd_ncrn.errors import InputError

    if path.suffix != ".crn":
        return _design(path, seed, scheme)
    from dsd_ncrn.crn.text import load_crn
    from dsd_ncrn.design.chemistry import Chemistry
    from dsd_ncrn.design.spec import Translation
    from dsd_ncrn.dsd.translate import translate_network

    crn = load_crn(path)
    try:
        return translate_network(crn, Translation.model_validate({"scheme": scheme} if scheme else {}), Chemistry())
    except InputError as error:
        raise error.at(str(path)) from None


def _design(path: Path, seed: int, scheme: str | None) -> DsdSystem:
    from cli.stages.job import job_of

    job = job_of(path, seed, strands=True)
    if scheme is None:
        return job.translated
    from dsd_ncrn.design.load import located
    from dsd_ncrn.dsd.translate import translate

    translation = job.spec.translation.model_copy(update={"scheme": scheme})
    with located(path):
        return translate(job.ncrn, job.spec.model_copy(update={"translation": translation}))


def _texts(system: DsdSystem, reaction: str | None) -> Mapping[str, Callable[[], str]]:
    """The system in each format, made when it is called for."""
    from dsd_ncrn.dsd.kernel import write_pil

    return {
        "table": lambda: _listing(system),
        "json": lambda: "",
        "pil": lambda: write_pil(system),
        "dsd": lambda: _visual_dsd(system),
        "dot": lambda: _dot(system),
        "svg": lambda: _svg(system, reaction),
    }


def _visual_dsd(system: DsdSystem) -> str:
    from dsd_ncrn.dsd.visual_dsd import write_visual_dsd

    return write_visual_dsd(system)


def _dot(system: DsdSystem) -> str:
    from dsd_ncrn.dsd.figures import dot

    return dot(system)


def _svg(system: DsdSystem, reaction: str | None) -> str:
    from dsd_ncrn.analysis.verification import network_of
    from dsd_ncrn.dsd.figures import module_figure, sheet

    return sheet(system) if reaction is None else module_figure(system, reaction, network_of)


def _verify(system: DsdSystem, as_json: bool) -> None:
    """Print one line for each check; CheckFailed where one does not hold."""
    from dataclasses import asdict

    from cli.output import show
    from cli.plain import plain
    from dsd_ncrn.analysis.verification import verified
    from dsd_ncrn.errors import CheckFailed

    found = verified(system)
    show(as_json, {"verified": found.ok, "checks": [plain(asdict(check)) for check in found.checks]}, str(found))
    if not found.ok:
        raise CheckFailed(f"{len(found.failures)} of {len(found.checks)} checks of the strands failed")


def _listing(system: DsdSystem) -> str:
    from cli.output import table
    from cli.stages.network import longest_strand, system_counts

    sizes = ", ".join(f"{count} {what}" for what, count in system_counts(system).items())
    rows = [("role", "component", "nM", "structure")]
    rows += [(str(each.role), each.name, f"{each.concentration:.6g}", str(each.complex)) for each in system.components]
    fallen = [f"{name} annihilates by a two-domain join: {why}" for name, why in system.fallbacks.items()]
    head = f"{system.name}: {sizes}, longest strand {longest_strand(system)} nt, scheme {system.scheme}"
    return "\n".join([head, *fallen, "", table(rows)])
