"""Everything a report shows, read from the files of a run folder and nothing else, before anything is rendered.

A stage that did not run has left no file: its part is None or empty here, and the report says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from cli.report.figures.palette import SERIES, Series
from dsd_ncrn.analysis.results import LeakPoint
from dsd_ncrn.arrays import Floats
from dsd_ncrn.runs.files import Json, Row, json_of, rows_of, section_of, text_of
from dsd_ncrn.runs.run import Run
from dsd_ncrn.runs.tables import REFITTED
from dsd_ncrn.simulate.results import Training
from sequences.rules.base import Verdict
from sequences.tables import VERDICTS

PREVIEW_LINES = 6
WRITTEN_LATER = ("report.html", "summary.json")


@dataclass(frozen=True, eq=False)
class TestPoints:
    """Predictions on the test set before and after training, one output below the other: shape (outputs * m,)."""

    __test__ = False  # pytest would take it for a test

    targets: Floats
    before: Floats
    after: Floats


@dataclass(frozen=True, slots=True)
class RunFile:
    """A file of the run folder."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class OrderFile:
    """A file of the order folder, and its first lines where it is text."""

    name: str
    size: int
    preview: str


class ReportData(Run):
    """A run as it is shown: the levels that are drawn, points that have a place in figures, files with their digests."""

    @cached_property
    def trainings(self) -> Mapping[str, Training]:
        """The trainings that are drawn: levels without a series of their own, and those of no iteration, are left out."""
        found = super().trainings
        return {each.key: found[each.key] for each in SERIES if each.key in found and found[each.key].iterations}

    @cached_property
    def tests(self) -> Mapping[str, TestPoints]:
        """The test points of every training."""
        return {
            level: TestPoints(*(points.T.ravel() for points in (each.test_targets, each.test_before, each.test_after)))
            for level, each in self.trainings.items()
        }

    @cached_property
    def leak_curve(self) -> tuple[LeakPoint, ...]:
        """The points that have a place on logarithmic scales."""
        return tuple(each for each in super().leak_curve if each.rate_per_M_s > 0 and 0 < each.rmse_ratio < float("inf"))

    @property
    def kinds(self) -> Mapping[str, str]:
        """What each species of the learner is for, as ``SpeciesKind``."""
        return section_of(self.ncrn or {}, "kinds")

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What every rule says of the sequences."""
        return VERDICTS.read(self.folder)

    @cached_property
    def domains(self) -> tuple[Row, ...]:
        """The domains with their sequences."""
        return tuple(rows_of(self.folder / "sequences.csv") or ())

    @cached_property
    def sequence_search(self) -> Json | None:
        """How the sequences were found."""
        return json_of(self.folder / "sequences.json")

    @cached_property
    def cost(self) -> tuple[Row, ...]:
        """What is to be paid for."""
        return tuple(rows_of(self.folder / "protocol" / "cost.csv") or ())

    @cached_property
    def protocol(self) -> str | None:
        """The lab protocol."""
        return text_of(self.folder / "protocol.md")

    @property
    def cards(self) -> bool:
        """Whether there is a page for each iteration."""
        return (self.folder / "protocol" / "bench_cards.html").is_file()

    @cached_property
    def order_files(self) -> tuple[OrderFile, ...]:
        """The files of the order."""
        folder = self.folder / "order"
        paths = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
        return tuple(OrderFile(str(path.relative_to(folder)), path.stat().st_size, _preview(path)) for path in paths)

    @cached_property
    def files(self) -> tuple[RunFile, ...]:
        """Every file but hidden ones and those that change after the report has been made."""
        paths = sorted(path for path in self.folder.rglob("*") if path.is_file() and path.name not in WRITTEN_LATER)
        shown = [path for path in paths if not any(part.startswith(".") for part in path.relative_to(self.folder).parts)]
        return tuple(RunFile(str(path.relative_to(self.folder)), path.stat().st_size, _sha256(path)) for path in shown)

    @property
    def series(self) -> tuple[Series, ...]:
        """Every level of training as it is drawn; the one with leak is named with the design's leak rate."""
        rate = self.chosen("leak").get("rate")
        titles = {"dsd_leaky": f"DNA strands, leak {rate}"} if rate else {}
        return tuple(replace(each, title=titles.get(each.key, each.title)) for each in SERIES)

    @property
    def outputs(self) -> int:
        """Number of targets, by the first training; 1 where there is none."""
        return next((each.targets.shape[1] for each in self.trainings.values()), 1)

    @property
    def stages(self) -> Mapping[str, str]:
        """What became of every stage of the run; empty where a run has not said."""
        return {stage: state or "not said" for stage, state in self.section("stages").items()}

    @property
    def staged(self) -> bool:
        """Whether gates come and go in stages, and the tube is set by aliquots."""
        return self.chosen("circuit").get("form") == "staged"

    @cached_property
    def by_sequences(self) -> bool:
        """Whether what is mixed has been calibrated at the rates of the sequences, and not at those of toehold lengths."""
        return bool(self.section("sequence_rates").get("reactions"))

    @property
    def mixed(self) -> Json:
        """How the strands, as they are mixed, keep to the ideal network, and how long that takes."""
        return self.section("sequence_rates" if self.by_sequences else "fidelity")

    @property
    def strands_level(self) -> str:
        """The level of training of the strands as they are mixed."""
        return "dsd_sequences" if self.by_sequences and self.training("dsd_sequences") else "dsd"

    @property
    def strands(self) -> Json:
        """The summary of that training."""
        return self.training(self.strands_level)

    @cached_property
    def system(self) -> Json | None:
        """Strands and complexes, with the concentrations at which they are mixed."""
        found = super().system
        if not found or not self.by_sequences:
            return found
        levels = {row.component_or_phase: row.by_sequences for row in REFITTED.read(self.folder) if row.unit == "nM"}
        mixed = [{**each, "concentration": levels.get(each["name"], each["concentration"])} for each in found["components"]]
        return {**found, "components": mixed}

    def chosen(self, name: str) -> Json:
        """A section of the design; empty where the design has not written it."""
        return section_of(self.given, name)

    @property
    def nothing_rests(self) -> bool:
        """Whether the tubes are the ideal case in which nothing occupies a toehold."""
        return self.chosen("imperfections").get("occlusion") in (0, "0 nM")  # as a run folder writes its design

    def training(self, level: str) -> Json:
        """The summary of one training; empty where it did not run, or did not get to its last test."""
        found = section_of(self.section("training"), level)
        return found if None not in (found.get("rmse_before"), found.get("rmse_after")) else {}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _preview(path: Path) -> str:
    """The first lines of a text file; nothing of any other."""
    if path.suffix not in (".csv", ".tsv", ".txt"):
        return ""
    return "\n".join((text_of(path) or "").splitlines()[:PREVIEW_LINES])
