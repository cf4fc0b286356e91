"""What was mixed in wells and read of them, and what is unknown about all that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.assays.exports import Trace
from dsd_ncrn.assays.measured import Quantity
from dsd_ncrn.assays.model import Direction, GateModel

MOST_FACTOR, MOST_LEAK = 1e3, 1e4
"""How far a rate constant may be from what the toeholds predict, and a leak above 1 /M/s; it goes as far below 1 /M/s."""


DARK_SPREAD = 0.05
"""How well it is known beforehand how much an unopened reporter shines: quenchers leave 1 to 10 %."""


class Purpose(StrEnum):
    """What a well is for."""

    SAMPLE = "sample"
    BLANK = "blank"  # everything but what shines
    CONTROL = "control"  # shines alike all along: it tells the drift
    HELD = "held out"  # a sample that is not fitted, and tells whether the fit of the others predicts it


@dataclass(frozen=True, eq=False)
class Well:
    """Components with their doses (nM) in one tube or well, mixed at ``start`` (s) on the clock of its trace.

    Wells of one ``plate`` were read with one gain, under a ``label`` where several were. ``trace`` is None before it is read.
    """

    name: str
    doses: Mapping[str, float]
    trace: Trace | None = None
    start: float = 0.0
    purpose: Purpose = Purpose.SAMPLE
    plate: str = ""
    label: str = ""


@dataclass(frozen=True)
class Parameter:
    """One unknown number between ``low`` and ``high``, which a fit begins at ``start`` and seeks in steps of its logarithm
    where ``log``. ``of`` is the group of steps, component, plate or well that it belongs to, ``component`` what was dosed.

    ``spread`` is the deviation, of the logarithm if ``log``, with which it is known to be ``start``; 0 where it is not known.
    """

    quantity: Quantity
    of: str
    start: float
    low: float
    high: float
    unit: str = ""
    log: bool = False
    spread: float = 0.0
    component: str = ""

    @property
    def name(self) -> str:
        """For reports: ``rate constant forward``, ``dose factor A1 join``."""
        return " ".join(part for part in (self.quantity, self.of, self.component) if part)

    @property
    def nuisance(self) -> bool:
        """Whether it is of one well and nothing that one wants to know."""
        return self.quantity in (Quantity.DOSE, Quantity.SHIFT, Quantity.LEVEL)

    def inside(self, value: float) -> float:
        """A value on the scale on which it is sought."""
        return float(np.log(value)) if self.log else value

    def outside(self, found: float) -> float:
        """The value of what was found on that scale."""
        return float(np.exp(found)) if self.log else found


@dataclass(frozen=True)
class Errors:
    """What is known of a laboratory: ``pipetting`` is the relative error of each dose of each well, ``start`` that of the time
    of mixing (s). ``in_nM`` are readings that are concentrations already, ``drift`` lets the lamp drift.
    """

    pipetting: float = 0.05
    start: float = 10.0
    in_nM: bool = False
    drift: bool = False


@dataclass(frozen=True, eq=False)
class Assay:
    """Wells read to learn about one model. ``given`` are the parameters, where not those that follow from it are meant."""

    model: GateModel
    wells: tuple[Well, ...]
    errors: Errors = field(default_factory=Errors)
    fixed: Mapping[str, float] = field(default_factory=dict[str, float])
    given: tuple[Parameter, ...] = ()

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Everything unknown: of the gates, of what reads them, and of each well. What is ``fixed`` by name is left out."""
        if self.given:
            return self.given
        every = (*self._kinetic(), *self._readout(), *self._of_wells())
        return tuple(each for each in every if each.name not in self.fixed)

    @property
    def samples(self) -> tuple[Well, ...]:
        """The wells in which something reacts."""
        return tuple(well for well in self.wells if well.purpose is Purpose.SAMPLE)

    @cached_property
    def dosed(self) -> tuple[str, ...]:
        """The components that are in any well."""
        return tuple(n for n in self.model.components if any(well.doses.get(n, 0.0) > 0 for well in self.samples))

    def _kinetic(self) -> Iterator[Parameter]:
        model = self.model
        owned = {gate for gate in (*model.gates, model.reporter) if gate in self.dosed}
        for group in model.groups:
            nominal = group.nominal * 1e9
            most = MOST_LEAK if group.direction is Direction.LEAK else MOST_FACTOR
            of_reporter = group.name.endswith(f"of {model.reporter}")
            if owned - {model.reporter} or of_reporter:
                yield Parameter(Quantity.RATE, group.name, nominal, nominal / most, nominal * most, "/M/s", log=True)
        for name in (*model.gates, model.reporter):
            if name in owned:
                yield Parameter(Quantity.ACTIVE, name, 0.9, 0.02, 1.3)
        yield Parameter(Quantity.LOSS, "", 0.1, 0.0, 5.0, "nM")
        if owned - {model.reporter} and model.triggered:
            yield Parameter(Quantity.INITIAL, "", 0.01, 0.0, 0.5)

    def _readout(self) -> Iterator[Parameter]:
        for plate in dict.fromkeys(well.plate for well in self.wells):
            wells = [well for well in self.wells if well.plate == plate]
            low, high = _range(wells)
            yield Parameter(Quantity.DARK, plate, 0.03, 0.0, 0.9, spread=DARK_SPREAD)
            if self.errors.in_nM:
                continue
            most = max((sum(well.doses.get(n, 0.0) for n in (self.model.reporter,)) for well in wells), default=1.0) or 1.0
            span = max(high - low, 1e-12)
            yield Parameter(Quantity.BLANK, plate, low, low - 3 * span, high, "units")
            yield Parameter(Quantity.GAIN, plate, span / most, span / most / 100, span / most * 100, "units/nM", log=True)
            if self.errors.drift:
                yield Parameter(Quantity.DRIFT, plate, 0.0, -0.2, 0.2, "/h")

    def _of_wells(self) -> Iterator[Parameter]:
        for well in self.wells:
            if well.purpose is Purpose.CONTROL:
                yield Parameter(Quantity.LEVEL, well.name, 10.0, 1e-3, 1e6, "nM", log=True)
            if well.purpose is not Purpose.SAMPLE:
                continue
            if self.errors.pipetting:
                for name, dose in well.doses.items():
                    if dose > 0:
                        known = self.errors.pipetting
                        yield Parameter(Quantity.DOSE, well.name, 1.0, 0.5, 2.0, log=True, spread=known, component=name)
            if self.errors.start:
                most = 10 * self.errors.start
                yield Parameter(Quantity.SHIFT, well.name, 0.0, -most, most, "s", spread=self.errors.start)


def _range(wells: Sequence[Well]) -> tuple[float, float]:
    """The lowest and the highest reading, single spikes apart."""
    read = [trace.values[trace.read] for well in wells if (trace := well.trace) is not None]
    values = np.concatenate(read) if read else np.array([0.0, 1.0])
    low, high = (float(each) for each in np.quantile(values, [0.002, 0.998]))
    return low, high


def read_values(trace: Trace) -> tuple[Floats, Floats]:
    """Times (points,), s, and readings (points,) of a trace where it has any."""
    return trace.times[trace.read], trace.values[trace.read]
