"""Circuits that several tests compile: the linear regressor with its circuit changed, and data to go with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from dsd_ncrn.design.load import load_design
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.ncrn.types import NeuralCrn, Variable
from dsd_ncrn.tasks import Dataset

DESIGNS = Path(__file__).parent.parent / "designs"
DUAL: dict[str, Any] = {"theta": "dual", "x": "dual", "z": "dual"}
TABLE_3: dict[str, Any] = {"f": "theta * z", "z_initial": "x", **DUAL}
THREE_STATES = ((1.0, 0.5), (0.0, 2.0), (0.25, -1.0))
TWO_OUTPUTS = ((1.0, 0.0, 0.5), (0.0, 1.0, -0.3))

ONE_OUTPUT: list[dict[str, Any]] = [
    {},
    {"f": "theta * x", "shared_adjoint": True},
    {"beta": (1.0, 0.25)},
    {"train_beta": True},
    TABLE_3,
    {"f": "theta * z", "z_initial": "x"},
    {"f": "-theta * x", **DUAL},
    {"f": "theta * x - z * z", "pad": 1, **DUAL},
    {"f": "theta * x - z * z", "first_order": True, **DUAL},
    {"f": "theta * x - z * z"},
    {"f": "Theta @ x - 0.5 * z * abs(z)", **DUAL},
    {"f": "Theta @ x + beta - z**3", "beta": (1.0, -0.5), **DUAL},
    {"f": "Theta @ x + beta - z**3", "train_beta": True, "pad": 1, "pad_value": 0.2, "zb_cap": 100.0, **DUAL},
    {"f": "Theta @ x - 0.3 * z * z", **DUAL},
    {"f": "theta * x * z + z - z**2 * abs(z)", "z_initial": "x", **DUAL},
    {"f": "[theta1 * x1 - z1 * z2 + theta2, theta2 * x2 + z1]"},
    {"f": "[[theta1, 0], [0.5, theta2]] @ x - z", **DUAL},
    {"f": "theta * x - z", "train_w_out": True, "w_out": ((1.0, 0.5),), **DUAL},
    {"f": "theta * x - z", "train_w_out": True, "w_out": ((1.0, 0.5),), "learning_rate_in": "N3", **DUAL},
    {"f": "theta * x", "w_out": ((0.0, -2.5),), **DUAL},
    {"f": "theta * x - z", "theta": ("dual", "single"), "z": ("dual", "single"), "report_output": True},
]
TWO_OUTPUT: list[dict[str, Any]] = [
    {"f": "theta * x - z * z", "w_in": THREE_STATES, "w_out": TWO_OUTPUTS, **DUAL},
    {"f": "theta * x", "w_in": THREE_STATES, "w_out": TWO_OUTPUTS, "train_w_out": True, **DUAL},
    {"f": "theta * x", "pad": 1},
]


def named(circuit: dict[str, Any]) -> str:
    """A test's name for a circuit."""
    extra = [key for key in circuit if key not in ("f", "theta", "x", "z")]
    return " ".join([str(circuit.get("f", "linreg2d")), *extra])


def spec_with(**changes: Any) -> DesignSpec:
    """The linreg2d design with another circuit, T = 0.5 and learning rate 0.1 unless changed."""
    spec = load_design(DESIGNS / "linreg2d.toml")
    circuit = spec.circuit.model_dump() | {"T": 0.5, "learning_rate": 0.1} | changes
    return spec.model_copy(update={"circuit": type(spec.circuit).model_validate(circuit)})


def compiled(outputs: int = 1, **changes: Any) -> NeuralCrn:
    """The network of such a circuit for two inputs."""
    return compile_design(spec_with(**changes), 2, outputs)


def stage_texts(ncrn: NeuralCrn, stage: str) -> list[str]:
    """The reactions of a stage as text."""
    return [str(reaction) for reaction in ncrn.crn.stage(stage)]


def value_of(variable: Variable, state: dict[str, float]) -> float:
    """The number that a variable's species stand for."""
    return state[variable.plus] - (state[variable.minus] if variable.minus else 0.0)


def random_data(outputs: int = 1, lowest: float = -1.0, seed: int = 0, inputs: int = 2) -> Dataset:
    """Some points with inputs and targets from U(lowest, 1)."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(lowest, 1.0, (6, inputs)), rng.uniform(lowest, 1.0, (6, outputs))
    return Dataset(x, y, x, y, tuple(f"x{number + 1}" for number in range(inputs)))
