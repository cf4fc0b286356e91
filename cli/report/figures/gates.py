"""Gates as small drawings: a bottom strand, the top strands that cover it, toeholds in their own colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from cli.report.kernel import Block

NT = 4.2
"""Pixels per nucleotide."""

LONGEST_TOEHOLD = 8
TOP, BOTTOM, MARGIN, HEIGHT, NICK = 20.0, 28.0, 8.0, 42.0, 2.5
LONGEST_LABEL = 13


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring blocks that are drawn as one piece: one branch domain, or toehold domains side by side."""

    name: str
    length: int
    top: int | None
    toehold: bool
    start: float

    @property
    def end(self) -> float:
        return self.start + NT * self.length


def gate_svg(blocks: Sequence[Block], title: str, toehold: int) -> str:
    """An SVG element. ``toehold`` is the full length (nt) of a toehold; shorter ones are labelled with theirs."""
    runs = _runs(blocks)
    width = MARGIN + max(run.end for run in runs)
    parts = [_top_strands(runs), *(_piece(run) for run in runs), *(_label(run, toehold) for run in runs)]
    return (
        f'<svg class="gate" viewBox="0 0 {width:g} {HEIGHT:g}" width="{width:g}" height="{HEIGHT:g}" role="img">'
        f"<title>{escape(title)}</title>{''.join(parts)}{_arrow(MARGIN, BOTTOM, -1)}</svg>"
    )


def _runs(blocks: Sequence[Block]) -> list[_Run]:
    runs: list[_Run] = []
    start = MARGIN
    for _, group in groupby(enumerate(blocks), key=lambda item: _kind(*item)):
        members = [block for _, block in group]
        length, toehold = sum(block.length for block in members), members[0].length <= LONGEST_TOEHOLD
        runs.append(_Run(" ".join(block.name for block in members), length, members[0].top, toehold, start))
        start = runs[-1].end
    return runs


def _kind(place: int, block: Block) -> tuple[int | None, int]:
    """Toehold domains of one strand belong together; a branch domain stands alone."""
    return block.top, -1 if block.length <= LONGEST_TOEHOLD else place


def _piece(run: _Run) -> str:
    colour = "toehold" if run.toehold else "strand"
    return _line(run.start, run.end, BOTTOM, colour)


def _top_strands(runs: Sequence[_Run]) -> str:
    """Every top strand with its pieces and an arrow at its 3' end, a nick between neighbours."""
    drawn: list[str] = []
    for top, group in groupby(runs, key=lambda run: run.top):
        pieces = list(group)
        if top is not None:
            last = pieces[-1].end - NICK
            drawn += [_line(run.start, min(run.end, last), TOP, "toehold" if run.toehold else "strand") for run in pieces]
            drawn.append(_arrow(last, TOP, 1))
    return "".join(drawn)


def _line(start: float, end: float, height: float, colour: str) -> str:
    return f'<path d="M{start:g} {height:g}H{end:g}" style="stroke:var(--{colour})"/>'


def _arrow(tip: float, height: float, direction: int) -> str:
    return f'<path class="tip" d="M{tip - 5 * direction:g} {height - 4 * direction:g}L{tip:g} {height:g}"/>'


def _label(run: _Run, toehold: int) -> str:
    """Above what is covered, below what is open."""
    text = run.name if len(run.name) <= LONGEST_LABEL else run.name[: LONGEST_LABEL - 1] + "…"
    if run.toehold:
        text = "t" if run.length >= toehold else f"{run.length} nt"
    height = TOP - 7 if run.top is not None else BOTTOM + 11
    kind = ' class="toehold"' if run.toehold else ""
    return f'<text x="{(run.start + run.end) / 2:g}" y="{height:g}"{kind}>{escape(text)}</text>'
