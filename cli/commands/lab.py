"""What ``sequences`` and ``order`` do: sequences designed or judged, order files and the protocol."""

from __future__ import annotations

from pathlib import Path

from cli.console import Display, display, step, working
from cli.job import Job, chosen_vendor, shown_job
from cli.options import is_network
from cli.output import deliver, show, table
from cli.run.lab import order_outcome, outcome_of
from cli.run.summary import seed_of
from cli.streams import Interrupted
from cli.traces import sized_network
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.translated import unwatched
from dsd_ncrn.design.spec import Translation
from dsd_ncrn.errors import CheckFailed, InputError
from dsd_ncrn.gates.sized_network import Limits
from sequences.assignment import SequenceAssignment
from sequences.exchange import read_given
from sequences.order import vendor_named
from sequences.search import SearchInterrupted
from sequences.sequenced import PlainStrands, Sequenced, search
from sequences.tables import SEQUENCES_CSV, read_sequences
from sequences.verdicts import SequenceVerdicts, shortfall

SHOWN = 20
OF_ORDER = ("vendor", "oligos", "bases", "longest_nt", "modified", "plates", "advice")


def sequences(design: Path, out: Path | None, seed: int, check: Path | None, as_json: bool) -> None:
    """Design sequences, or judge given ones."""
    with display() as shown:
        study = _study(design, seed, shown)
    try:
        found = read_given(check, study.designed) if check else design_here(study)
    except SearchInterrupted as interrupt:
        _judged(study, interrupt.best, out, as_json)
        raise Interrupted("These are the best sequences so far.") from interrupt
    verdicts = _judged(study, found, out, as_json)
    if verdicts.hard_violations:
        raise CheckFailed(shortfall(verdicts))


def _study(source: Path, seed: int, shown: Display) -> Study | PlainStrands:
    """The study of a design, or the strands of a plain network."""
    if not is_network(source):
        return shown_job(source, seed, shown).study
    with step(shown, "translate"):
        return PlainStrands.of(sized_network(source, None, Limits(), Translation()).system, seed)


def _judged(study: Study | PlainStrands, assignment: SequenceAssignment, out: Path | None, as_json: bool) -> SequenceVerdicts:
    """Judge sequences, and deliver them."""
    with working("judge"):
        sequenced = Sequenced(study, assignment)
        outcome, verdicts = outcome_of(sequenced), sequenced.verdicts
    deliver(out, outcome.files)
    show(as_json, outcome.summary["sequences"], _listing(assignment, verdicts))
    return verdicts


def design_here(study: Study | PlainStrands) -> SequenceAssignment:
    """Design sequences in this process, with a display."""
    with display() as shown:
        shown.start("sequences")
        found = search(study, lambda share: shown.advance("sequences", share))
        shown.done("sequences", f"{found.iterations} steps ({found.seconds:.1f} s)")
    return found


def _listing(assignment: SequenceAssignment, found: SequenceVerdicts) -> str:
    worst = [("worst", "kcal/mol"), ("branch with a foreign complement", found.worst_crosstalk_kcal), ("gap", found.gap)]
    worst += [("structure of a strand", found.worst_structure_kcal), ("spread of toeholds", found.toehold_spread_kcal)]
    held = [("complex", "length, nt", "target structure", "ensemble defect", "open toehold")]
    held += [(each.component, each.length, each.core, each.tube_defect, each.open_toehold) for each in found.flagged[:SHOWN]]
    failed = [(each.rule, each.subject, each.value, each.limit, "hard" if each.hard else "soft") for each in found.failed]
    parts = [table(assignment.sequences.items()), table(worst), f"{len(failed)} verdicts did not pass"]
    parts += [f"{len(found.flagged)} of {len(found.complexes)} complexes are flagged"]
    parts += [table(held)] if found.flagged else []
    return "\n\n".join([*parts, *([table(failed[:SHOWN])] if failed else [])])


def order(
    source: Path,
    out: Path | None,
    seed: int,
    vendor: str | None,
    sequences: Path | None,
    anyway: bool,
    plate: str | None,
    fill: str | None,
    certificate: Path | None,
    as_json: bool,
) -> None:
    """Order files and the protocol, of sequences that break no hard rule, or ``anyway``."""
    with display() as shown:
        _check_sequences(source, sequences)
        if is_network(source):
            study, folder = _study(source, seed, shown), None
            chosen = vendor_named(vendor or study.design.order.vendor).name
        else:
            job = _job(source, seed, shown)
            chosen = vendor_named(vendor).name if vendor else chosen_vendor(job).name
            study, folder = job.study, job.folder
            _ = study.benched or study.calibration  # at a bench it is done on the sequences
    given = {"vendor": chosen, "plate": int(plate) if plate else None, "fill": fill}
    order = study.design.order.model_copy(update={key: value for key, value in given.items() if value is not None})
    found = _found(study, folder, sequences)
    with working("judge"):
        broken = shortfall(Sequenced(study, found).verdicts)
    if broken and not anyway:
        raise CheckFailed(f"{broken} Nothing is written; --anyway orders them all the same.")
    with working("order"):
        if isinstance(study, Study):
            study = study.given(watch=unwatched).crossed(Sequenced(study, found).crossing).ready
        outcome = order_outcome(Sequenced(study, found), order, certificate)
    base = source if source.is_dir() else Path()
    deliver(out or base / f"order_{chosen}", outcome.files)
    section = outcome.summary["order"]
    section["notes"] += [f"ordered although {broken}"] if broken else []
    show(
        as_json,
        section,
        table([*((name, section[name]) for name in OF_ORDER), *(("note", note) for note in section["notes"])]),
    )


def _check_sequences(source: Path, given: Path | None) -> None:
    """Raises InputError for a run without sequences, where none are given."""
    if given is None and (source / "design.toml").exists() and not (source / SEQUENCES_CSV).exists():
        remedy = "Let `run` finish the stage sequences, or give them with --sequences."
        raise InputError("this run has no sequences yet", None, remedy, str(source))


def _job(source: Path, seed: int, shown: Display) -> Job:
    """The job of a design, or of a run with its seed."""
    if not source.is_dir():
        return shown_job(source, seed, shown)
    design = source / "design.toml"
    if not design.exists():
        raise InputError(
            "this folder holds no run", None, "Give a design file, or a folder that `run` has written.", str(source)
        )
    job = shown_job(design, seed_of(source, seed), shown)
    job.folder = source
    return job


def _found(study: Study | PlainStrands, folder: Path | None, given: Path | None) -> SequenceAssignment:
    """The given sequences, else those of the run folder, else new ones."""
    if given is not None:
        return read_given(given, study.designed)
    return read_sequences(folder) if folder else design_here(study)
