"""Whether the data fit the rails of a design: one species cannot carry a negative number."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.tasks import Dataset


def check_signs(spec: DesignSpec, data: Dataset) -> None:
    """Raises DesignError where an input or target on a single rail is negative."""
    circuit = spec.circuit
    rails = {"x": (circuit.x, (data.train_x, data.test_x)), "y": (circuit.y or circuit.z, (data.train_y, data.test_y))}
    for name, (rail, values) in rails.items():
        lowest = _lowest(values)
        if rail == "single" and lowest < 0:
            remedy = f'Shift the data, or set {name} = "dual".'
            raise DesignError(f"a single-rail {name} cannot be negative", lowest, remedy, key=("circuit", name))


def _lowest(values: tuple[NDArray[np.float64], ...]) -> float:
    return float(min(np.min(part) for part in values))
