"""``dsd-ncrn compile``: the abstract network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.options import NETWORKS, OneOf, format_option, json_option, network_argument, out_option, seed_option, subcommand
from dsd_ncrn.crn.rate_law import RATE_LAWS

if TYPE_CHECKING:
    from dsd_ncrn.crn.rate_law import RateLaw
    from dsd_ncrn.crn.types import Crn
    from dsd_ncrn.simulate.proof import Claim, Proof

FILES = {"sbml": "ncrn.xml", "antimony": "ncrn.ant", "latex": "ncrn.tex", "dot": "ncrn.dot", "svg": "ncrn.svg"}
"""What -o writes for a format, beside ncrn.crn and ncrn.json."""
FORMATS = ("table", "crn", "json", *FILES)

_MEANING = "product: k times the product of concentrations; combinatoric: divided by n! for each reactant that stands n times."
rate_law_option = click.option(
    "--rate-law",
    "law",
    type=OneOf(RATE_LAWS),
    default="product",
    show_default=True,
    help=f"What the rate constants that are written mean (table, crn, json, latex). {_MEANING}",
)
input_rate_law_option = click.option(
    "--input-rate-law",
    type=OneOf(RATE_LAWS),
    default="product",
    show_default=True,
    help="What the rate constants in the file mean.",
)


@subcommand(
    "compile",
    examples=(
        "dsd-ncrn compile designs/linreg2d.toml",
        "dsd-ncrn compile designs/xor2d.toml --format sbml > xor2d.xml",
        "dsd-ncrn compile designs/xor2d.toml --verify",
        "dsd-ncrn compile designs/lotka_volterra.crn --format latex --rate-law combinatoric",
    ),
    groups={NETWORKS: ("input_rate_law",)},
)
@network_argument
@out_option("ncrn.crn, ncrn.json and the file of the chosen format")
@seed_option
@format_option(FORMATS)
@click.option("--verify", is_flag=True, help="Prove that the network computes what the formula says; exit code 1 if not.")
@rate_law_option
@input_rate_law_option
@json_option
def command(
    design: Path,
    out: Path | None,
    seed: int,
    form: str,
    verify: bool,
    law: RateLaw,
    input_rate_law: RateLaw,
    as_json: bool,
) -> None:
    """Compile a design to its Neural CRN, or read a plain network (.crn), and show it stage by stage.

    SBML and Antimony write every rate law out, so that their constants are the same whatever --rate-law says.
    """
    from cli.console import working
    from cli.output import deliver, show
    from dsd_ncrn.crn.text import format_crn
    from dsd_ncrn.runs.files import json_text

    if verify:
        _verify(design, out, seed, input_rate_law, as_json)
        return
    with working("compile"):
        crn, described = _network(design, seed, law, input_rate_law)
    text = json_text(described) if form == "json" else _text(crn, described, form, law)
    chosen = {FILES[form]: text} if form in FILES else {}
    deliver(out, {"ncrn.crn": format_crn(crn, law), "ncrn.json": json_text(described), **chosen})
    show(as_json, described, text)


def _verify(design: Path, out: Path | None, seed: int, input_law: RateLaw, as_json: bool) -> None:
    """Show the proof of a compilation, or what a plain network conserves. Raises CheckFailed where a claim is false."""
    from cli.output import deliver, show
    from dsd_ncrn.errors import CheckFailed
    from dsd_ncrn.runs.files import json_text

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
    from cli.console import working
    from cli.job import job_of
    from dsd_ncrn.crn.text import load_crn
    from dsd_ncrn.ncrn.verify import conservation_laws
    from dsd_ncrn.simulate.proof import Proof, prove

    if design.suffix == ".crn":
        return Proof((), conservation_laws(load_crn(design, input_law)))
    with working("verify") as tell:
        study = job_of(design, seed).study
        return prove(study.decided, study.data, study.integrator, seed, lambda done, total: tell(done / total))


def _text(crn: Crn, described: dict[str, Any], form: str, law: RateLaw) -> str:
    """The network in one of the formats but JSON."""
    from dsd_ncrn.crn.antimony import antimony_of
    from dsd_ncrn.crn.drawing import svg_of
    from dsd_ncrn.crn.graph import dot_of
    from dsd_ncrn.crn.latex import latex_of
    from dsd_ncrn.crn.rate_law import in_law
    from dsd_ncrn.crn.sbml import sbml_of
    from dsd_ncrn.crn.text import format_crn

    writers: dict[str, Callable[[], str]] = {
        "table": lambda: _by_stage(in_law(crn, law), described),
        "crn": lambda: format_crn(crn, law),
        "latex": lambda: latex_of(crn, law),
        "sbml": lambda: sbml_of(crn),
        "antimony": lambda: antimony_of(crn),
        "dot": lambda: dot_of(crn),
        "svg": lambda: svg_of(crn),
    }
    return writers[form]()


def _network(path: Path, seed: int, law: RateLaw, input_law: RateLaw) -> tuple[Crn, dict[str, Any]]:
    """The network of a design or of a ``.crn`` file, and its JSON form with constants of ``law``; warnings are told."""
    from cli.job import job_of
    from cli.run.abstract import ncrn_json, warnings_of
    from cli.streams import warn
    from dsd_ncrn.crn.jsonable import crn_to_json
    from dsd_ncrn.crn.text import load_crn

    if path.suffix == ".crn":
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
    from cli.output import table
    from dsd_ncrn.crn.rate_law import MEANINGS

    law = [] if described["rate_law"] == "product" else [MEANINGS["combinatoric"]]
    lines = [_heading(crn, described), *law, ""]
    rows = [("stage", "name", "reaction", "k", "phase", "term")]
    for each in crn.reactions:
        origin, phase = each.origin, ", ".join(sorted(each.phases)) or "always"
        rows.append((origin.stage or "-", origin.reaction, str(each), f"{each.rate:.6g}", phase, origin.term))
    return "\n".join([*lines, table(rows)])
