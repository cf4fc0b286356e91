"""A whole run: every stage into one folder, what is finished already left as it is."""

from __future__ import annotations

import time
from collections.abc import Collection, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from cli.families import STAGES
from cli.job import placed
from cli.report.cards import answers, verdict_section
from cli.report.data import ReportData
from cli.report.page import build_report
from cli.run.folder import RunFolder, digest
from cli.run.lab import SEQUENCES, start_search
from cli.run.summary import FILE, empty_summary, fill, provenance, read_summary, results_key, sections_of
from cli.streams import Interrupted
from dsd_ncrn.design.load import dump_design
from dsd_ncrn.errors import CheckFailed, DsdNcrnError, InputError, interrupt_behind
from dsd_ncrn.runs.files import json_text
from dsd_ncrn.runs.trainings import TESTS, joint_tests, read_trainings
from sequences.tables import read_sequences

if TYPE_CHECKING:
    from cli.console import Display
    from cli.job import Job, Stage
    from dsd_ncrn.simulate.train import Progress


REPORT = "report.html"
PROVENANCE = "provenance.json"


@dataclass
class Pipeline:
    """One run of a job into a folder, no further than the stage ``until``; what stages in ``printed`` leave is printed.

    ``failed`` maps stages to what went wrong in them.
    """

    job: Job
    folder: RunFolder
    display: Display
    skipped: Collection[str] = ()
    until: str | None = None
    printed: Collection[str] = ()
    failed: dict[str, DsdNcrnError] = field(default_factory=dict)
    worked: list[str] = field(default_factory=list)
    visited: set[str] = field(default_factory=set)
    summary: dict[str, Any] = field(default_factory=dict)

    def run(self) -> dict[str, Any]:
        """Do what is not done yet; returns the summary, of which ``judge`` says whether all went well.

        Raises Interrupted, saying what is kept, on an interrupt.
        """
        started = time.time()
        self._begin()
        try:
            with self._search_ended():
                for stage in STAGES.values():
                    if stage.name not in self.visited:
                        self._visit(stage)
                    if stage.name == "translate":
                        self._start_search()
            self._conclude(started)
        except (KeyboardInterrupt, SystemError) as error:
            if interrupt_behind(error) is None:
                raise
            raise Interrupted(self._kept()) from error
        return self.summary

    @property
    def beyond(self) -> tuple[str, ...]:
        """The stages after the last one that is wanted."""
        names = tuple(STAGES)
        return () if self.until is None else names[names.index(self.until) + 1 :]

    def _begin(self) -> None:
        job = self.job
        job.study, job.folder = job.study.given(watch=self._watch), self.folder.path
        design = digest(dump_design(job.study.decided))
        self.folder.claim(job.study.design.name, job.key)
        self.earlier = read_summary(self.folder.path)
        self.summary = empty_summary(job.study.design.name, design, job.study.seed, version("dsd-ncrn"))
        self.summary["stages"] = dict.fromkeys(STAGES, "not reached")

    def _visit(self, stage: Stage) -> None:
        """Keep, run or leave out one stage."""
        self.visited.add(stage.name)
        if stage.name == self.first_real:
            self._cross()
        missing = [name for name in stage.needs if name not in self.folder.stages or name in self.failed]
        key = self._key(stage)
        if not missing and self._keep(stage, key):
            self.summary["stages"][stage.name] = "finished"
            self.display.done(stage.name, "finished already, kept")
        elif missing or stage.name in self.skipped or stage.name in self.beyond:
            self.folder.forget(stage.name)
            why = f"not run: it needs {', '.join(missing)}" if missing else "left out"
            self.summary["stages"][stage.name] = why
            if stage.name not in self.beyond:
                self.display.done(stage.name, why)
        else:
            self._run(stage, key)
        self._write_summary()
        self._print(stage)

    @property
    def first_real(self) -> str | None:
        """The first stage with tubes of a bench, in which toeholds bind that should not: calibration where each is measured."""
        given = self.job.study.decided.imperfections
        if not given.cross_binding:
            return None
        return "calibrate" if self.job.study.benched else "leaks" if given.samples else None

    def _cross(self) -> None:
        """The search for sequences is awaited, which say how strongly they do: all that is mixed is worked out with that."""
        if SEQUENCES.name not in self.visited:
            self._visit(SEQUENCES)
        if SEQUENCES.name in self.folder.stages and self.job.study.crossing is None:
            self.job.cross(self.job.found_sequences or read_sequences(self.folder.path))

    def _print(self, stage: Stage) -> None:
        """What a stage has left, if that is wanted, under its name where several are."""
        if stage.name in self.printed and stage.name in self.folder.stages:
            title = f"# after {stage.name}\n" if len(set(self.printed)) > 1 else ""
            self.display.result(title + stage.text(self.job, self.folder.path).rstrip("\n"))

    def _key(self, stage: Stage) -> str:
        """A digest of all that a stage is made from."""
        needs = {name: dict(self.folder.stages[name].outputs) for name in stage.needs if name in self.folder.stages}
        form = [] if stage.form == 1 else [stage.form]
        words = [repr(self.job.study.crossing)] if self.job.study.crossing else []
        return digest(json_text([self.folder.base, stage.name, needs, *form, *words]))

    def _keep(self, stage: Stage, key: str) -> bool:
        sections = sections_of(self.earlier, stage.sections)
        seconds = sections_of(self.earlier, [f"wall_seconds.{stage.name}"])
        if sections is None or seconds is None or not self.folder.holds(stage.name, key):
            return False
        optional = [sections_of(self.earlier, [name]) or {} for name in stage.may_fill]
        sections |= {name: value for found in optional for name, value in found.items()}
        if self.folder.stages[stage.name].results != results_key(sections):  # an interrupt may have come between the two
            return False
        fill(self.summary, sections | seconds)
        return True

    def _run(self, stage: Stage, key: str) -> None:
        self.display.start(stage.name)
        start = time.monotonic()
        try:
            with placed(self.job.source):
                outcome = stage.run(self.job, lambda share: self._tell(stage.name, share))
        except DsdNcrnError as error:
            self.failed[stage.name] = error
            self.summary["stages"][stage.name] = f"failed: {error}"
            self.folder.forget(stage.name)
            self.display.done(stage.name, f"failed: {error}")
            return
        seconds = round(outcome.seconds or time.monotonic() - start, 3)
        self.folder.finish(stage.name, key, outcome.files, results_key(outcome.summary))
        fill(self.summary, {**outcome.summary, f"wall_seconds.{stage.name}": seconds})
        self.summary["stages"][stage.name] = "finished"
        self.worked.append(stage.name)
        self.display.done(stage.name, f"{outcome.note} ({seconds:.1f} s)".strip())

    def _start_search(self) -> None:
        """Begin the search for sequences as soon as the strands are known, beside the simulations."""
        if SEQUENCES.name in (*self.skipped, *self.beyond) or self.folder.holds(SEQUENCES.name, self._key(SEQUENCES)):
            return
        self.display.start(SEQUENCES.name)
        self.job.sequence_search = start_search(self.job, lambda share: self.display.advance(SEQUENCES.name, share))

    def _tell(self, stage: str, share: float) -> None:
        """Show how far a stage is; sequences that have come in are kept at once, not only after the long stages."""
        self.display.advance(stage, share)
        search = self.job.sequence_search
        if search is not None and SEQUENCES.name not in self.visited and search.poll():
            self._visit(SEQUENCES)

    @contextmanager
    def _watch(self, part: str) -> Generator[Progress]:
        """Parts of the study that take long are those of the stages of their names."""
        yield lambda done, total: self._tell(part, done / total)

    @contextmanager
    def _search_ended(self) -> Generator[None]:
        """Whatever happens, no process is left behind."""
        try:
            yield
        finally:
            if self.job.sequence_search is not None:
                self.job.sequence_search.stop()

    def _write_summary(self) -> None:
        """With the times in the order of the stages, whichever ended first."""
        taken = self.summary["wall_seconds"]
        order = [name for name in (*STAGES, "report") if name in taken]
        self.folder.write(FILE, json_text({**self.summary, "wall_seconds": {name: taken[name] for name in order}}))

    def _conclude(self, started: float) -> None:
        """What is made of the other stages' files: the joint table of test points, the provenance, the report."""
        report = self.folder.path / REPORT
        if not self.worked and not self.failed and report.exists():
            fill(self.summary, sections_of(self.earlier, ["wall_seconds.report", "verdict"]) or {})
            self._write_summary()
            self.display.done("report", "finished already, kept")
            return

        start = time.monotonic()
        self.folder.write(TESTS, joint_tests(read_trainings(self.folder.path)))
        self.folder.write(PROVENANCE, json_text(provenance(self.job, started)))
        self.folder.write(REPORT, build_report(self.folder.path))
        cards = verdict_section(answers(ReportData(self.folder.path)))
        fill(self.summary, {"verdict": cards, "wall_seconds.report": round(time.monotonic() - start, 3)})
        self._write_summary()
        self.display.done("report", f"{REPORT} ({time.monotonic() - start:.1f} s)")

    def _kept(self) -> str:
        done = ", ".join(name for name in STAGES if name in self.folder.stages)
        kept = f"Kept in {self.folder.path}: {done}." if done else f"Nothing was finished in {self.folder.path}."
        return f"{kept} The same command goes on from there."

    def judge(self) -> None:
        """Raises CheckFailed with what the run's own checks found, or InputError where bad input is to blame for it."""
        found = [f"{stage}: {error}" for stage, error in self.failed.items()]
        judged: dict[str, Any] = self.summary["sequences"] or {}
        broken = judged.get("hard_violations")
        found += [f"sequences: {broken} hard rules are broken, see verdicts.csv"] if broken else []
        if found:
            bad_input = any(isinstance(error, InputError) for error in self.failed.values())
            message = f"{len(found)} of the run's checks failed: {'; '.join(found)}. Report: {self.folder.path / REPORT}"
            raise InputError(message) if bad_input else CheckFailed(message)
