"""What the Neural CRN compiler returns: the network and the meaning of its species."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dsd_ncrn.crn.types import Crn, Species
from dsd_ncrn.ncrn.exact import Symbol


@dataclass(frozen=True, slots=True)
class Variable:
    """A real number carried by one species (single rail) or by the difference of two (dual rail)."""

    symbol: Symbol
    rails: tuple[Species, ...]
    """What carries it, the positive rail first."""
    scale: float = 1.0
    """The amount of its species that stands for 1."""

    @property
    def name(self) -> str:
        """As equations and tables name it."""
        return str(self.symbol)

    @property
    def carrier(self) -> str:
        """Its species without the rail."""
        return self.rails[0].variable

    @property
    def plus(self) -> str:
        """The species of its positive rail, or its only one."""
        return self.rails[0].name

    @property
    def minus(self) -> str | None:
        """The species of its negative rail, if it has one."""
        return self.rails[1].name if len(self.rails) > 1 else None

    @property
    def species(self) -> tuple[str, ...]:
        """The names of its species, the positive rail first."""
        return tuple(rail.name for rail in self.rails)

    def amounts(self, value: float) -> tuple[tuple[str, float], ...]:
        """The amounts that stand for a value: max(0, v) of the positive rail, max(0, -v) of the negative one, scaled."""
        amount = self.scale * value
        return tuple(zip(self.species, (max(amount, 0.0), max(-amount, 0.0))))

    def value(self, amount: Callable[[str], float]) -> float:
        """The number that the amounts of its species stand for."""
        plus, *minus = map(amount, self.species)
        return (plus - sum(minus)) / self.scale


@dataclass(frozen=True, slots=True)
class Output:
    """One prediction: the weighted sum of some variables, read when the phase that completes it has ended."""

    terms: tuple[tuple[Variable, float], ...]


@dataclass(frozen=True, slots=True)
class NeuralCrn:
    """A compiled learner.

    ``inputs`` are loaded at the start of every iteration, ``targets`` after its first phase; ``constants`` (bias
    species, padding) are present from the start with the given value. ``outputs`` has one entry per target.
    They are read at the end of the phase ``outputs_after``; where that is not the first phase the targets have been
    subtracted from them by then. Before the phase ``renewed_before`` inputs that were used up are loaded anew, those of the
    padding as well. ``initial_parameters`` holds one start value per parameter. ``padding`` species are
    brought to their value together with the inputs, in every iteration (constant inputs of circuits that start from
    Z(0) = x, and finite fuels).
    """

    crn: Crn
    inputs: tuple[Variable, ...]
    targets: tuple[Variable, ...]
    parameters: tuple[Variable, ...]
    initial_parameters: tuple[float, ...]
    outputs: tuple[Output, ...]
    adjoints: tuple[Variable, ...]
    gradients: tuple[Variable, ...]
    constants: tuple[tuple[str, float], ...] = ()
    warnings: tuple[str, ...] = ()
    padding: tuple[tuple[str, float], ...] = ()
    outputs_after: str = "C1"
    renewed_before: str = ""
