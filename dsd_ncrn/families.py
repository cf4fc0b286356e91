"""Everything in the library that a user chooses by name, a family for each kind: a new member is one line here.

A line costs no import until its member is used, so the command line offers and completes these names at once. What an
imperfection is called is a key of the design file: that family stands beside the keys, in ``design.imperfections``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar, cast

from dsd_ncrn.errors import DesignError, did_you_mean

if TYPE_CHECKING:
    from dsd_ncrn.dsd.schemes.parts import Scheme
    from dsd_ncrn.kinetics.leaks import LeakModel
    from dsd_ncrn.simulate.engines.types import Engine
    from dsd_ncrn.tasks.dataset import BuiltinTask

T = TypeVar("T")


class UnknownMember(DesignError, KeyError):
    """A family has no member of that name."""


class Family(Mapping[str, T]):
    """Members by name, in their order. Each lives at "module:attribute" and is imported when it is first asked for.

    A class is made without arguments. ``key`` is that of the design file by which a member is chosen.
    """

    def __init__(self, what: str, homes: Mapping[str, str], key: tuple[str, ...] = ()) -> None:
        self.what, self.homes, self.key = what, dict(homes), key
        self._found: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        """The member. Raises UnknownMember, which names the nearest one."""
        if name not in self.homes:
            raise UnknownMember(f"unknown {self.what}", name, did_you_mean(name, self.homes), key=self.key)
        if name not in self._found:
            module, _, attribute = self.homes[name].partition(":")
            found: object = getattr(import_module(module), attribute)
            self._found[name] = cast("T", found() if isinstance(found, type) else found)
        return self._found[name]

    def __contains__(self, name: object) -> bool:
        return name in self.homes

    def __iter__(self) -> Iterator[str]:
        return iter(self.homes)

    def __len__(self) -> int:
        return len(self.homes)


TASKS: Family[BuiltinTask] = Family(
    "task",
    {
        "line1d": "dsd_ncrn.tasks.builtin:LINE1D",
        "linreg2d": "dsd_ncrn.tasks.builtin:LINREG2D",
        "nonlinreg2d": "dsd_ncrn.tasks.builtin:NONLINREG2D",
        "sinreg2d": "dsd_ncrn.tasks.builtin:SINREG2D",
        "linear2d": "dsd_ncrn.tasks.builtin:LINEAR2D",
        "rings2d": "dsd_ncrn.tasks.builtin:RINGS2D",
        "xor2d": "dsd_ncrn.tasks.builtin:XOR2D",
        "xnor2d": "dsd_ncrn.tasks.builtin:XNOR2D",
        "and2d": "dsd_ncrn.tasks.builtin:AND2D",
        "or2d": "dsd_ncrn.tasks.builtin:OR2D",
        "sectors3": "dsd_ncrn.tasks.builtin:SECTORS3",
        "stripes3": "dsd_ncrn.tasks.builtin:STRIPES3",
    },
    key=("task", "name"),
)
SCHEMES: Family[Scheme] = Family(
    "scheme",
    {
        "plain": "dsd_ncrn.dsd.schemes.plain:PLAIN",
        "sealed": "dsd_ncrn.dsd.schemes.sealed:SEALED",
        "chen": "dsd_ncrn.dsd.schemes.chen:CHEN",
    },
    key=("translation", "scheme"),
)
"""How reactions with outputs become gates."""
LEAK_MODELS: Family[LeakModel] = Family(
    "leak model",
    {
        "gate": "dsd_ncrn.kinetics.leaks:GateLeak",
        "gate_gate": "dsd_ncrn.kinetics.leaks:GateGateLeak",
    },
    key=("leak", "model"),
)
"""Several can be applied, in any order, and add up."""
CONDITIONS = ("ideal", "study", "bench")
"""What a tube may be taken to be like; each is a file in ``data/conditions``."""
COUNTING = "ssa"
"""The engine that counts molecules, with its default volume; all others integrate differential equations."""
ENGINES: Family[Engine] = Family(
    "engine",
    {
        "rosenbrock": "dsd_ncrn.simulate.engines.rosenbrock:RosenbrockEngine",
        "cvode": "dsd_ncrn.simulate.engines.cvode:CvodeEngine",
        COUNTING: "dsd_ncrn.simulate.engines.stochastic:StochasticEngine",
    },
)
