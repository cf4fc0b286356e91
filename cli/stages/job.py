"""One design on its way through the stages. What a stage needs in memory is worked out once, when first asked for."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cli.run_folder import digest
from dsd_ncrn.errors import InputError

if TYPE_CHECKING:
    from cli.background import BackgroundTask
    from cli.stages.sequenced import Sequenced
    from dsd_ncrn.analysis.study import Study
    from dsd_ncrn.design.spec import DesignSpec
    from dsd_ncrn.dsd.system import DsdSystem
    from dsd_ncrn.kinetics.network import ReactionNetwork
    from dsd_ncrn.ncrn.types import NeuralCrn
    from dsd_ncrn.simulate.results import Training
    from dsd_ncrn.simulate.train import Progress
    from dsd_ncrn.tasks import Dataset
    from sequences.assignment import SequenceAssignment

DEFAULT_ENGINE = "rosenbrock"


@dataclass
class Job:
    """A validated design with its seed, and everything derived from it. ``trainings`` are those done here, by level;
    ``source`` is the design file, for messages.

    ``scheduler`` is the address of a Dask cluster that does the jobs of sweeps, instead of as many processes as ``workers``.
    """

    spec: DesignSpec
    seed: int
    engine: str = DEFAULT_ENGINE
    workers: int = 1
    scheduler: str | None = None
    sequence_search: BackgroundTask | None = None
    found_sequences: SequenceAssignment | None = None
    folder: Path | None = None
    source: Path | None = None
    trainings: dict[str, Training] = field(default_factory=dict)

    @cached_property
    def data(self) -> Dataset:
        """The training and test points."""
        from dsd_ncrn.tasks import load_dataset

        return load_dataset(self.spec.task, self.seed)

    @cached_property
    def ncrn(self) -> NeuralCrn:
        """The compiled network."""
        from dsd_ncrn.ncrn.compile import compile_design

        return compile_design(self.spec, self.data.dimension, self.data.outputs)

    @cached_property
    def sized(self) -> DesignSpec:
        """The design with a budget for the gates of every reaction, where it leaves their sizes open."""
        from dsd_ncrn.gates.learner import largest_firings, size_gates
        from dsd_ncrn.kinetics.rates import ToeholdLengthRates
        from dsd_ncrn.simulate.engines import engine_named

        flux = largest_firings(self.spec, self.data, self.ncrn, engine_named(self.engine))
        return size_gates(self.spec, self.ncrn, flux, ToeholdLengthRates())

    @cached_property
    def translated(self) -> DsdSystem:
        """The strands and complexes, with the concentrations of the design."""
        from dsd_ncrn.dsd.translate import translate

        return translate(self.ncrn, self.sized)

    @cached_property
    def network(self) -> ReactionNetwork:
        """The strand-level network without leaks."""
        from dsd_ncrn.kinetics.build import build_network

        return build_network(self.translated)

    @cached_property
    def leaky_network(self) -> ReactionNetwork:
        """The strand-level network with the leak channels of the design's model."""
        from dsd_ncrn.kinetics.build import build_network

        return build_network(self.translated, self.spec.leak.model)

    def ideal_training(self, progress: Progress | None = None) -> Training:
        """The ideal network's training, with progress where it has to be done."""
        from dsd_ncrn.simulate.engines import engine_named
        from dsd_ncrn.simulate.train import no_progress
        from dsd_ncrn.simulate.training import train_ideal

        if "ideal" not in self.trainings:
            engine = engine_named(self.engine)
            self.trainings["ideal"] = train_ideal(self.spec, self.data, self.ncrn, engine, progress or no_progress)
        return self.trainings["ideal"]

    @property
    def ideal(self) -> Training:
        """The ideal network's training."""
        return self.ideal_training()

    @cached_property
    def study(self) -> Study:
        """The calibrated system, ready to be simulated."""
        return self.calibrated()

    def calibrated(self, progress: Progress | None = None) -> Study:
        """The study, with progress where the calibration has to be done."""
        from dsd_ncrn.analysis.study import study_of
        from dsd_ncrn.simulate.engines import engine_named
        from dsd_ncrn.simulate.train import no_progress

        if "study" not in vars(self):
            engine, ideal = engine_named(self.engine), self.ideal
            self.study = study_of(self.sized, self.data, self.ncrn, ideal, engine, progress or no_progress)
        return self.study

    @property
    def assignment(self) -> SequenceAssignment:
        """The sequences: those found or given, or those of the run folder."""
        from cli.stages.sequences import read_sequences

        if self.found_sequences is None:
            assert self.folder is not None, "sequences are found before they are used"
            self.found_sequences = read_sequences(self.folder)
        return self.found_sequences

    @cached_property
    def sequenced(self) -> Sequenced:
        """The design at the rates of its sequences, calibrated on them: what the bench mixes."""
        from cli.stages.sequenced import sequenced

        return sequenced(self)

    @property
    def key(self) -> str:
        """A digest of all that results depend on: design as run, points, seed, engine, version."""
        from cli.version import version
        from dsd_ncrn.design.load import dump_design

        return digest("\n".join((digest(dump_design(self.spec)), self.data_key, str(self.seed), self.engine, version())))

    @cached_property
    def data_key(self) -> str:
        """A digest of the points, which a design may take from a file that changes."""
        points = (self.data.train_x, self.data.train_y, self.data.test_x, self.data.test_y)
        return digest(b"".join(array.tobytes() for array in points))


def job_of(design: Path, seed: int, engine: str = DEFAULT_ENGINE, strands: bool = False) -> Job:
    """The job of a design file, compiled and, where ``strands`` are wanted, translated.

    Raises InputError naming the file, and the line where it is known, for a design that does not allow that.
    """
    from dsd_ncrn.design.load import load_design
    from dsd_ncrn.ncrn.decide import decide
    from dsd_ncrn.ncrn.signs import check_signs
    from dsd_ncrn.simulate.engines import engine_named

    _refuse_networks(design)
    job = Job(load_design(design), seed, engine_named(engine).name, source=design)
    with placed(design):
        _check_names(job.spec)
        job.spec = decide(job.spec, job.data, seed)
        check_signs(job.spec, job.data)
        _ = job.ncrn, job.translated if strands else None
    return job


def _check_names(spec: DesignSpec) -> None:
    """Raises DesignError for a scheme or a leak model that is not there, before anything long is done."""
    from dsd_ncrn.dsd.modules import scheme_named
    from dsd_ncrn.kinetics.build import leak_model_named

    scheme_named(spec.translation.scheme)
    for name in spec.leak.model.split("+"):
        leak_model_named(name)


@contextmanager
def placed(design: Path | None) -> Generator[None]:
    """Name the design file, if there is one, and the line where it is known, in the errors of later steps."""
    from dsd_ncrn.design.load import located

    if design is None:
        yield
        return
    try:
        with located(design):
            yield
    except InputError as error:
        raise error.at(str(design)) from None


def _refuse_networks(path: Path) -> None:
    if path.suffix in (".crn", ".pil"):
        remedy = "Give a design file (.toml)."
        raise InputError("a plain network has no task, no chemistry and no parameters", None, remedy, str(path))
