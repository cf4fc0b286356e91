"""What is used of scipy.optimize."""

from collections.abc import Callable, Mapping
from typing import Any

from dsd_ncrn.arrays import Floats

class OptimizeResult:
    x: Floats
    cost: float
    fun: Floats
    nfev: int

def least_squares(
    fun: Callable[[Floats], Floats],
    x0: Floats,
    jac: Callable[[Floats], Floats] = ...,
    bounds: tuple[Floats, Floats] = ...,
    *,
    x_scale: str = ...,
    ftol: float = ...,
    xtol: float = ...,
    gtol: float = ...,
    max_nfev: int = ...,
) -> OptimizeResult: ...
def minimize(
    fun: Callable[[Floats], float], x0: Floats, *, method: str = ..., options: Mapping[str, Any] = ...
) -> OptimizeResult: ...
def linprog(c: Floats, **kwargs: Any) -> Any: ...
