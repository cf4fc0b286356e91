"""Circuits to begin with."""

from __future__ import annotations

from dataclasses import dataclass

from cli.scaffold.writing import Section, Values

AUTO: Section = {"x": "auto", "z": "auto", "y": "auto"}
DUAL: Section = {**AUTO, "learning_rate_in": "N3", "annihilate": ["A", "G", "P", "Z"]}
"""What a circuit with dual-rail parameters needs for its strands: less G, and rails that do not pile up."""


@dataclass(frozen=True)
class Template:
    """A circuit with a task: its name, a line on it, and what it sets."""

    name: str
    description: str
    values: Values


_LINEAR: Section = {
    "f": "theta * x",
    "T": 0.5,
    "learning_rate": 0.05,
    "theta": "single",
    "x": "single",
    "z": "single",
    "annihilate": [],
}
_REGRESSION: Values = {
    "task": {"name": "linreg2d", "training_points": 41, "test_points": 101},
    "circuit": {**_LINEAR, "f": "theta * x + beta", "theta_initial": 1.0, "beta": 1.0},
    "training": {"epochs": 5},
    "chemistry": {"unit": "4 nM"},
    "leak": {"model": "gate", "rate": "0.01 /M/s"},
}
SQUARES = (
    "Theta11*x1 + Theta12*x2",
    "Theta21*x1 + Theta22*x2",
    "Theta31*x1 + Theta32*x2 + Theta33*x3",
    "2*(z1*z1 + z2*z2 - z3*z3) - 8*z4*abs(z4)",
    "0.5*x3",
)
_CLASSIFIER: Values = {
    "task": {"name": "xor2d", "training_points": 101, "test_points": 101},
    "circuit": {
        "f": list(SQUARES),
        "T": 1.0,
        "learning_rate": 0.05,
        **DUAL,
        "theta_initial": [0.6, -0.4, 0.3, 0.7, 0.5, 0.4, -0.6],
        "pad": 3,
        "w_out": [[0.0, 0.0, 0.0, 1.0, 1.0]],
        "zb_cap": 20.0,
    },
    "training": {"epochs": 40, "strand_iterations": 5},
}
REGRESSION = Template("regression", "linear regression of positive data, with a constant", _REGRESSION)
MINIMAL = Template(
    "minimal",
    "the smallest circuit that learns: no constant, one adjoint",
    {**_REGRESSION, "circuit": {**_LINEAR, "theta_initial": 1.0, "shared_adjoint": True}},
)
CLASSIFIER = Template("classifier", "two classes by squares of linear forms, saturated", _CLASSIFIER)
IMPERFECT = Template(
    "imperfect",
    "the regression in tubes as they come from the bench",
    {
        **_REGRESSION,
        "timing": {"burn_in": "1 h"},
        "imperfections": {"pipetting": 0.05, "inactive": 0.12, "rate_spread": 0.2, "calibrated": True, "samples": 20},
    },
)
