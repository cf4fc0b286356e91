"""What ``compile`` does: the abstract network, in any format, and its proof."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from cli.console import working
from cli.interface.compiling import NETWORK_FILES
from cli.job import job_of
from cli.options import is_network
from cli.output import deliver, show, table
from cli.run.abstract import ncrn_json, warnings_of
from cli.streams import tell, warn
from dsd_ncrn.crn.antimony import antimony_of
from dsd_ncrn.crn.drawing import svg_of
from dsd_ncrn.crn.graph import dot_of
from dsd_ncrn.crn.latex import latex_of
from dsd_ncrn.crn.rate_law import MEANINGS, RateLaw, crn_to_json, in_law
from dsd_ncrn.crn.sbml import sbml_of
from dsd_ncrn.crn.text import format_crn, load_crn
from dsd_ncrn.crn.types import Crn
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.ncrn.verify import conservation_laws
from dsd_ncrn.runs.files import json_text
from dsd_ncrn.simulate.proof import Claim, Proof, prove

MANY = 40
"""Reactions that are drawn at once; more take a second for each so many."""


def compile_network(
    design: Path,
    out: Path | None,
    seed: int,
    form: str,
    verify: bool,
    law: RateLaw,
    input_rate_law: RateLaw,
    as_json: bool,
) -> None:
    """The abstract network."""
    if verify:
        _verify(design, out, seed, input_rate_law, as_json)
        return
    with working("compile"):
        crn, described = _network(design, seed, law, input_rate_law)
        text = json_text(described) if form == "json" else _text(crn, described, form, law)
    chosen = {NETWORK_FILES[form]: text} if form in NETWORK_FILES else {}
    deliver(out, {"ncrn.crn": format_crn(crn, law), "ncrn.json": json_text(described), **chosen})
    show(as_json, described, text)


def _verify(design: Path, out: Path | None, seed: int, input_law: RateLaw, as_json: bool) -> None:
    """Show the proof of a compilation, or what a plain network conserves. Raises CheckFailed where a claim is false."""
    proof = _proof(design, seed, input_law)
    described = proof_json(proof)
    deliver(out, {"proof.json": json_text(described)})
    show(as_json, described, proof_text(proof))
    false = [check.claim for check in proof.checks if not check.holds]
    if false:
        raise CheckFailed(f"the compilation of {design} is wrong: {'; '.join(false)}")


def proof_json(proof: Proof) -> dict[str, Any]:
    """All checks and conservation laws."""
    checks = [
        {"claim": each.claim, "holds": each.holds, "error": each.error, "bound": each.bound, "note": each.note}
        for each in proof.checks
    ]
    return {"holds": proof.holds, "checks": checks, "conserved": [str(law) for law in proof.conserved]}


def proof_text(proof: Proof) -> str:
    """A line for each check and each conservation law."""
    lines = [_claim_line(check) for check in proof.checks]
    laws = ["Conserved:", *(f"  {law}" for law in proof.conserved)] if proof.conserved else ["Conserved: nothing"]
    return "\n".join([*lines, *([""] if lines else []), *laws])


def _claim_line(check: Claim) -> str:
    if check.error is None:
        return f"-       {check.claim}: {check.note}"
    word = "holds " if check.holds else "FALSE "
    return f"{word}  {check.claim}: error {check.error:.2g}, bound {check.bound:.2g}" + (
        f" ({check.note})" if check.note else ""
    )


def _proof(design: Path, seed: int, input_law: RateLaw) -> Proof:
    if is_network(design):
        return Proof((), conservation_laws(load_crn(design, input_law)))
    with working("verify") as tell:
        study = job_of(design, seed).study
        return prove(study.decided, study.data, study.integrator, seed, lambda done, total: tell(done / total))


def _text(crn: Crn, described: dict[str, Any], form: str, law: RateLaw) -> str:
    """The network in one of the formats but JSON."""
    writers: dict[str, Callable[[], str]] = {
        "table": lambda: _by_stage(in_law(crn, law), described),
        "crn": lambda: format_crn(crn, law),
        "latex": lambda: latex_of(crn, law),
        "sbml": lambda: sbml_of(crn),
        "antimony": lambda: antimony_of(crn),
        "dot": lambda: dot_of(crn),
        "svg": lambda: _drawn(crn),
    }
    return writers[form]()


def _drawn(crn: Crn) -> str:
    if len(crn.reactions) > MANY:
        tell(f"Drawing {len(crn.reactions)} reactions, which takes about {len(crn.reactions) / MANY:.0f} s ...")
    return svg_of(crn)


def _network(path: Path, seed: int, law: RateLaw, input_law: RateLaw) -> tuple[Crn, dict[str, Any]]:
    """The network of a design or of a plain one's file, and its JSON form with constants of ``law``; warnings are told."""
    if is_network(path):
        crn = load_crn(path, input_law)
        return crn, crn_to_json(crn, law)
    study = job_of(path, seed).study
    for warning in warnings_of(study):
        warn(warning)
    return study.ncrn.crn, {**ncrn_json(study), **crn_to_json(study.ncrn.crn, law)}


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
    law = [] if described["rate_law"] == "product" else [MEANINGS["combinatoric"]]
    lines = [_heading(crn, described), *law, ""]
    rows = [("stage", "name", "reaction", "k", "phase", "term")]
    for each in crn.reactions:
        origin, phase = each.origin, ", ".join(sorted(each.phases)) or "always"
        rows.append((origin.stage or "-", origin.reaction, str(each), f"{each.rate:.6g}", phase, origin.term))
    return "\n".join([*lines, table(rows)])
