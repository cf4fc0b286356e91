"""Translation modules, one file each, and the schemes a design chooses among by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.dsd.modules.chen import chen_join_fork, chen_mark
from dsd_ncrn.dsd.modules.join_fork import join_fork, join_mark
from dsd_ncrn.dsd.modules.sealed import commit_strand, sealed_join_fork
from dsd_ncrn.dsd.structure import Strand
from dsd_ncrn.dsd.system import Component
from dsd_ncrn.dsd.words import Words
from dsd_ncrn.errors import did_you_mean


class Scheme(NamedTuple):
    """How reactions with outputs are made.

    ``mark`` is the strand that a join binds when it fires. ``commits_first`` tells whether an irreversible step comes
    before anything is set free, which is what CRN bisimulation needs.
    """

    name: str
    description: str
    make: Callable[[Reaction, str | None, Words], list[Component]]
    mark: Callable[[Reaction, Words], Strand]
    commits_first: bool


SCHEMES: Mapping[str, Scheme] = {
    scheme.name: scheme
    for scheme in (
        Scheme(
            "plain",
            "join and fork of two-domain gates with shared seals (Cardelli 2010); every final state is right, but products"
            " come before commitment, so that it is no CRN bisimulation",
            join_fork,
            join_mark,
            False,
        ),
        Scheme(
            "sealed",
            "joins that commit by a helper of three domains (Cardelli 2013, figure 15); every module proved by CRN"
            " bisimulation; one domain more for each reaction",
            sealed_join_fork,
            commit_strand,
            True,
        ),
        Scheme(
            "chen",
            "a toehold of its own between join and fork, joins without a seal (Chen et al. 2013); final states as for plain",
            chen_join_fork,
            chen_mark,
            False,
        ),
    )
}


def scheme_named(name: str) -> Scheme:
    """The scheme of that name. Raises DesignError for an unknown one."""
    if name not in SCHEMES:
        raise DesignError("unknown scheme", name, did_you_mean(name, SCHEMES), key=("translation", "scheme"))
    return SCHEMES[name]
