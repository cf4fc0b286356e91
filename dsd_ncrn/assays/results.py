"""What a fit comes to: all of it for one gate, as a JSON file, and what a design takes from that file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dsd_ncrn.assays.bench import BenchFile, mix_of
from dsd_ncrn.assays.fit import Fit, fit
from dsd_ncrn.assays.intervals import Estimate, alike, estimates
from dsd_ncrn.assays.judge import Check, WellFit, checked, swapped, well_fits, without_held, worst_smoothed
from dsd_ncrn.assays.measured import FORMAT, Kind, Quantity
from dsd_ncrn.assays.posterior import Posterior
from dsd_ncrn.assays.rivals import Rival, rivals
from dsd_ncrn.assays.wells import Assay, Well


@dataclass(frozen=True, eq=False)
class GateFit:
    """The fit of one gate, and what follows from it; each part is worked out when it is first asked for."""

    bench: BenchFile
    fit: Fit
    notes: tuple[str, ...] = ()
    thorough: bool = True
    posterior: Posterior | None = None
    held: tuple[Well, ...] = ()

    @cached_property
    def estimates(self) -> tuple[Estimate, ...]:
        """Every parameter that is not of one well; by profiles where it matters, if ``thorough``."""
        return estimates(self.fit, self.thorough)

    @cached_property
    def wells(self) -> tuple[WellFit, ...]:
        """How each well fits."""
        return well_fits(self.fit)

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """How well the wells that were held out are predicted."""
        return tuple(checked(self.fit, well) for well in self.held)

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
        found = [f"well {each.well}: {each.problem}" for each in self.wells if each.problem]
        if self.swapped:
            places = ", ".join(well.trace.place for well in self.fit.assay.wells if well.trace and well.name in self.swapped)
            found.append(f"wells {self.swapped[0]} and {self.swapped[1]} seem to be swapped ({places})")
        unknown = [each.parameter.name for each in self.estimates if each.kind is Kind.UNKNOWN]
        # What these tubes do not determine may end on a bound: one warning of it is enough.
        on_bound = [p.name for p, edge in zip(self.fit.parameters, self.fit.on_bound) if edge and not p.nuisance]
        found += [f"{name} is on a bound" for name in on_bound if name not in unknown]
        found += [f"{one} and {other} cannot be told apart (correlation {r:.3f})" for one, other, r in alike(self.fit)]
        found += [f"{name} is not determined by these tubes" for name in unknown]
        for each in self.rivals:
            changed = ", ".join(f"{name} {there:.3g} in place of {here:.3g}" for name, here, there in each.differs)
            found.append(
                f"fits as well: {each.name} ({changed}); {mix_of(each.mix)} (nM) would differ by {each.apart:.0%} of full scale"
            )
        if self.posterior and not self.posterior.converged:
            length = f"{self.posterior.steps} steps for an autocorrelation time of {self.posterior.autocorrelation:.0f}"
            found.append(f"the posterior's chain is short: {length}; its quantiles are rough")
        return (*found, *self.notes)

    def to_json(self) -> dict[str, Any]:
        """For files."""
        noise = self.fit.noise
        sampled = {"posterior": _sampled(self.posterior)} if self.posterior else {}
        return sampled | {
            "name": self.bench.name,
            "reactions": list(self.bench.reactions),
            "parameters": [_estimate(each) for each in self.estimates],
            "noise": {"deviation": noise.deviation, "autocorrelation": noise.lag},
            "rms_of_scale": self.fit.rms_of_scale,
            "largest_smoothed_residual_of_scale": worst_smoothed(self.fit),
            "wells": [vars(each) for each in self.wells],
            "held_out": [vars(each) for each in self.checks],
            "warnings": list(self.warnings),
        }


def _sampled(found: Posterior) -> dict[str, Any]:
    names = ("low", "median", "high")
    return {
        "steps": found.steps,
        "walkers": found.walkers,
        "autocorrelation": found.autocorrelation,
        "acceptance": found.acceptance,
        "converged": found.converged,
        "parameters": [
            {"name": p.name, **dict(zip(names, column))} for p, column in zip(found.parameters, found.quantiles.T.tolist())
        ],
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
    """Fit the wells of an assay that have traces, but for those that are held out. Raises as ``fit``."""
    fitted, held = without_held(assay)
    return GateFit(bench, fit(fitted), tuple(notes), thorough, held=held)


def fits_json(fits: Sequence[GateFit]) -> dict[str, Any]:
    """Several gates as one document."""
    return {"format": FORMAT, "gates": [each.to_json() for each in fits]}
