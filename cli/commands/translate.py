"""What ``translate`` does: the strands and complexes of a design or a plain network, in any format, proved, with rates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from cli.console import working
from cli.interface.compiling import STRAND_FILES
from cli.job import in_scheme, job_of, placed
from cli.options import Stop, is_network
from cli.output import deliver, show, table
from cli.run.abstract import longest_strand, system_counts
from cli.traces import network_as_given, sized_network
from dsd_ncrn.analysis.translated import module_network, verified
from dsd_ncrn.design.spec import Translation
from dsd_ncrn.dsd.figures import dot, module_figure, sheet
from dsd_ncrn.dsd.pil import write_pil
from dsd_ncrn.dsd.system import DsdSystem, system_to_json
from dsd_ncrn.dsd.visual_dsd import write_visual_dsd
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.gates.report import RateReport, rate_report
from dsd_ncrn.gates.sized_network import Limits
from dsd_ncrn.runs.files import json_text, plain


def translate(
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
    """The strands and complexes."""
    if verify:
        _verify(translated(design, seed, scheme)[0], as_json)
    if verify and out is None:
        return
    limits = Limits(largest, scale) if sizing == "auto" else None
    with working("translate"):
        system, unit = translated(design, seed, scheme, limits, t_end.seconds if t_end else None)
    described = plain(system_to_json(system))
    files = {"system.pil": write_pil(system), "system.json": json_text(described)}
    text = _texts(system, reaction)[form]()
    deliver(out, files | ({STRAND_FILES[form]: text} if form in STRAND_FILES else {}))
    if rates and not verify:
        _rates(system, unit, as_json)
    elif not verify:
        show(as_json or form == "json", described, text)


def translated(
    path: Path, seed: int, scheme: str | None = None, limits: Limits | None = None, t_end: float | None = None
) -> tuple[DsdSystem, float]:
    """The translated design or network, and its working concentration (nM); errors name the file.

    Gates of a network are sized within ``limits`` to last for ``t_end`` seconds of its time, or are as they are given.
    """
    if not is_network(path):
        return _design(path, seed, scheme)

    translation = Translation.model_validate({"scheme": scheme} if scheme else {})
    if limits is None:
        return network_as_given(path, translation), 1.0

    return sized_network(path, t_end, limits, translation).system, limits.scale


def _design(path: Path, seed: int, scheme: str | None) -> tuple[DsdSystem, float]:
    study = job_of(path, seed, strands=scheme is None).study
    with placed(path):
        system = study.designed if scheme is None else in_scheme(study, scheme).designed
    return system, study.design.chemistry.unit


def _rates(system: DsdSystem, unit: float, as_json: bool) -> None:
    """The rate constants by law, what gates hold, and how far fast and slow reactions are apart."""
    found = rate_report(system, unit)
    modules = [{**asdict(module), "seconds": module.seconds} for module in found.modules]
    show(as_json, plain({"modules": modules, "loading": found.loading, "separation": found.separation}), _rate_table(found))


def _rate_table(found: RateReport) -> str:
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
    return {
        "table": lambda: _strands_text(system),
        "json": lambda: "",
        "pil": lambda: write_pil(system),
        "dsd": lambda: write_visual_dsd(system),
        "dot": lambda: dot(system),
        "svg": lambda: sheet(system) if reaction is None else module_figure(system, reaction, module_network),
    }


def _verify(system: DsdSystem, as_json: bool) -> None:
    """Print one line for each check; CheckFailed where one does not hold."""
    with working("verify") as tell:
        found = verified(system, progress=lambda done, total: tell(done / total))
    show(as_json, {"verified": found.ok, "checks": [plain(asdict(check)) for check in found.checks]}, str(found))
    if not found.ok:
        raise CheckFailed(f"{len(found.failures)} of {len(found.checks)} checks of the strands failed")


def _strands_text(system: DsdSystem) -> str:
    sizes = ", ".join(f"{count} {what}" for what, count in system_counts(system).items())
    rows = [("role", "component", "nM", "structure")]
    rows += [(str(each.role), each.name, f"{each.concentration:.6g}", str(each.complex)) for each in system.components]
    fallen = [f"{name} annihilates by a two-domain join: {why}" for name, why in system.fallbacks.items()]
    head = f"{system.name}: {sizes}, longest strand {longest_strand(system)} nt, scheme {system.scheme}"
    return "\n".join([head, *fallen, "", table(rows)])
