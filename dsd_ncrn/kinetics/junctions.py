"""Where invasions can start: the domains around branch points, by which targets and invaders find each other."""

from __future__ import annotations

from collections.abc import Iterator

from dsd_ncrn.dsd.structure import Complex, Domain

Junction = tuple[int, tuple[Domain, ...]]
"""Direction along the invader (+1 to its 3' end) and its domains, from the toehold to the first branch."""
Place = tuple[Complex, int]
"""A complex and one of its flat domain indices."""


def openings(complex_: Complex) -> Iterator[tuple[Junction, int]]:
    """Exposed domains beside a covered branch, as the junction an invader must have, with the exposed position."""
    for exposed, partner in enumerate(complex_.pairing):
        for step in (1, -1) if partner is None else ():
            run = _run_to_branch(complex_, exposed, step, paired=True)
            if run:
                yield (-step, tuple(~complex_.domains[position] for position in run)), exposed


def invading_junctions(complex_: Complex) -> Iterator[tuple[Junction, int]]:
    """Unpaired domains beside an unpaired branch, with the position of the first."""
    for toehold, partner in enumerate(complex_.pairing):
        for step in (1, -1) if partner is None else ():
            run = _run_to_branch(complex_, toehold, step, paired=False)
            if run:
                yield (step, tuple(complex_.domains[position] for position in run)), toehold


def _run_to_branch(complex_: Complex, start: int, step: int, paired: bool) -> list[int]:
    """Positions from an unpaired domain on to the next branch, over (un)paired neighbours; empty where there is none."""
    run, position = [start], start + step
    while 0 <= position < len(complex_.pairing):
        crossed = position if step > 0 else position + 1
        if crossed in complex_.ends or (complex_.pairing[position] is not None) != paired:
            break
        run.append(position)
        if not complex_.domains[position].is_toehold:
            return run
        position += step
    return []
