"""What a plan is made of: tubes of stocks, the steps of every iteration, and what is pipetted in all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dsd_ncrn.dsd.system import DsdSystem
from sequences.bench.mixing import Stocks, undiluted_uM

LEAST_UL = 1.0
"""The smallest pipettes of the makers' robots (P20 and Flex 50) go down to this."""
TUBE_UL, TUBE_DEAD_UL = 1400.0, 15.0
TRANSFER_S = 60.0
"""A hand takes so long for a transfer with a new tip and mixing: an estimate."""


class Do(StrEnum):
    """Kinds of steps."""

    ADD = "add"  # from stocks into the reaction
    BEADS = "beads"  # slurries into the next well, drained on the magnet
    MOVE = "move"  # the reaction to the next well
    PULL = "pull"  # the reaction's plate onto the magnet
    RELEASE = "release"  # and off it
    WAIT = "wait"
    PAUSE = "pause"
    PLATE = "plate"  # a pause for a new plate


@dataclass(frozen=True, slots=True)
class Stock:
    """A tube on the deck: what is in it, at which uM (0 for a mix), how often diluted, and uL with what stays in it.

    ``made_uL`` is what is made in all: at least so much that nothing under the least volume goes into it. ``components`` says
    what a mix is made of: the share of each undiluted stock in its volume, the rest buffer.
    """

    name: str
    component: str
    uM: float
    dilution: int
    beads: bool
    volume_uL: float = 0.0
    refills: int = 0
    made_uL: float = 0.0
    components: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a hand or a robot does: additions and beads ``taken`` from (stock, uL), a move from ``well`` to the next.

    ``uL`` is that of a move, or what is taken off a pellet; ``seconds`` those of a wait or on the magnet; ``doses`` are the
    concentrations (nM) that the additions make. ``say`` is a pause's text, or what a wait is for.
    """

    do: Do
    well: int
    uL: float = 0.0
    seconds: float = 0.0
    taken: tuple[tuple[int, float], ...] = ()
    doses: tuple[float, ...] = ()
    say: str = ""


@dataclass(frozen=True, slots=True)
class RobotPlan:
    """Tubes, the steps of each iteration, the reaction's volume (uL) after each, and what cannot be done as written.

    The clock of a wait starts at the end of the one before, and ``pull`` (s) later after a pull-down; of the first, with the
    first move of an iteration. Gates that come ``in_stages`` have all been pulled out at its end: nothing is left that reacts.
    Under ``least_uL`` nothing can be pipetted.
    """

    stocks: tuple[Stock, ...]
    iterations: tuple[tuple[Step, ...], ...]
    volumes: tuple[float, ...]
    start_uL: float
    temperature: float
    pull: float
    in_stages: bool
    least_uL: float
    warnings: tuple[str, ...]

    def nmol(self, system: DsdSystem, usual: Stocks) -> dict[str, float]:
        """By component, what the tubes hold for all iterations, with what stays in them."""
        held = dict.fromkeys(system.by_name, 0.0)
        for stock in self.stocks:
            parts = stock.components or {stock.component: 1.0}
            for name in parts.keys() & held.keys():
                uM = undiluted_uM(system.by_name[name], usual) if stock.components else stock.uM
                held[name] += stock.made_uL * parts[name] * uM / 1000
        return held

    @property
    def used_uL(self) -> dict[str, float]:
        """By stock, what the steps take of it."""
        used = {stock.name: 0.0 for stock in self.stocks}
        for step in (step for steps in self.iterations for step in steps):
            for index, uL in step.taken:
                used[self.stocks[index].name] += uL
        return used
