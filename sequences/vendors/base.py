"""What a vendor's order is made of, and the checks every format needs."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, NamedTuple

from dsd_ncrn.errors import InputError
from sequences.oligos import LONGEST_NAME, NAME, Oligo
from sequences.properties import full_length_fraction

_DATED = datetime(2000, 1, 1)
"""openpyxl writes the time of day into the document and into the archive's entries."""
_YIELD_NT = 8.0
_RECOVERED = {"PAGE": 0.3, "HPLC": 0.5}
"""Of the strands of full length, what comes out of a purification: gels are cut and eluted. Rough; the certificate says."""


class Line(NamedTuple):
    """An oligo as it stands in an order file: its sequence with the modifications in IDT's spelling."""

    name: str
    spelled: str


@dataclass(frozen=True, slots=True)
class LengthRange:
    """Lengths (nt) in which a synthesis scale, or a product, is made, and its ``nmol``.

    These are what the synthesis starts from, or where ``guaranteed`` what is delivered; 0 where nothing is said of them.
    """

    name: str
    shortest: int
    longest: int
    nmol: float = 0.0
    guaranteed: bool = False

    def expected_nmol(self, length: int, purification: str = "") -> float:
        """What is delivered of an oligo, nmol.

        Of a synthesis of 25 nmol about 10 of a 20-mer, 5 of a 40-mer, 3.2 of a 60-mer, of 200 nmol eight times as much
        (Invitrogen's table), for desalted oligos. What is purified by PAGE or HPLC is of full length, and a part of that.
        """
        if self.guaranteed:
            return self.nmol
        kept = _RECOVERED.get(purification)
        return self.nmol * _YIELD_NT / length * (kept * full_length_fraction(length) if kept else 1.0)

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

    def read(self, files: Mapping[str, bytes]) -> tuple[Line, ...]:
        """The oligos of the vendor's own files, to compare them with what was to be ordered."""
        raise NotImplementedError

    def wells(self, oligos: Sequence[Oligo]) -> tuple[Well, ...]:
        """Where each oligo arrives; empty for tubes."""
        return ()

    def notes(self, oligos: Sequence[Oligo]) -> tuple[str, ...]:
        """What to know of this very order before it is sent."""
        return ()

    def purification(self, oligo: Oligo) -> str:
        """How the oligo is purified; empty where the vendor offers no choice."""
        return ""

    def offered(self, oligo: Oligo) -> tuple[LengthRange, ...]:
        """The ranges that an oligo may be made in, whatever its length."""
        return self.ranges

    def scale(self, oligo: Oligo) -> LengthRange:
        """The first range that fits the oligo's length and delivers what is needed, or else the one that delivers most.

        Raises InputError naming the strand and the rule where its length fits none.
        """
        offered = self.offered(oligo)
        fitting = [each for each in offered if oligo.length in each]
        if not fitting:
            raise self._refused(oligo)
        made_as = self.purification(oligo)
        enough = [each for each in fitting if not each.nmol or each.expected_nmol(oligo.length, made_as) >= oligo.nmol]
        return enough[0] if enough else max(fitting, key=lambda each: each.expected_nmol(oligo.length, made_as))

    def expected_nmol(self, oligo: Oligo) -> float:
        """What the ordered scale and purification usually yield, 0 where the vendor says nothing of amounts."""
        return self.scale(oligo).expected_nmol(oligo.length, self.purification(oligo))

    def product(self, oligo: Oligo) -> str:
        """Scale and purification, such as ``100nm PAGE``."""
        return f"{self.scale(oligo).name} {self.purification(oligo)}".rstrip()

    def _refused(self, oligo: Oligo) -> InputError:
        """Why an oligo is not made: its length, or its length with its modification and purification."""
        possible = any(oligo.length in each for each in self.ranges)
        ranges = self.offered(oligo) if possible else self.ranges
        limits = ", ".join(f"{each.name} {each.shortest}-{each.longest} nt" for each in ranges)
        special = f" with {oligo.modification}" if possible and oligo.ends else ""
        remedy = f"Change the domain lengths, or choose another vendor for {oligo.name}."
        return InputError(f"{self.title} makes {limits}{special}: strand {oligo.name} is outside", oligo.length, remedy)


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
        if words.setdefault(oligo.spelled, oligo.name) != oligo.name:
            other = words[oligo.spelled]
            raise InputError(f"strands {other} and {oligo.name} have one sequence", oligo.sequence, "Order it once.")


def csv_bytes(rows: Iterable[Sequence[object]]) -> bytes:
    """Comma-separated rows with Unix line ends."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def csv_rows(content: bytes) -> list[list[str]]:
    """The rows of comma-separated text."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def workbook_bytes(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """An Excel workbook with a sheet for each name, rows of text cells; its bytes depend on these alone."""
    from openpyxl import Workbook
    from openpyxl.writer.excel import ExcelWriter

    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.properties.created = book.properties.modified = _DATED
    raw = io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(raw, "w")).save()
    return _with_fixed_times(raw.getvalue())


def _with_fixed_times(archive: bytes) -> bytes:
    """The same archive with every entry dated alike."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            info = zipfile.ZipInfo(entry.filename, _DATED.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, source.read(entry))
    return result.getvalue()
