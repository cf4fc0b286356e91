"""Whether the data fit the rails of a design: one species cannot carry a negative number."""

from __future__ import annotations

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import Circuit, DesignSpec
from dsd_ncrn.ncrn.shapes import each
from dsd_ncrn.tasks import Dataset


def check_signs(spec: DesignSpec, data: Dataset) -> None:
    """Raises DesignError where an input or target on a single rail is negative."""
    circuit = spec.circuit
    targets = circuit.y if circuit.y is not None else ("single" if _is_single(circuit) else "dual")
    x = each(circuit.x, data.dimension, "x")
    y = each(targets, data.outputs, "y")
    for name, rails, smallest in (("x", x, lowest(data.train_x, data.test_x)), ("y", y, lowest(data.train_y, data.test_y))):
        for rail, value in zip(rails, smallest):
            if rail == "single" and value < 0:
                remedy = f'Shift the data, or set {name} = "dual".'
                raise DesignError(f"a single-rail {name} cannot be negative", float(value), remedy, key=("circuit", name))


def _is_single(circuit: Circuit) -> bool:
    rails = circuit.z if isinstance(circuit.z, tuple) else (circuit.z,)
    return set(rails) == {"single"}


def lowest(*parts: Floats) -> Floats:
    """The smallest value of each column, (columns,)."""
    return np.min(np.vstack(parts), axis=0)
