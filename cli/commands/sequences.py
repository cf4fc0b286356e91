"""``dsd-ncrn sequences``: design sequences, or judge given ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.options import FileOf, design_argument, json_option, out_option, seed_option, subcommand
from dsd_ncrn.errors import CheckFailed

if TYPE_CHECKING:
    from cli.job import Job
    from sequences.assignment import SequenceAssignment
    from sequences.verdicts import SequenceVerdicts

SHOWN = 20


@subcommand(
    "sequences",
    examples=(
        "dsd-ncrn sequences designs/linreg2d.toml -o sequences",
        "dsd-ncrn sequences designs/linreg2d.toml --check sequences/sequences.csv --json",
    ),
)
@design_argument
@out_option("sequences.csv, sequences.json, verdicts.csv, complexes.csv, leak_sites.csv and the cross-talk matrices")
@seed_option
@click.option("--check", type=FileOf(".csv"), metavar="FILE", help="Judge the sequences of a CSV file instead.")
@json_option
def command(design: Path, out: Path | None, seed: int, check: Path | None, as_json: bool) -> None:
    """Design a sequence for every domain, and judge it by every rule; the exit code is 1 where a hard rule is broken.

    An interrupted search gives the best sequences that it has found.
    """
    from cli.console import display
    from cli.failures import Interrupted
    from cli.job import shown_job
    from sequences.assignment import read_assignment
    from sequences.search import SearchInterrupted

    with display() as shown:
        job = shown_job(design, seed, shown)
    try:
        found = read_assignment(check) if check else design_here(job)
    except SearchInterrupted as interrupt:
        _judged(job, interrupt.best, out, as_json)
        raise Interrupted("These are the best sequences so far.") from interrupt
    verdicts = _judged(job, found, out, as_json)
    if verdicts.hard_violations:
        from sequences.verdicts import shortfall

        raise CheckFailed(shortfall(verdicts))


def _judged(job: Job, assignment: SequenceAssignment, out: Path | None, as_json: bool) -> SequenceVerdicts:
    """Judge sequences, and deliver them."""
    from cli.console import working
    from cli.output import deliver, show
    from cli.run.lab import outcome_of
    from sequences.sequenced import Sequenced

    with working("judge"):
        sequenced = Sequenced(job.study, assignment)
        outcome, verdicts = outcome_of(sequenced), sequenced.verdicts
    deliver(out, outcome.files)
    show(as_json, outcome.summary["sequences"], _listing(assignment, verdicts))
    return verdicts


def design_here(job: Job) -> SequenceAssignment:
    """Design sequences in this process, with a display."""
    from cli.console import display
    from sequences.sequenced import search

    with display() as shown:
        shown.start("sequences")
        found = search(job.study, lambda share: shown.advance("sequences", share))
        shown.done("sequences", f"{found.iterations} steps ({found.seconds:.1f} s)")
    return found


def _listing(assignment: SequenceAssignment, found: SequenceVerdicts) -> str:
    from cli.output import table

    worst = [("worst", "kcal/mol"), ("branch with a foreign complement", found.worst_crosstalk_kcal), ("gap", found.gap)]
    worst += [("structure of a strand", found.worst_structure_kcal), ("spread of toeholds", found.toehold_spread_kcal)]
    held = [("complex", "length, nt", "target structure", "ensemble defect", "open toehold")]
    held += [(each.component, each.length, each.core, each.tube_defect, each.open_toehold) for each in found.flagged[:SHOWN]]
    failed = [(each.rule, each.subject, each.value, each.limit, "hard" if each.hard else "soft") for each in found.failed]
    parts = [table(assignment.sequences.items()), table(worst), f"{len(failed)} verdicts did not pass"]
    parts += [f"{len(found.flagged)} of {len(found.complexes)} complexes are flagged"]
    parts += [table(held)] if found.flagged else []
    return "\n\n".join([*parts, *([table(failed[:SHOWN])] if failed else [])])
