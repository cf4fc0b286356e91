"""Leak models: one file each, listed here. Several can be applied, in any order, and add up."""

from dsd_ncrn.kinetics.leaks.base import LeakModel
from dsd_ncrn.kinetics.leaks.gate import GateLeak
from dsd_ncrn.kinetics.leaks.gate_gate import GateGateLeak

LEAK_MODELS: tuple[LeakModel, ...] = (GateLeak(), GateGateLeak())
