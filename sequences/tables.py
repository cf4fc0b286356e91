"""What the search for sequences and their judging leave in a run folder, written and read back."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from dsd_ncrn.errors import InputError
from dsd_ncrn.runs.files import AGAIN, ResultTable, TableColumn, csv_text, plain, read_json, text_of, unreadable
from sequences.assignment import Candidate, SequenceAssignment, read_assignment
from sequences.crosstalk import WORST_SHOWN, CrosstalkMatrix, Interaction
from sequences.folding import TargetCheck
from sequences.rules.base import Verdict
from sequences.sites import LeakSite
from sequences.verdicts import SequenceVerdicts, shortfall

SEQUENCES_CSV = "sequences.csv"
SEARCH_JSON = "sequences.json"
SEARCH_FIELDS = ("seed", "parameter_set", "temperature", "sodium", "iterations", "time_limit_hit")

VERDICTS = ResultTable(
    "verdicts.csv",
    "sequences",
    "what every rule says of every domain, strand, pair and complex",
    Verdict,
    (
        TableColumn("rule", "", "name"),
        TableColumn("subject", "", "what it is applied to"),
        TableColumn("value", "`unit`", "what was found"),
        TableColumn("unit", "", "of value and limit"),
        TableColumn("limit", "`unit`", "of the rule"),
        TableColumn("passed", "", "True or False"),
        TableColumn("hard", "", "whether a failure makes the sequences unfit for an order"),
    ),
)
COMPLEXES = ResultTable(
    "complexes.csv",
    "sequences",
    "how each complex holds its target structure",
    TargetCheck,
    (
        TableColumn("component", "", "name"),
        TableColumn("length", "nt", "of all its strands"),
        TableColumn("concentration", "nM", "of its strands"),
        TableColumn("probability", "", "of exactly the target"),
        TableColumn("core", "", "probability of all its helices, but for fraying, with open toeholds"),
        TableColumn("defect", "", "mean share of nucleotides in another state"),
        TableColumn("open_toehold", "", "lowest probability that a nucleotide of its open toeholds is unpaired"),
        TableColumn("formed", "", "share of its strands that is together"),
        TableColumn("tube_defect", "", "mean share of nucleotides that are wrong, there or elsewhere"),
    ),
)
LEAK_SITES = ResultTable(
    "leak_sites.csv",
    "sequences",
    "ends of helices where leak begins",
    LeakSite,
    (
        TableColumn("gate", "", "name"),
        TableColumn("strand", "", "at whose end"),
        TableColumn("end", "", "5' or 3'"),
        TableColumn("branch", "", "domain that lies there"),
        TableColumn("opening", "", "probability that the last pair is open"),
        TableColumn("rate", "/M/s", "predicted leak"),
    ),
)


@dataclass(frozen=True, slots=True)
class ToeholdPair:
    """The toeholds that some steps close and open, by their bases with one of each branch beside them, and their energies."""

    kind: str
    bound_word: str
    bound_nt: int
    bound_kcal: float
    bound_usual_kcal: float
    released_word: str
    released_nt: int
    released_kcal: float
    released_usual_kcal: float
    rate_factor: float
    steps: int


def _of_toehold(side: str) -> tuple[TableColumn, ...]:
    return (
        TableColumn(f"{side}_word", "", f"bases of the toehold that is {side}, one base of each branch beside it"),
        TableColumn(f"{side}_nt", "nt", "its length; 0 where there is none"),
        TableColumn(f"{side}_kcal", "kcal/mol", "its energy"),
        TableColumn(f"{side}_usual_kcal", "kcal/mol", "that of a published toehold of its length"),
    )


TOEHOLD_RATES = ResultTable(
    "toehold_rates.csv",
    "dsd_sequences",
    "pairs of toeholds that steps close and open, and what their energies make of the rate",
    ToeholdPair,
    (
        TableColumn("kind", "", "of the steps"),
        *_of_toehold("bound"),
        *_of_toehold("released"),
        TableColumn("rate_factor", "", "rate over the one that lengths alone give"),
        TableColumn("steps", "", "how many steps have this pair"),
    ),
)
TABLES = (VERDICTS, COMPLEXES, LEAK_SITES, TOEHOLD_RATES)


@dataclass(frozen=True, slots=True)
class MatrixTable:
    """A file with energies (kcal/mol): a row for every first partner, a column for every second, empty where not judged."""

    file: str
    stage: str
    holds: str

    def text(self, matrix: CrosstalkMatrix) -> str:
        """The file."""
        return csv_text(*matrix.table)

    def read(self, folder: Path) -> CrosstalkMatrix | None:
        """The matrix of a run folder, None where there is no such file. Raises InputError for one that is none."""
        text = text_of(folder / self.file)
        if text is None:
            return None
        try:
            header, *rows = csv.reader(text.splitlines())
            cells = ((row[0], column, cell) for row in rows for column, cell in zip(header[1:], row[1:], strict=True))
            return CrosstalkMatrix(tuple(Interaction(one, other, float(cell)) for one, other, cell in cells if cell))
        except (ValueError, IndexError) as error:
            raise unreadable(folder / self.file, error) from None


CROSSTALK_DOMAINS = MatrixTable("crosstalk_domains.csv", "sequences", "unwanted duplexes of branch domains and complements")
CROSSTALK_STRANDS = MatrixTable("crosstalk_strands.csv", "sequences", "those of free strands with each other and with gates")
MATRICES = (CROSSTALK_DOMAINS, CROSSTALK_STRANDS)


def search_json(assignment: SequenceAssignment, found: SequenceVerdicts) -> dict[str, Any]:
    """How the sequences were found and what stands out; all but the wall time."""
    return plain(
        {
            **{name: getattr(assignment, name) for name in SEARCH_FIELDS},
            "gap_kcal": found.gap,
            "weakest_perfect_kcal": found.weakest_perfect_kcal,
            "worst_domains": [asdict(each) for each in found.worst_domains],
            "worst_strands": [asdict(each) for each in found.worst_strands],
            "toehold_sites": [asdict(each) for each in found.toehold_sites],
            "toehold_classes": [asdict(each) for each in found.toehold_classes],
            "flagged_complexes": [asdict(each) for each in found.flagged],
            "leak_sites": [asdict(each) for each in found.leak_sites[:WORST_SHOWN]],
            "candidates": [asdict(each) for each in assignment.candidates],
            "shortfall": shortfall(found),
        }
    )


def read_sequences(folder: Path) -> SequenceAssignment:
    """The sequences of a run folder with the record of their search, all but the wall time.

    Raises InputError for files that cannot be read.
    """
    assignment, record = read_assignment(folder / SEQUENCES_CSV), folder / SEARCH_JSON
    if not record.exists():
        return assignment
    try:
        found = read_json(record)
        compared = tuple(Candidate(**each) for each in found.get("candidates", ()))
        return replace(assignment, candidates=compared, **{name: found[name] for name in SEARCH_FIELDS})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        rule = f"the record of the sequence search cannot be read: {error}"
        raise InputError(rule, None, AGAIN, str(record)) from error
