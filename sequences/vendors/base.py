"""What a vendor's order is made of, and the checks every format needs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from dsd_ncrn.errors import InputError
from sequences.oligos import LONGEST_NAME, NAME, Oligo


@dataclass(frozen=True, slots=True)
class LengthRange:
    """Lengths (nt) in which a synthesis scale, or a product, is made."""

    name: str
    shortest: int
    longest: int

    def __contains__(self, length: int) -> bool:
        return self.shortest <= length <= self.longest


@dataclass(frozen=True, slots=True)
class Well:
    """Where an oligo arrives: plate (from 1), and the well's label such as ``A1``."""

    plate: int
    label: str
    oligo: str


class Vendor:
    """An order format. A subclass says its limits as data and turns oligos into files.

    Limits were collected from open tools and vendors' pages; they change, and are to be checked when ordering.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    ranges: ClassVar[tuple[LengthRange, ...]]
    advice: ClassVar[str] = "Check the limits on the vendor's page when ordering."

    def files(self, oligos: Sequence[Oligo]) -> Mapping[str, bytes]:
        """File name to content, the same bytes for the same oligos. Raises InputError where a limit is broken."""
        raise NotImplementedError

    def wells(self, oligos: Sequence[Oligo]) -> tuple[Well, ...]:
        """Where each oligo arrives; empty for tubes."""
        return ()

    def scale(self, oligo: Oligo) -> LengthRange:
        """The first range that fits the oligo's length. Raises InputError naming the strand and the rule."""
        return self.first_fitting(oligo, self.ranges)

    def first_fitting(self, oligo: Oligo, ranges: Sequence[LengthRange]) -> LengthRange:
        """The first of some ranges that fits the oligo's length. Raises InputError as ``scale`` does."""
        found = next((each for each in ranges if oligo.length in each), None)
        if found is None:
            limits = ", ".join(f"{each.name} {each.shortest}-{each.longest} nt" for each in ranges)
            remedy = f"Change the domain lengths, or choose another vendor for {oligo.name}."
            raise InputError(f"{self.title} makes {limits}: strand {oligo.name} is outside", oligo.length, remedy)
        return found


def check_oligos(oligos: Sequence[Oligo]) -> None:
    """Raises InputError for an empty order, an illegal or repeated name, or one sequence under two names."""
    if not oligos:
        raise InputError("an order has at least one strand", None, "Give a circuit with strands.")
    names: dict[str, str] = {}
    words: dict[str, str] = {}
    for oligo in oligos:
        if not NAME.fullmatch(oligo.name) or len(oligo.name) > LONGEST_NAME:
            raise InputError(f"a strand's name is letters, digits, _ . - and at most {LONGEST_NAME} long", oligo.name)
        if names.setdefault(oligo.name.lower(), oligo.sequence) != oligo.sequence:
            raise InputError("two sequences cannot have one name", oligo.name, "Rename one of them.")
        if words.setdefault(oligo.sequence, oligo.name) != oligo.name:
            other = words[oligo.sequence]
            raise InputError(f"strands {other} and {oligo.name} have one sequence", oligo.sequence, "Order it once.")


def csv_bytes(rows: Iterable[Sequence[object]]) -> bytes:
    """Comma-separated rows with Unix line ends."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def wells_by_column(rows: str = "ABCDEFGH", columns: int = 12) -> Iterator[tuple[int, str]]:
    """Plate number and well label, down each column first, plate after plate without end."""
    plate = 0
    while True:
        plate += 1
        for column in range(1, columns + 1):
            for row in rows:
                yield plate, f"{row}{column}"
