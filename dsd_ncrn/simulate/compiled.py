"""Numba's compiler, with the types of what it compiles: its own decorator forgets them.

Compiled code is kept beside its source file. Divisions by zero give infinities, as in NumPy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def compiled(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function of numbers and arrays when it is first called."""
    return cast("Callable[Parameters, Result]", numba.njit(cache=True, error_model="numpy")(function))


def inlined(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """The same for a function that is compiled into each compiled function that calls it."""
    return cast("Callable[Parameters, Result]", numba.njit(cache=True, error_model="numpy", inline="always")(function))
