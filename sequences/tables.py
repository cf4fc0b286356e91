"""The tables that judging sequences leaves in a run folder."""

from __future__ import annotations

from dsd_ncrn.runs.tables import Table, TableColumn
from sequences.folding import TargetCheck
from sequences.leak_sites import LeakSite
from sequences.rules.base import Verdict

VERDICTS = Table(
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
COMPLEXES = Table(
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
LEAK_SITES = Table(
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
