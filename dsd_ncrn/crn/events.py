"""What is done to a pot: every protocol is a sequence of these events. Amounts are in nM, times in s.

They name components, or the species of a plain network, and know neither strands nor learners. A simulation, the account
of fuels, derivatives and the bench schedule each interpret the same sequence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from dsd_ncrn.crn.types import Injection


class Purpose(StrEnum):
    """What an event is for; the bench words its line by it."""

    POINT = "point"  # inputs, targets, and what is brought to its value with them
    REFILL = "refill"
    OPEN = "open"
    CLOSE = "close"
    BURN_IN = "burn-in"
    BURN_IN_END = "end of the burn-in"
    PULL = "pull"  # while beads are pulled out
    LOAD = "load"  # parameters, after a burn-in
    GROWTH = "growth"  # the volume of all that an iteration added


@dataclass(frozen=True, slots=True)
class Add:
    """Pipette in ``doses``, nM in the volume that the addition makes, which grows by the share ``growth`` of itself."""

    doses: Mapping[str, float]
    purpose: Purpose = Purpose.POINT
    phase: str = ""
    growth: float = 0.0


@dataclass(frozen=True, slots=True)
class TopUp:
    """Bring up to their levels, nM, those that are below the share ``below`` of them; nothing is taken out. ``doses`` (nM) of
    others come with it in one addition."""

    levels: Mapping[str, float]
    purpose: Purpose = Purpose.REFILL
    below: float = 1.0
    doses: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True)
class Adjust:
    """Measure, and add what is missing of the levels, nM; of too much, as much of what annihilates it (``instead``)."""

    levels: Mapping[str, float]
    instead: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Wait:
    """Let the pot react."""

    seconds: float
    purpose: Purpose = Purpose.OPEN
    phase: str = ""


@dataclass(frozen=True, slots=True)
class PullDown:
    """Take components on beads out with all that their beads hold; with ``keep`` they go onto the shelf of that name.

    For that the pot is moved so many times from well to well: off these beads, and onto them before.
    """

    components: tuple[str, ...]
    keep: str = ""
    moves: int = 1


@dataclass(frozen=True, slots=True)
class Return:
    """Mix in again what an earlier ``PullDown`` put onto a shelf."""

    shelf: str


@dataclass(frozen=True, slots=True)
class Split:
    """Go on with a share of the volume, above 0 and at most 1; the rest is discarded."""

    share: float


@dataclass(frozen=True, slots=True)
class Read:
    """Measure the outputs of the point with this number, before or after its forward pass."""

    what: Literal["before", "outputs"]
    point: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """The iteration with this number is over."""

    point: int = 0


Event = Add | TopUp | Adjust | Wait | PullDown | Return | Split | Read | Done


def timed(injections: Iterable[Injection], seconds: float) -> Iterator[Event]:
    """What happens to a plain network in a time: its injections in their order, and the waits between them."""
    now = 0.0
    for each in sorted(injections, key=lambda injection: injection.time):
        if each.time > seconds:
            break
        if each.time > now:
            yield Wait(each.time - now)
            now = each.time
        yield Add({each.species: each.amount})
    if seconds > now:
        yield Wait(seconds - now)
