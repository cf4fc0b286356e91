"""Leak models: one file each, listed here."""

from dsd_ncrn.kinetics.leaks.gate import GateLeak

LEAK_MODELS = (GateLeak(),)
