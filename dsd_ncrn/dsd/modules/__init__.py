"""Translation modules: a file for each scheme, and those for reactions without outputs and for the clock."""

from __future__ import annotations

from collections.abc import Mapping

from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.dsd.modules.chen import CHEN
from dsd_ncrn.dsd.modules.parts import Scheme
from dsd_ncrn.dsd.modules.plain import PLAIN
from dsd_ncrn.dsd.modules.sealed import SEALED
from dsd_ncrn.errors import did_you_mean

SCHEMES: Mapping[str, Scheme] = {scheme.name: scheme for scheme in (PLAIN, SEALED, CHEN)}


def scheme_named(name: str) -> Scheme:
    """The scheme of that name. Raises DesignError for an unknown one."""
    if name not in SCHEMES:
        raise DesignError("unknown scheme", name, did_you_mean(name, SCHEMES), key=("translation", "scheme"))
    return SCHEMES[name]
