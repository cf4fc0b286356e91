"""Designs from values of a program, with the checks and the words of design files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from pydantic import ValidationError

from dsd_ncrn.design.load import with_absolute_paths
from dsd_ncrn.design.problems import DesignError, findings_of
from dsd_ncrn.design.spec import DesignSpec

Table = dict[str, Any]


def new_design(values: Mapping[str, object], name: str = "design") -> DesignSpec:
    """A design from Python values, by the keys of a design file: ``{"circuit.f": "theta * x", "circuit.T": 0.5, ...}``.

    Keys are dotted, or tables as ``tomllib`` reads them; quantities are texts with their unit, as in a file, and NumPy
    arrays stand for lists. Relative files of ``task`` are sought from the present folder. ``task.name`` may be any word where
    the points are given to the later steps as a ``Dataset``. Raises DesignError naming the first wrong key, its value and
    the remedy.

    >>> import dsd_ncrn as dn
    >>> design = dn.new_design(
    ...     {"task.name": "linreg2d", "circuit.f": "theta * x + beta", "circuit.T": 0.5, "circuit.learning_rate": 0.05}
    ... )
    >>> design.circuit.f
    'theta * x + beta'
    """
    return _validated(_with({"format": 1, "name": name}, values))


def changed(design: DesignSpec, changes: Mapping[str, object]) -> DesignSpec:
    """The design with some values changed, by dotted key, and checked as if they stood in its file.

    Quantities are texts with their unit; None takes a key out, so that its default holds. The given design stays as it is.
    Raises DesignError naming the wrong key, its value and the remedy.

    >>> import dsd_ncrn as dn
    >>> design = dn.load_design("designs/linreg2d.toml")
    >>> leaky = dn.changed(design, {"leak.rate": "1 /M/s", "chemistry.gates.N1.join": "900 nM"})
    >>> leaky.leak.rate  # in the internal unit, /nM/s
    1e-09
    """
    return _validated(_with(design.model_dump(mode="json", exclude_none=True), changes))


def _validated(values: Table) -> DesignSpec:
    data = _strict(values)
    try:
        spec = DesignSpec.model_validate(data)
    except ValidationError as error:
        # a misspelt key shows up twice, as unknown and as missing: the first of the two says what to do
        found = sorted(findings_of(error, data), key=lambda finding: not finding.unknown_key)
        more, problem = f" (and {len(found) - 1} more)" if len(found) > 1 else "", found[0].problem()
        raise DesignError(problem.rule + more, problem.value, problem.remedy, key=problem.key) from None
    return with_absolute_paths(spec, Path())


def _with(values: Table, changes: Mapping[str, object]) -> Table:
    """Nested tables with the values of dotted keys set, or taken out where they are None."""
    for key, value in changes.items():
        values = _set(values, tuple(key.split(".")), value, key)
    return values


def _set(table: Table, path: tuple[str, ...], value: object, key: str) -> Table:
    head, rest = path[0], path[1:]
    if not rest:
        kept = {name: each for name, each in table.items() if name != head}
        return kept if value is None else {**kept, head: value}
    inner = table.get(head, {})
    if not isinstance(inner, Mapping):
        before = key.removesuffix(f".{'.'.join(rest)}")
        raise DesignError(f"{before} is a value and no table", key, f"Give {before} itself.", key=path)
    return {**table, head: _set(dict(cast("Mapping[str, Any]", inner)), rest, value, key)}


def _strict(value: Any) -> Any:
    """Plain Python values with tuples for lists, as the strict schema wants them."""
    if isinstance(value, np.ndarray | np.generic):
        return _strict(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): _strict(item) for key, item in cast("Mapping[object, Any]", value).items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return tuple(_strict(item) for item in cast("Sequence[Any]", value))
    return value
