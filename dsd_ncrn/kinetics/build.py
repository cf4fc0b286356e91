"""From a translated system to its reaction network, with or without leaks."""

from __future__ import annotations

from dsd_ncrn.dsd.system import DsdSystem, Role
from dsd_ncrn.errors import InputError, did_you_mean
from dsd_ncrn.kinetics.enumerate import Enumerator, system_origins, to_network
from dsd_ncrn.kinetics.leaks import LEAK_MODELS
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.kinetics.rates import RateModel, ToeholdLengthRates

FUELS = (Role.FUEL, Role.BUFFER, Role.CLOCK)


def build_network(system: DsdSystem, leak_model: str | None = None, rates: RateModel | None = None) -> ReactionNetwork:
    """Enumerate a system; the species of ``system.components`` come first, under their names.

    With a leak model the leak channels of all gates are added. Raises InputError for an unknown model.
    """
    enumerator = Enumerator(rates or ToeholdLengthRates(), system_origins(system))
    for component in system.components:
        enumerator.add(component.complex)
    enumerator.run()
    if leak_model is not None:
        gates = [component.complex for component in system.components if component.role == Role.GATE]
        fuels = frozenset(component.complex for component in system.components if component.role in FUELS)
        _model(leak_model).extend(enumerator, gates, fuels)
    return to_network(enumerator, {component.complex: component.name for component in system.components})


def _model(name: str):  # noqa: ANN202  one of LEAK_MODELS
    models = {model.name: model for model in LEAK_MODELS}
    if name not in models:
        raise InputError("unknown leak model", name, did_you_mean(name, models))
    return models[name]
