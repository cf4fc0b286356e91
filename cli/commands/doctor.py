"""``dsd-ncrn doctor``: whether the installation works."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cli.options import json_option, out_option, subcommand

if TYPE_CHECKING:
    from cli.doctor.installed import Finding


@subcommand("doctor", examples=("dsd-ncrn doctor", "dsd-ncrn doctor --json"))
@out_option("doctor.json")
@json_option
def command(out: Path | None, as_json: bool) -> None:
    """Check the installation: packages, numerics, energies, room on the disk, and a tiny design from end to end.

    Each check is ok, a warning (single commands may not work) or a failure, with its remedy; the exit code is 1 where one
    fails.
    """
    from cli.console import working
    from cli.doctor.installed import Status
    from cli.doctor.working import examined
    from cli.output import deliver, show
    from dsd_ncrn.errors import CheckFailed
    from dsd_ncrn.runs.files import json_text

    with working("doctor") as advance:
        found = dict(examined(advance))
    failed = [name for name, each in found.items() if each.status == Status.FAILURE]
    described = {
        "ok": not failed,
        "checks": [
            {"name": name, "status": str(each.status), "detail": each.detail, "remedy": each.remedy}
            for name, each in found.items()
        ],
    }
    deliver(out, {"doctor.json": json_text(described)})
    show(as_json, described, "\n".join(line for name, each in found.items() for line in _lines(name, each)))
    if failed:
        raise CheckFailed(f"{len(failed)} of {len(found)} checks of the installation failed: {', '.join(failed)}")


def _lines(name: str, found: Finding) -> list[str]:
    line = f"{found.status!s:<8} {name:<15} {found.detail}"
    return [line, *([f"{'':<25}{found.remedy}"] if found.remedy else [])]
