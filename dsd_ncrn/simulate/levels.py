"""The levels at which a design is trained: from its equations to strands that leak and are never topped up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """What a training is of. ``name`` is that of files, options and results, ``title`` what people read.

    ``strands`` are simulated one by one, with ``leaks``, and with ``top_up`` of their fuels before every iteration.
    ``asked`` are the levels that a training can be asked for by name alone, ``run`` those of run folders.
    """

    name: str
    title: str
    strands: bool = False
    leaks: bool = False
    top_up: bool = True
    asked: bool = True
    run: bool = True


LEVELS: Mapping[str, Level] = {
    level.name: level
    for level in (
        Level("ideal", "ideal network"),
        Level("value", "equations"),
        Level("paper_form", "equations of the paper's form", asked=False),
        Level("autonomous", "own chemical clock"),
        Level("dsd", "DNA strands", strands=True),
        Level("dsd_leaky", "DNA strands with leak", strands=True, leaks=True),
        Level("dsd_sequences", "DNA strands with these sequences", strands=True, asked=False),
        Level("dsd_diluted", "strands in a growing volume", strands=True, asked=False),
        Level("one_pot", "one pot, no top-up", strands=True, top_up=False),
        Level("one_pot_leaky", "one pot with leak", strands=True, leaks=True, top_up=False, run=False),
    )
}
"""By name, in their order everywhere."""
ASKED = tuple(name for name, level in LEVELS.items() if level.asked)
IN_RUNS = tuple(name for name, level in LEVELS.items() if level.run)


def level_of_strands(leaks: bool, top_up: bool) -> Level:
    """That of strands with their lengths' rates, with leaks and topped up or not."""
    return next(each for each in LEVELS.values() if each.strands and (each.leaks, each.top_up) == (leaks, top_up))
