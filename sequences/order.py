"""Order files of a vendor, written whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dsd_ncrn.errors import CheckFailed
from sequences.families import VENDORS
from sequences.oligos import Oligo
from sequences.vendors.base import Vendor, check_oligos
from sequences.vendors.idt import IdtPlate
from sequences.vendors.plates import Plates


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """What was ordered: file names within the order's folder, number of oligos, of bases, and of plates (0 for tubes).

    ``bases_by_product`` counts bases by scale and purification, which is what a quote goes by; ``notes`` are about this
    very order, ``advice`` about the vendor; ``iterations_covered`` is how many iterations the amounts last for.
    """

    vendor: str
    files: tuple[str, ...]
    oligos: int
    bases: int
    longest_nt: int
    plates: int
    modified: int
    bases_by_product: Mapping[str, int]
    notes: tuple[str, ...]
    advice: str
    iterations_covered: int = 0


def vendor_named(name: str, plates: Plates | None = None) -> Vendor:
    """The vendor of a name, with plates of a kind if it sells them. Raises InputError with the nearest known one."""
    found = VENDORS[name]
    return replace(found, plates=plates) if plates and isinstance(found, IdtPlate) else found


def write_order(oligos: Sequence[Oligo], vendor: str, directory: Path, plates: Plates | None = None) -> OrderSummary:
    """Write a vendor's files into a folder, made if need be, and say what is in them.

    All limits are checked before anything is written: raises InputError naming the strand and the rule, and CheckFailed
    where the files, read back, are not the strands that were to be ordered.
    """
    chosen = vendor_named(vendor, plates)
    check_oligos(oligos)
    files = chosen.files(oligos)
    _check_read_back(chosen, files, oligos)
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
        modified=sum(bool(oligo.ends) for oligo in oligos),
        bases_by_product=bases_by_product(oligos, chosen),
        notes=chosen.notes(oligos),
        advice=chosen.advice,
    )


def bases_by_product(oligos: Sequence[Oligo], vendor: Vendor) -> dict[str, int]:
    """Bases by scale and purification, such as ``100nm PAGE``, in the order of first use."""
    counts: Counter[str] = Counter()
    for oligo in oligos:
        counts[vendor.product(oligo)] += oligo.length
    return dict(counts)


def _check_read_back(vendor: Vendor, files: Mapping[str, bytes], oligos: Sequence[Oligo]) -> None:
    wanted, found = {(oligo.name, oligo.spelled) for oligo in oligos}, [tuple(line) for line in vendor.read(files)]
    if len(found) != len(wanted) or set(found) != wanted:
        names = sorted({name for name, _ in wanted.symmetric_difference(found)})
        raise CheckFailed(f"{vendor.title}: the files do not hold the strands to be ordered: {', '.join(names) or 'repeated'}")


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(content)
    temporary.replace(path)
