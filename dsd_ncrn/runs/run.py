"""A run folder that ``dsd-ncrn run`` has written, read back."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dsd_ncrn.analysis.results import FuelAddition, LeakChannel, LeakPoint, LeakShare, Sample
from dsd_ncrn.arrays import Floats
from dsd_ncrn.design.files import read_text
from dsd_ncrn.design.load import load_design
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.runs.files import Json, json_of, section_of, text_of, unreadable
from dsd_ncrn.runs.tables import LEAK_RANKING, LEAK_STEPS, LEAKS, TOP_UPS, TUBES, TUNE, WAYS, PointTried, WayTried
from dsd_ncrn.runs.trainings import Trace, read_fuel, read_traces, read_trainings
from dsd_ncrn.simulate.results import Training


@dataclass(frozen=True, eq=False)
class Run:
    """A run, as far as it has come: its design, ``summary.json``, every training by level, and what its studies have left.

    Each file is read when it is first asked for, and what no stage has left is empty, or None. Reading raises InputError
    naming a file that cannot be read. Trainings are as those of ``PreparedDesign.train``, but for the fuel: what each
    iteration of the strands used of each is in ``fuel_used``, nM.
    """

    folder: Path

    @cached_property
    def design(self) -> DesignSpec:
        """The design as run."""
        return load_design(self.folder / "design.toml")

    @cached_property
    def summary(self) -> Json:
        """``summary.json``."""
        return json_of(self.folder / "summary.json") or {}

    @cached_property
    def trainings(self) -> Mapping[str, Training]:
        """Every training by level."""
        levels = self.section("training")
        return read_trainings(self.folder, lambda level: int(section_of(levels, level).get("epochs") or 1))

    @cached_property
    def traces(self) -> Mapping[str, Trace]:
        """One iteration, of the ideal network and of strands."""
        return read_traces(self.folder)

    @cached_property
    def leak_curve(self) -> tuple[LeakPoint, ...]:
        """What a training comes to at rising leak rates."""
        return LEAKS.read(self.folder)

    @cached_property
    def leak_ranking(self) -> tuple[LeakShare, ...]:
        """Formal reactions by the harm that the leaks of their gates do."""
        return LEAK_RANKING.read(self.folder)

    @cached_property
    def leak_steps(self) -> tuple[LeakChannel, ...]:
        """The single leaks that do most harm."""
        return LEAK_STEPS.read(self.folder)

    @cached_property
    def tubes(self) -> tuple[Sample, ...]:
        """Tubes with the design's imperfections."""
        return TUBES.read(self.folder)

    @cached_property
    def ways(self) -> tuple[WayTried, ...]:
        """Mitigations of leak."""
        return WAYS.read(self.folder)

    @cached_property
    def tuned(self) -> tuple[PointTried, ...]:
        """Operating points that a search has tried."""
        return TUNE.read(self.folder)

    @cached_property
    def fuel_used(self) -> Mapping[str, Floats]:
        """What each iteration used of each fuel, nM."""
        return read_fuel(self.folder)

    @cached_property
    def top_ups(self) -> tuple[FuelAddition, ...]:
        """What to add of a fuel before which iteration."""
        return TOP_UPS.read(self.folder)

    @cached_property
    def design_text(self) -> str:
        """The design as run, as text."""
        return text_of(self.folder / "design.toml") or ""

    @cached_property
    def given(self) -> Json:
        """The design as run, as it stands in its file."""
        try:
            return tomllib.loads(self.design_text)
        except tomllib.TOMLDecodeError as error:
            raise unreadable(self.folder / "design.toml", error) from error

    @cached_property
    def ncrn(self) -> Json | None:
        """The abstract network."""
        return json_of(self.folder / "ncrn.json")

    @cached_property
    def system(self) -> Json | None:
        """Strands and complexes."""
        return json_of(self.folder / "system.json")

    @cached_property
    def provenance(self) -> Json:
        """Versions, machine and times."""
        return json_of(self.folder / "provenance.json") or {}

    @property
    def name(self) -> str:
        """The design's."""
        return str(self.given.get("name") or section_of(self.summary, "design").get("name") or self.folder.name)

    def section(self, name: str) -> Json:
        """A section of the summary; empty where it did not run."""
        return section_of(self.summary, name)


def read_run(folder: str | Path) -> Run:
    """Read the folder of a run, as far as the run has come; nothing is simulated.

    Raises InputError naming the file where one is absent that every run has, or cannot be read.

    >>> import dsd_ncrn as dn
    >>> run = dn.read_run("runs/linreg2d")
    >>> run.trainings["dsd"].parameters.shape[1], run.summary["ncrn"]["reactions"]
    (2, 14)
    """
    run = Run(Path(folder))
    _ = run.design, read_text(run.folder / "summary.json"), run.summary, run.trainings, run.leak_curve
    return run
