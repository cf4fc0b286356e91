"""``dsd-ncrn translate``: the strands and complexes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.options import (
    NETWORKS,
    OneOf,
    Seconds,
    format_option,
    json_option,
    network_argument,
    out_option,
    scheme_option,
    seed_option,
    strands_of_networks,
    subcommand,
)

if TYPE_CHECKING:
    from cli.options import Stop
    from dsd_ncrn.dsd.system import DsdSystem
    from dsd_ncrn.gates.network import Limits
    from dsd_ncrn.gates.report import RateReport

FILES = {"dsd": "system.dsd", "dot": "system.dot", "svg": "system.svg"}
"""What -o writes for a format, beside system.pil and system.json."""
FORMATS = ("table", "pil", "json", *FILES)


@subcommand(
    "translate",
    examples=(
        "dsd-ncrn translate designs/linreg2d.toml --format pil > linreg2d.pil",
        "dsd-ncrn translate designs/linreg2d.toml --verify",
        "dsd-ncrn translate designs/linreg2d.toml --format svg --reaction N1_1 > N1_1.svg",
        "dsd-ncrn translate designs/approximate_majority.crn --scheme sealed --rates",
    ),
    groups={NETWORKS: ("sizing", "t_end", "largest", "scale")},
)
@network_argument
@out_option("system.pil, system.json and the file of the chosen format")
@seed_option
@format_option(FORMATS)
@scheme_option("In the place of the design's own scheme.")
@click.option("--reaction", metavar="NAME", help="With --format svg: draw the gates of this reaction and all their steps.")
@click.option("--verify", is_flag=True, help="Prove that the strands do what the reactions say; exit code 1 if not.")
@click.option("--rates", is_flag=True, help="Show what the rate laws say of every reaction, in the place of the strands.")
@click.option(
    "--sizing",
    type=OneOf(["auto", "given"]),
    default="auto",
    show_default=True,
    help="Gates by the rate constants, or the defaults of [chemistry].",
)
@click.option(
    "--t-end",
    type=Seconds(),
    metavar="TIME",
    help='How long the gates must last in the network\'s time: seconds, or with a unit, such as "5 h"; 1000 s if not given.',
)
@strands_of_networks
@json_option
def command(
    design: Path,
    out: Path | None,
    seed: int,
    form: str,
    scheme: str | None,
    reaction: str | None,
    verify: bool,
    rates: bool,
    sizing: str,
    t_end: Stop | None,
    largest: float,
    scale: float,
    as_json: bool,
) -> None:
    """Translate a design, or a plain network (.crn), to DNA strand displacement.

    Concentrations are those of the design, not calibrated; those of a plain network follow from its rate constants.
    """
    from cli.console import working
    from cli.output import deliver, show
    from dsd_ncrn.dsd.jsonable import system_to_json
    from dsd_ncrn.dsd.kernel import write_pil
    from dsd_ncrn.gates.network import Limits
    from dsd_ncrn.runs.files import json_text, plain

    limits = Limits(largest, scale) if sizing == "auto" else None
    with working("translate"):
        system, unit = _system(design, seed, scheme, limits, t_end.seconds if t_end else None)
    described = plain(system_to_json(system))
    files = {"system.pil": write_pil(system), "system.json": json_text(described)}
    text = _texts(system, reaction)[form]()
    deliver(out, files | ({FILES[form]: text} if form in FILES else {}))
    if verify:
        _verify(system, as_json)
    elif rates:
        _rates(system, unit, as_json)
    else:
        show(as_json or form == "json", described, text)


def _system(path: Path, seed: int, scheme: str | None, limits: Limits | None, t_end: float | None) -> tuple[DsdSystem, float]:
    """The translated design or network, and its working concentration (nM); errors name the file."""
    if path.suffix != ".crn":
        return _design(path, seed, scheme)
    from cli.traces import network_as_given, sized_network
    from dsd_ncrn.design.spec import Translation

    translation = Translation.model_validate({"scheme": scheme} if scheme else {})
    if limits is None:
        return network_as_given(path, translation), 1.0

    return sized_network(path, t_end, limits, translation).system, limits.scale


def _design(path: Path, seed: int, scheme: str | None) -> tuple[DsdSystem, float]:
    from cli.job import in_scheme, job_of, placed

    study = job_of(path, seed, strands=scheme is None).study
    with placed(path):
        system = study.designed if scheme is None else in_scheme(study, scheme).designed
    return system, study.design.chemistry.unit


def _rates(system: DsdSystem, unit: float, as_json: bool) -> None:
    """The rate constants by law, what gates hold, and how far fast and slow reactions are apart."""
    from dataclasses import asdict

    from cli.output import show
    from dsd_ncrn.gates.report import rate_report
    from dsd_ncrn.runs.files import plain

    found = rate_report(system, unit)
    modules = [{**asdict(module), "seconds": module.seconds} for module in found.modules]
    show(as_json, plain({"modules": modules, "loading": found.loading, "separation": found.separation}), _rate_table(found))


def _rate_table(found: RateReport) -> str:
    from cli.output import table

    rows: list[tuple[object, ...]] = [("reaction", "formula", "phase", "k wanted", "k by law, /s", "s per unit of time")]
    rows += [
        (m.reaction, m.formula, ", ".join(m.phases) or "always", m.wanted, m.achieved, "fast" if m.fast else m.seconds)
        for m in found.modules
    ]
    held = [("species", "on gates / free"), *found.loading.items()]
    apart = [("phase", "slowest fast / fastest slow"), *found.separation.items()]
    return "\n\n".join(table(part) for part in (rows, held, apart) if len(part) > 1)


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

    from cli.console import working
    from cli.output import show
    from dsd_ncrn.analysis.verification import verified
    from dsd_ncrn.errors import CheckFailed
    from dsd_ncrn.runs.files import plain

    with working("verify") as tell:
        found = verified(system, progress=lambda done, total: tell(done / total))
    show(as_json, {"verified": found.ok, "checks": [plain(asdict(check)) for check in found.checks]}, str(found))
    if not found.ok:
        raise CheckFailed(f"{len(found.failures)} of {len(found.checks)} checks of the strands failed")


def _listing(system: DsdSystem) -> str:
    from cli.output import table
    from cli.run.abstract import longest_strand, system_counts

    sizes = ", ".join(f"{count} {what}" for what, count in system_counts(system).items())
    rows = [("role", "component", "nM", "structure")]
    rows += [(str(each.role), each.name, f"{each.concentration:.6g}", str(each.complex)) for each in system.components]
    fallen = [f"{name} annihilates by a two-domain join: {why}" for name, why in system.fallbacks.items()]
    head = f"{system.name}: {sizes}, longest strand {longest_strand(system)} nt, scheme {system.scheme}"
    return "\n".join([head, *fallen, "", table(rows)])
