"""Order files of a vendor, written whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dsd_ncrn.errors import InputError, did_you_mean
from sequences.oligos import Oligo
from sequences.vendors import VENDORS
from sequences.vendors.base import Vendor, check_oligos


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """What was ordered: file names within the order's folder, number of oligos, of bases, and of plates (0 for tubes)."""

    vendor: str
    files: tuple[str, ...]
    oligos: int
    bases: int
    longest_nt: int
    plates: int
    advice: str


def vendor_named(name: str) -> Vendor:
    """The vendor of a name. Raises InputError with the nearest known one."""
    found = next((vendor for vendor in VENDORS if vendor.name == name), None)
    if found is None:
        raise InputError("unknown vendor", name, did_you_mean(name, [vendor.name for vendor in VENDORS]))
    return found


def write_order(oligos: Sequence[Oligo], vendor: str, directory: Path) -> OrderSummary:
    """Write a vendor's files into a folder, made if need be, and say what is in them.

    All limits are checked before anything is written: raises InputError naming the strand and the rule.
    """
    chosen = vendor_named(vendor)
    check_oligos(oligos)
    files = chosen.files(oligos)
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        _write(directory / name, content)
    return OrderSummary(
        vendor=vendor,
        files=tuple(files),
        oligos=len(oligos),
        bases=sum(oligo.length for oligo in oligos),
        longest_nt=max(oligo.length for oligo in oligos),
        plates=len({well.plate for well in chosen.wells(oligos)}),
        advice=chosen.advice,
    )


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(content)
    temporary.replace(path)
