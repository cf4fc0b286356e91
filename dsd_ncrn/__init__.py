"""Neural chemical reaction networks as DNA strand displacement: from a design to strands that learn, in Python.

Ten lines, from a design to a figure:

    import dsd_ncrn as dn

    design = dn.load_design("designs/linreg2d.toml")
    study = dn.prepare(design, seed=0)                    # compiled, translated, enumerated, calibrated
    strands = study.train("dsd")                          # every strand a species
    leaky = study.train("dsd_leaky", leak="1 /M/s")
    print(study.ideal.rmse_after, strands.rmse_after, leaky.rmse_after)
    dn.plot.learning(study.ideal, strands, leaky)

The names in ``__all__`` are stable; the modules below may change. Each is imported when it is first used, so that
``import dsd_ncrn`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sequences as sequences
    from dsd_ncrn import plot
    from dsd_ncrn.analysis.fidelity import Fidelity
    from dsd_ncrn.analysis.leaks import LeakPoint, LeakRanking, LeakSensitivity
    from dsd_ncrn.analysis.results import FuelBudget
    from dsd_ncrn.analysis.tuning import Tuning
    from dsd_ncrn.analysis.yields import Yield
    from dsd_ncrn.crn.text import load_crn, parse_crn
    from dsd_ncrn.crn.types import Crn
    from dsd_ncrn.design.load import changed, dump_design, load_design, new_design
    from dsd_ncrn.design.problems import DesignError
    from dsd_ncrn.design.spec import DesignSpec
    from dsd_ncrn.dsd.pil import write_pil
    from dsd_ncrn.dsd.system import DsdSystem
    from dsd_ncrn.errors import CheckFailed, DsdNcrnError, InputError
    from dsd_ncrn.gates.network_run import NetworkRun, simulate_crn, simulate_crn_strands
    from dsd_ncrn.kinetics.network import ReactionNetwork
    from dsd_ncrn.ncrn.counts import counts
    from dsd_ncrn.ncrn.types import NeuralCrn
    from dsd_ncrn.prepared import PreparedDesign, prepare
    from dsd_ncrn.runs.run import Run, read_run
    from dsd_ncrn.simulate.results import Training, Trajectory
    from dsd_ncrn.steps import compile_design, crn_text, enumerate_strands, translate_design, tune
    from dsd_ncrn.tasks.dataset import Dataset
    from dsd_ncrn.tasks.given import dataset, sampled_dataset

__all__ = [
    "CheckFailed",
    "Crn",
    "Dataset",
    "DesignError",
    "DesignSpec",
    "DsdNcrnError",
    "DsdSystem",
    "Fidelity",
    "FuelBudget",
    "InputError",
    "LeakPoint",
    "LeakRanking",
    "LeakSensitivity",
    "NetworkRun",
    "NeuralCrn",
    "PreparedDesign",
    "ReactionNetwork",
    "Run",
    "Training",
    "Trajectory",
    "Tuning",
    "Yield",
    "changed",
    "compile_design",
    "counts",
    "crn_text",
    "dataset",
    "dump_design",
    "enumerate_strands",
    "load_crn",
    "load_design",
    "new_design",
    "parse_crn",
    "plot",
    "prepare",
    "read_run",
    "sampled_dataset",
    "simulate_crn",
    "simulate_crn_strands",
    "translate_design",
    "tune",
    "write_pil",
]

_HOMES = {
    "analysis.tuning": ("Tuning",),
    "analysis.fidelity": ("Fidelity",),
    "analysis.results": ("FuelBudget",),
    "analysis.leaks": ("LeakPoint", "LeakRanking", "LeakSensitivity"),
    "analysis.yields": ("Yield",),
    "runs.run": ("Run", "read_run"),
    "crn.text": ("load_crn", "parse_crn"),
    "crn.types": ("Crn",),
    "design.load": ("changed", "dump_design", "load_design", "new_design"),
    "design.problems": ("DesignError",),
    "design.spec": ("DesignSpec",),
    "dsd.pil": ("write_pil",),
    "dsd.system": ("DsdSystem",),
    "errors": ("CheckFailed", "DsdNcrnError", "InputError"),
    "kinetics.network": ("ReactionNetwork",),
    "ncrn.counts": ("counts",),
    "ncrn.types": ("NeuralCrn",),
    "gates.network_run": ("NetworkRun", "simulate_crn", "simulate_crn_strands"),
    "simulate.results": ("Training", "Trajectory"),
    "prepared": ("PreparedDesign", "prepare"),
    "steps": ("compile_design", "crn_text", "enumerate_strands", "translate_design", "tune"),
    "tasks.given": ("dataset", "sampled_dataset"),
    "tasks.dataset": ("Dataset",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """The public name, imported now."""
    if name == "plot":
        return import_module("dsd_ncrn.plot")
    if name == "sequences":  # beside this package in a checkout, below it in the wheel
        return import_module("sequences")
    if name not in _HOME_OF:
        raise AttributeError(f"module 'dsd_ncrn' has no attribute {name!r}")
    globals()[name] = found = getattr(import_module(f"dsd_ncrn.{_HOME_OF[name]}"), name)
    return found


def __dir__() -> list[str]:
    return __all__
