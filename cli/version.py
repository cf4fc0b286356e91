"""The version as installed."""

from __future__ import annotations

from importlib.metadata import version as installed_version


def version() -> str:
    """The version of the installed distribution."""
    return installed_version("dsd-ncrn")
