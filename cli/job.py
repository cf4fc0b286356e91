"""One design on its way through the stages of a run: its study, where and how the work is done; and what a stage is."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.console import step
from cli.options import chosen_preset, holds_strands, is_network
from cli.run.folder import digest
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.translated import DEFAULT_ENGINE, Watch, unwatched
from dsd_ncrn.assays.applied import check_gates
from dsd_ncrn.assays.measured import read_measured
from dsd_ncrn.design.load import dump_design, load_design, located
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.errors import InputError
from dsd_ncrn.families import LEAK_MODELS, SCHEMES
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.train import Progress
from sequences.order import vendor_named
from sequences.sequenced import Sequenced
from sequences.tables import read_sequences

if TYPE_CHECKING:
    from cli.console import Display
    from cli.run.background import BackgroundTask
    from sequences.assignment import SequenceAssignment
    from sequences.vendors.base import Vendor


@dataclass
class Job:
    """A study, the file of its design (``source``, for messages), and how it is run.

    ``scheduler`` is the address of a Dask cluster that does the jobs of sweeps, instead of as many processes as ``workers``;
    ``sequence_search`` runs in a process of its own; ``folder`` is that of the run.
    """

    study: Study
    source: Path | None = None
    workers: int = 1
    scheduler: str | None = None
    folder: Path | None = None
    sequence_search: BackgroundTask | None = None
    found_sequences: SequenceAssignment | None = None

    @cached_property
    def sequenced(self) -> Sequenced[Study]:
        """The study with the sequences found or given, or those of the run folder."""

        if self.found_sequences is None:
            assert self.folder is not None, "sequences are found before they are used"
            self.found_sequences = read_sequences(self.folder)
        return Sequenced(self.study.ready, self.found_sequences)

    def cross(self, found: SequenceAssignment) -> None:
        """Let toeholds that should not bind do so as their sequences tell, where the conditions have them bind at all."""
        self.study = self.study.crossed(Sequenced(self.study, found).crossing)

    @property
    def key(self) -> str:
        """A digest of all that results depend on: design as run, points, seed, engine, version; sequences of toeholds."""
        study = self.study
        points = (study.data.train_x, study.data.train_y, study.data.test_x, study.data.test_y)
        data = digest(b"".join(array.tobytes() for array in points))  # a design may take them from a file that changes
        measured = [repr(each) for each in (study.measured, study.crossing) if each]
        parts = (digest(dump_design(study.decided)), data, str(study.seed), study.engine, version("dsd-ncrn"), *measured)
        return digest("\n".join(parts))


def job_of(
    design: Path,
    seed: int,
    engine: str = DEFAULT_ENGINE,
    strands: bool = False,
    watch: Watch = unwatched,
    conditions: str = "",
    measured: Path | None = None,
) -> Job:
    """The job of a design file, under ``conditions`` if they are named, compiled and, where ``strands`` are wanted, translated.

    Raises InputError naming the file, and the line where it is known, for a design that does not allow that.
    """
    if is_network(design) or holds_strands(design):
        remedy = "Give a design file (.toml)."
        raise InputError("a plain network has no task, no chemistry and no parameters", None, remedy, str(design))
    gates = read_measured(measured) if measured else ()
    study = Study(
        load_design(design, conditions, chosen_preset()), seed, engine_named(engine).name, watch=watch, measured=gates
    )
    with placed(design):
        _check_names(study.design)
        _ = study.ncrn, study.designed if strands else None
    if measured:
        check_gates(gates, study.designed, str(measured))
    return Job(study, design)


def in_scheme(study: Study, scheme: str) -> Study:
    """The study in another translation scheme."""
    spec = study.decided
    changed = spec.model_copy(update={"translation": spec.translation.model_copy(update={"scheme": scheme})})
    return replace(study, design=changed, points=study.data)


def shown_job(
    design: Path,
    seed: int,
    shown: Display,
    engine: str = DEFAULT_ENGINE,
    strands: bool = True,
    conditions: str = "",
    measured: Path | None = None,
) -> Job:
    """``job_of`` on a display, which shows what its study works out later as well."""

    @contextmanager
    def watch(part: str) -> Generator[Progress]:
        with step(shown, part) as tell:
            yield lambda done, total: tell(done / total)

    with step(shown, "translate" if strands else "compile"):
        return job_of(design, seed, engine, strands, watch, conditions, measured)


def chosen_vendor(job: Job) -> Vendor:
    """The vendor that a design names; raises InputError at its line for an unknown one."""

    with placed(job.source):
        try:
            return vendor_named(job.study.design.order.vendor)
        except InputError as error:
            raise DesignError(error.rule, error.value, error.remedy, key=("order", "vendor")) from None


def _check_names(spec: DesignSpec) -> None:
    """Raises DesignError for a scheme or a leak model that is not there, before anything long is done."""
    _ = SCHEMES[spec.translation.scheme]
    for name in spec.leak.model.split("+"):
        _ = LEAK_MODELS[name]


@contextmanager
def placed(design: Path | None) -> Generator[None]:
    """Name the design file, if there is one, and the line where it is known, in the errors of later steps."""
    if design is None:
        yield
        return
    try:
        with located(design):
            yield
    except InputError as error:
        raise error.at(str(design)) from None


Tell = Callable[[float], None]
"""Gets the share (0 to 1) of a stage that is done."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A stage's files by name, its sections of the summary by dotted name, and a few words for the display.

    ``seconds`` is the stage's own wall time where it is not the time that the pipeline waited for it.
    """

    files: Mapping[str, str | bytes]
    summary: Mapping[str, Any] = field(default_factory=dict[str, Any])
    note: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: the stages whose files it builds on, the sections of the summary it fills, its work, what ``--print-after``
    prints of it (a file, which some designs have no need of, or what makes a text), sections that it fills where a design
    asks for them, and the form of its files (a run whose files have another one does the stage again)."""

    name: str
    needs: tuple[str, ...]
    sections: tuple[str, ...]
    run: Callable[[Job, Tell], Outcome]
    shows: str | Callable[[Job, Path], str]
    may_fill: tuple[str, ...] = ()
    form: int = 1

    def text(self, job: Job, folder: Path) -> str:
        """What is shown of the stage when it is finished."""
        if not isinstance(self.shows, str):
            return self.shows(job, folder)
        path = folder / self.shows
        return path.read_text(encoding="utf-8") if path.exists() else f"# {self.name} has nothing to show for this design"
