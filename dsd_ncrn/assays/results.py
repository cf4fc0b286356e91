"""What a fit comes to: all of it for one gate, as a JSON file, and what a design takes from that file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from dsd_ncrn.assays.bench import BenchFile, mix_of
from dsd_ncrn.assays.fit import Fit, fit
from dsd_ncrn.assays.intervals import Estimate, Kind, alike, estimates
from dsd_ncrn.assays.judge import WellFit, swapped, well_fits, worst_smoothed
from dsd_ncrn.assays.rivals import Rival, rivals
from dsd_ncrn.assays.wells import Assay, Quantity
from dsd_ncrn.design.files import read_text
from dsd_ncrn.errors import InputError

FORMAT = 1


@dataclass(frozen=True, eq=False)
class GateFit:
    """The fit of one gate, and what follows from it; each part is worked out when it is first asked for."""

    bench: BenchFile
    fit: Fit
    notes: tuple[str, ...] = ()
    thorough: bool = True

    @cached_property
    def estimates(self) -> tuple[Estimate, ...]:
        """Every parameter that is not of one well; by profiles where it matters, if ``thorough``."""
        return estimates(self.fit, self.thorough)

    @cached_property
    def wells(self) -> tuple[WellFit, ...]:
        """How each well fits."""
        return well_fits(self.fit)

    @cached_property
    def swapped(self) -> tuple[str, str] | None:
        """Two wells that seem to have been taken for each other."""
        return swapped(self.fit, self.wells)

    @cached_property
    def rivals(self) -> tuple[Rival, ...]:
        """Other explanations; none where the fit is not ``thorough``."""
        return rivals(self.fit) if self.thorough else ()

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What a reader has to know before believing the numbers."""
        on_bound = [p.name for p, edge in zip(self.fit.parameters, self.fit.on_bound) if edge and not p.nuisance]
        found = [f"well {each.well}: {each.problem}" for each in self.wells if each.problem]
        found += [f"wells {self.swapped[0]} and {self.swapped[1]} seem to be swapped"] if self.swapped else []
        found += [f"{name} is on a bound" for name in on_bound]
        found += [f"{one} and {other} cannot be told apart (correlation {r:.3f})" for one, other, r in alike(self.fit)]
        found += [f"{each.parameter.name} is not told by these tubes" for each in self.estimates if each.kind is Kind.UNKNOWN]
        for each in self.rivals:
            changed = ", ".join(f"{name} {there:.3g} in place of {here:.3g}" for name, here, there in each.differs)
            found.append(
                f"as well fits: {each.name} ({changed}); {mix_of(each.mix)} (nM) would differ by {each.apart:.0%} of full scale"
            )
        return (*found, *self.notes)

    def to_json(self) -> dict[str, Any]:
        """For files."""
        noise = self.fit.noise
        return {
            "name": self.bench.name,
            "reactions": list(self.bench.reactions),
            "parameters": [_estimate(each) for each in self.estimates],
            "noise": {"deviation": noise.deviation, "autocorrelation": noise.lag},
            "rms_of_scale": self.fit.rms / self.fit.scale,
            "largest_smoothed_residual_of_scale": worst_smoothed(self.fit),
            "wells": [vars(each) for each in self.wells],
            "warnings": list(self.warnings),
        }


def _estimate(each: Estimate) -> dict[str, Any]:
    parameter = each.parameter
    return {
        "name": parameter.name,
        "quantity": str(parameter.quantity),
        "of": parameter.of,
        "unit": parameter.unit,
        "value": each.value,
        "low": each.low,
        "high": each.high,
        "known": str(each.kind),
        "deviation": each.deviation,
        "logarithmic": parameter.log,
        "predicted": parameter.start if parameter.quantity is Quantity.RATE else None,
    }


def fit_gate(bench: BenchFile, assay: Assay, notes: Sequence[str] = (), thorough: bool = True) -> GateFit:
    """Fit the wells of an assay that have traces. Raises as ``fit``."""
    return GateFit(bench, fit(assay), tuple(notes), thorough)


def fits_json(fits: Sequence[GateFit]) -> dict[str, Any]:
    """Several gates as one document."""
    return {"format": FORMAT, "gates": [each.to_json() for each in fits]}


@dataclass(frozen=True)
class Measured:
    """One number of a gate with its 95 % interval, in its own unit; ``known`` as in ``Kind``."""

    value: float
    low: float
    high: float
    known: str
    deviation: float
    logarithmic: bool
    predicted: float | None = None


@dataclass(frozen=True)
class MeasuredGate:
    """What a fit says of the gates of some reactions: numbers by quantity and what they are of."""

    name: str
    reactions: tuple[str, ...]
    numbers: Mapping[tuple[str, str], Measured]

    def get(self, quantity: Quantity, of: str = "") -> Measured | None:
        """A number, None where the fit has none that was told."""
        found = self.numbers.get((quantity, of))
        return None if found is None or found.known == Kind.UNKNOWN else found


def read_measured(path: str | Path) -> tuple[MeasuredGate, ...]:
    """The gates of a file of fits. Raises InputError where it is none."""
    file = str(path)
    try:
        found = json.loads(read_text(path))
        if found["format"] != FORMAT:
            raise InputError("a file of fits has format 1", found["format"], "Fit again with this version.", file)
        return tuple(_gate(each) for each in found["gates"])
    except json.JSONDecodeError as error:
        raise InputError(
            f"not valid JSON: {error.msg}", None, "Give the fit.json of `dsd-ncrn fit`.", file, error.lineno
        ) from None
    except (KeyError, TypeError) as error:
        raise InputError(
            f"not a file of fits: {error} is missing or wrong", None, "Give the fit.json of `dsd-ncrn fit`.", file
        ) from None


def _gate(data: Mapping[str, Any]) -> MeasuredGate:
    keys = ("value", "low", "high", "known", "deviation", "logarithmic", "predicted")
    numbers = {(str(p["quantity"]), str(p["of"])): Measured(*(p[key] for key in keys)) for p in data["parameters"]}
    return MeasuredGate(str(data["name"]), tuple(data["reactions"]), numbers)
