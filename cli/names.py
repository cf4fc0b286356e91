"""Names that the command line takes, written out: completion and help must not wait for the packages that define them.

A test compares each tuple with what it stands for.
"""

from __future__ import annotations

STAGES = (
    "compile",
    "ideal",
    "clock",
    "translate",
    "calibrate",
    "dsd",
    "one_pot",
    "dsd_leaky",
    "leaks",
    "sequences",
    "dsd_sequences",
    "order",
    "dsd_diluted",
)
OPTIONAL_STAGES = ("clock", "one_pot", "dsd_leaky", "leaks", "sequences", "dsd_sequences", "order", "dsd_diluted")
"""Stages that a run can do without."""
SCHEMES = ("plain", "sealed", "chen")
ENGINES = ("rosenbrock", "cvode", "ssa")
VENDORS = ("idt-tube", "idt-plate", "twist", "generic")
LEAK_MODELS = ("gate", "gate_gate")
TASKS = ("linreg2d", "nonlinreg2d", "sinreg2d", "linear2d", "rings2d", "xor2d", "and2d", "or2d", "sectors3", "stripes3")
TEMPLATES = ("regression", "minimal", "classifier", "imperfect")
