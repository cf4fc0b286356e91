"""What the search for sequences and their judging leave in a run folder, written and read back."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from dsd_ncrn.errors import InputError
from dsd_ncrn.runs.files import AGAIN, plain, read_json
from dsd_ncrn.runs.tables import ResultTable, TableColumn
from sequences.assignment import Candidate, SequenceAssignment, read_assignment
from sequences.crosstalk import WORST_SHOWN
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
TABLES = (VERDICTS, COMPLEXES, LEAK_SITES)


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
