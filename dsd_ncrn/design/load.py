"""Designs from files and from values of a program, with the same checks and words; and their text.

Whatever is wrong with a file becomes a single InputError that names the place.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from pydantic import ValidationError

from dsd_ncrn.constants import parted, rate_constants
from dsd_ncrn.design.conditions import load_conditions
from dsd_ncrn.design.files import read_text
from dsd_ncrn.design.problems import DesignError, Key, KeyFinding, Position, findings_of, positions
from dsd_ncrn.design.section import Section
from dsd_ncrn.design.spec import ConditionsChoice, DesignSpec
from dsd_ncrn.errors import InputError, did_you_mean

LARGEST_BYTES = 2**20
Table = dict[str, Any]
SectionKind = TypeVar("SectionKind", bound=Section)
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def load_design(path: str | Path, conditions: str = "", rates: str = "") -> DesignSpec:
    """Read and validate a design file.

    Raises InputError naming file, line, rule, value and remedy for a file that cannot be read, is not UTF-8 or TOML, or breaks
    a rule of the schema; of several broken rules the first in the file is named and the others are counted.

    Args:
        path: a TOML file; relative files of its ``task`` are sought beside it, and come back as absolute paths
        conditions: a name or a file that holds in place of the design's own conditions and values
        rates: a preset or an absolute file in place of ``chemistry.rates``

    >>> import dsd_ncrn as dn
    >>> design = dn.load_design("designs/linreg2d.toml")
    >>> design.name, design.chemistry.unit  # in nM
    ('linreg2d', 4.0)
    """
    text = read_text(path, LARGEST_BYTES)
    try:
        spec = _with_absolute_paths(_read(text, str(path), conditions), Path(path).parent)
    except RecursionError:
        raise InputError("not valid TOML: nested too deeply", remedy="Designs have tables in tables.", file=str(path)) from None
    if rates:
        return spec.model_copy(update={"chemistry": spec.chemistry.model_copy(update={"rates": rates})})
    with located(path):
        rate_constants(spec.chemistry.rates)
    return spec


def load_section(path: str | Path, kind: type[SectionKind]) -> SectionKind:
    """A TOML file that is one flat section, checked as a design file is. Raises InputError as ``load_design``."""
    text, file = read_text(path, LARGEST_BYTES), str(path)
    data = _parse(text, file)
    try:
        return kind.model_validate(_strict(data))
    except ValidationError as error:
        places = positions(text)
        first = _first_problem(error, data, places)
        place = _nearest(places, first.key)
        known = kind.model_fields
        remedy = first.remedy if first.key[0] in known else did_you_mean(first.key[0], known)
        raise InputError(first.rule, first.value, remedy, file, place.line if place else 1) from None


def _with_absolute_paths(spec: DesignSpec, folder: Path) -> DesignSpec:
    """The design with the files of its task, and its own rate constants, sought from a folder."""
    table, end = parted(spec.chemistry.rates)
    if table.endswith(".toml"):
        rates = f"{(folder / table).resolve()}:{end}"
        spec = spec.model_copy(update={"chemistry": spec.chemistry.model_copy(update={"rates": rates})})
    files = {
        key: str((folder / file).resolve()) for key in ("csv", "test_csv") if (file := getattr(spec.task, key)) is not None
    }
    return spec.model_copy(update={"task": spec.task.model_copy(update=files)}) if files else spec


def new_design(values: Mapping[str, object], name: str = "design") -> DesignSpec:
    """A design from Python values, by the keys of a design file: ``{"circuit.f": "theta * x", "circuit.T": 0.5, ...}``.

    Relative files of ``task`` are sought from the present folder. ``task.name`` may be any word where
    the points are given to the later steps as a ``Dataset``. Raises DesignError naming the first wrong key, its value and
    the remedy.

    Args:
        values: by dotted key, or tables as ``tomllib`` reads them; quantities are texts with their unit, and NumPy
            arrays stand for lists
        name: that of the design

    >>> import dsd_ncrn as dn
    >>> design = dn.new_design(
    ...     {"task.name": "linreg2d", "circuit.f": "theta * x + beta", "circuit.T": 0.5, "circuit.learning_rate": 0.05}
    ... )
    >>> design.circuit.f
    'theta * x + beta'
    """
    return _validated(_under(dict(_with({"format": 1, "name": name}, values)), "", ""))


def changed(design: DesignSpec, changes: Mapping[str, object]) -> DesignSpec:
    """The design with some values changed, by dotted key, and checked as if they stood in its file.

    Raises DesignError naming the wrong key, its value and the remedy.

    Args:
        design: the one to start from, which stays as it is
        changes: values by dotted key; quantities are texts with their unit, and None takes a key out, so that its
            default holds

    >>> import dsd_ncrn as dn
    >>> design = dn.load_design("designs/linreg2d.toml")
    >>> leaky = dn.changed(design, {"leak.rate": "1 /M/s", "chemistry.gates.N1.join": "900 nM"})
    >>> leaky.leak.rate  # in the internal unit, /nM/s
    1e-09
    """
    return _validated(_with(design.model_dump(mode="json", exclude_none=True), changes))


def dump_design(spec: DesignSpec) -> str:
    """The design as TOML text, every default filled in; reading it back gives an equal design.

    >>> import dsd_ncrn as dn
    >>> print(dn.dump_design(dn.load_design("designs/linreg2d.toml")).splitlines()[1])
    name = "linreg2d"
    """
    import tomli_w

    return tomli_w.dumps(spec.model_dump(mode="json", exclude_none=True))


def position_of(path: str | Path, key: Key) -> Position | None:
    """Where ``key``, or the nearest table around it, stands in a design file; None where neither does.

    Raises InputError where the file cannot be read.
    """
    return _nearest(positions(read_text(path)), key)


@contextmanager
def located(path: str | Path) -> Generator[None]:
    """Give the DesignErrors of later stages the place of their key in the design file they came from."""
    try:
        yield
    except DesignError as error:
        if error.file is not None:
            raise
        text = read_text(path)
        raise _placed(error, str(path), _nearest(positions(text), error.key), text) from None


def _read(text: str, file: str, conditions: str = "") -> DesignSpec:
    data = _under(_parse(text, file), file, conditions)
    try:
        return DesignSpec.model_validate(_strict(data))
    except ValidationError as error:
        places = positions(text)
        first = _first_problem(error, data, places)
        place = _nearest(places, first.key)
        raise InputError(first.rule, first.value, first.remedy, file, place.line if place else 1) from None


def _validated(values: Table) -> DesignSpec:
    data = _strict(values)
    try:
        spec = DesignSpec.model_validate(data)
    except ValidationError as error:
        raise _first_problem(error, data, {}) from None
    return _with_absolute_paths(spec, Path())


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


def _under(data: dict[str, Any], file: str, named: str) -> dict[str, Any]:
    """A design's tables under conditions: ``named`` ones hold before its own values, those that it names itself after them."""
    own = ConditionsChoice.model_construct(**cast("dict[str, Any]", data.get("conditions") or {}))
    if not named and (not str(own.name) or own.applied):
        return data
    found = load_conditions(named) if named else load_conditions(str(own.name), Path(file).parent)
    return (found.over if named else found.under)(data) | {"conditions": {"name": found.name, "applied": True}}


def _parse(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, place = str(error), _PLACE.search(str(error))
        line, column = (int(place[1]), int(place[2])) if place and place[1] else (text.count("\n") + 1, None)
        rule = f"not valid TOML: {_PLACE.sub('', message)}"
        raise InputError(rule, remedy="See https://toml.io.", file=file, line=line, column=column) from None
    except ValueError as error:  # Python reads no whole number of more than 4300 digits
        raise InputError(f"not valid TOML: {error}", remedy="Write a smaller number.", file=file) from None


def _first_problem(error: ValidationError, data: dict[str, Any], places: Mapping[Key, Position]) -> DesignError:
    """The first problem of a design, in the order of its text; the others are counted."""
    found = findings_of(error, data)

    def order(finding: KeyFinding) -> tuple[bool, int]:
        """A misspelt key shows up twice, as unknown and as missing: the first of the two says what to do."""
        place = _nearest(places, finding.key)
        return not finding.unknown_key, place.line if place else 0

    problem = min(found, key=order).problem()
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return DesignError(problem.rule + more, problem.value, problem.remedy, key=problem.key)


def _nearest(places: Mapping[Key, Position], key: Key) -> Position | None:
    prefixes = (key[:length] for length in range(len(key), 0, -1))
    return next((places[prefix] for prefix in prefixes if prefix in places), None)


def _placed(error: DesignError, file: str, place: Position | None, text: str) -> InputError:
    line, column = (place.line if place else None), None
    if place is not None and error.offset is not None and _is_string(text, place):
        line, column = place.value_line, place.value_column + 1 + error.offset  # 1 for the opening quote
    return InputError(error.rule, error.value, error.remedy, file, line, column)


def _is_string(text: str, place: Position) -> bool:
    """Whether a value is written as one string: an offset into a list of strings has no place of its own."""
    line = text.split("\n")[place.value_line - 1]
    return line[place.value_column - 1 : place.value_column] in ("'", '"')
