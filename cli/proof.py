"""The proof of a compilation as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dsd_ncrn.simulate.proof import Claim, Proof


def proof_json(proof: Proof) -> dict[str, Any]:
    """All checks and conservation laws."""
    checks = [
        {"claim": each.claim, "holds": each.holds, "error": each.error, "bound": each.bound, "note": each.note}
        for each in proof.checks
    ]
    return {"holds": proof.holds, "checks": checks, "conserved": [str(law) for law in proof.conserved]}


def proof_text(proof: Proof) -> str:
    """A line for each check and each conservation law."""
    lines = [_line(check) for check in proof.checks]
    laws = ["Conserved:", *(f"  {law}" for law in proof.conserved)] if proof.conserved else ["Conserved: nothing"]
    return "\n".join([*lines, *([""] if lines else []), *laws])


def _line(check: Claim) -> str:
    if check.error is None:
        return f"-       {check.claim}: {check.note}"
    word = "holds " if check.holds else "FALSE "
    return f"{word}  {check.claim}: error {check.error:.2g}, bound {check.bound:.2g}" + (
        f" ({check.note})" if check.note else ""
    )
