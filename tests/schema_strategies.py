"""Hypothesis strategies made from the design file's schema itself: a key that is added there is tried here."""

from __future__ import annotations

import copy
import tomllib
import types
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import PlainSerializer
from pydantic.fields import FieldInfo

from dsd_ncrn.design.section import Section
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.families import LEAK_MODELS, SCHEMES, TASKS

Key = tuple[str, ...]
DESIGNS = Path(__file__).parent.parent / "designs"
BASES = ("linreg2d", "first_learner", "and2d", "rings2d_bimolecular", "sinreg2d", "worked_example", "sectors3", "own_data")
"""What is changed: designs of every kind of circuit, the quick ones."""
LARGEST = 1e300
ORDINARY = (0.0, 1e-3, 0.1, 0.5, 0.9, 1.0, 2.0, 3.0, 7.0, 30.0, 1e3, 1e6)
EXTREME = (1e-300, 1e-12, 1e12, 1e80, LARGEST)

_WORDS = st.sampled_from(
    ["", "X1", "X1p", "P1", "P1p", "Zp", "Z1", "A", "Y", "clk1", "N1", "n1_1", "nosuch", "é", "a b", "-1", "1e308"]
)
_ATOMS = ["theta", "x", "z", "beta", "theta1", "x1", "x2", "z1", "z2", "y", "2", "-1", "0.5", "0", "1e-300", "1e99", "nosuch"]
_FORMULAS = st.recursive(
    st.sampled_from(_ATOMS),
    lambda part: (
        st.builds("{} {} {}".format, part, st.sampled_from("+-*@/"), part)
        | st.builds("({})**{}".format, part, st.sampled_from(["2", "3", "0", "-1"]))
        | st.builds("{}({})".format, st.sampled_from(["relu", "sin", "diag", "exp"]), part)
        | st.builds("[{}, {}]".format, part, part)
    ),
    max_leaves=5,
)
NAMED: dict[Key, st.SearchStrategy[Any]] = {
    ("name",): st.sampled_from(["a", "A.b-c_d", "é", "", "a" * 61, "a/b"]),
    ("format",): st.just(1),
    ("task", "name"): st.sampled_from([*TASKS, "csv"]),
    ("task", "csv"): st.sampled_from(["own_data.csv", "nosuch.csv", ""]),
    ("task", "test_csv"): st.sampled_from(["own_data.csv", "nosuch.csv"]),
    ("circuit", "f"): _FORMULAS,
    ("translation", "scheme"): st.sampled_from([*SCHEMES, "nosuch"]),
    ("leak", "model"): st.sampled_from([*LEAK_MODELS, "gate+gate_gate", "", "+", "nosuch"]),
    ("chemistry", "rates"): st.sampled_from(["gate", "duplex:optimistic", "gate:pessimistic", "nosuch", "nosuch.toml"]),
    ("conditions", "name"): st.sampled_from(["ideal", "study", "bench", "nosuch", "nosuch.toml"]),
}
"""Texts whose words the schema leaves to later steps: those that these know, and others."""


def keys(section: type[Section] = DesignSpec, above: Key = ()) -> dict[Key, FieldInfo]:
    """Every key of the schema that holds a value or a table of free keys."""
    found: dict[Key, FieldInfo] = {}
    for name, field in section.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, Section):
            found |= keys(inner, (*above, name))
        else:
            found[*above, name] = field
    return found


def _values(key: Key, field: FieldInfo) -> st.SearchStrategy[Any]:
    """What may stand at a key; None takes the key out."""
    shown = [st.sampled_from(field.examples)] if field.examples else []
    absent = [] if field.is_required() else [st.none()]
    named = [NAMED[key]] if key in NAMED else [_of(field.annotation, field.metadata)]
    return st.one_of(*named, *shown, *absent)


def _of(kind: Any, metadata: list[Any]) -> st.SearchStrategy[Any]:
    """Values of a type, within the bounds beside it."""
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _of(inside[0], [*metadata, *inside[1:]])
    if origin is Literal:
        return st.sampled_from(inside)
    if origin in (Union, types.UnionType):
        return st.one_of(*(_of(each, metadata) for each in inside if each is not type(None)))
    if origin is tuple:
        many = len(inside) == 2 and inside[1] is ...
        return st.lists(_of(inside[0], []), max_size=4) if many else st.tuples(*(_of(each, []) for each in inside)).map(list)
    if origin is dict:
        return st.dictionaries(_WORDS, _of(inside[1], []), max_size=2)
    if isinstance(kind, type) and issubclass(kind, Section):
        return st.fixed_dictionaries(
            {}, optional={name: _of(each.annotation, each.metadata) for name, each in kind.model_fields.items()}
        )
    if kind is bool:
        return st.booleans()
    if kind is int:
        return _numbers(metadata).map(round)
    if kind is float:
        write = next((each.func for each in metadata if isinstance(each, PlainSerializer)), None)
        unit = write(1.0).split()[-1] if write else ""
        return _numbers(metadata).map(lambda value: f"{value!r} {unit}") if unit else _numbers(metadata)
    return _WORDS


def _numbers(metadata: list[Any]) -> st.SearchStrategy[float]:
    """Numbers within bounds, ordinary ones more often than those at the ends of what is allowed."""
    flat = [inner for each in metadata for inner in (each.metadata if isinstance(each, FieldInfo) else [each])]
    low, high = (
        [float(value) for each in flat if (value := getattr(each, one, getattr(each, other, None))) is not None]
        for one, other in (("ge", "gt"), ("le", "lt"))
    )
    least, most = max(low, default=-LARGEST), min(high, default=LARGEST)
    ordinary = st.sampled_from([value for value in (*ORDINARY, least, most) if least <= value <= most and abs(value) < LARGEST])
    extreme = st.sampled_from([value for value in (least, most, *EXTREME) if least <= value <= most])
    return st.one_of(ordinary, ordinary, st.floats(max(least, -1e3), min(most, 1e3)), extreme)


VALUES = {key: _values(key, field) for key, field in keys().items()}
_BASES = {name: tomllib.loads((DESIGNS / f"{name}.toml").read_text(encoding="utf-8")) for name in BASES}
_KEYS = st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=4, unique=True)


@st.composite
def design_files(draw: st.DrawFn) -> dict[str, Any]:
    """The tables of a design file: one of the project's with up to four keys changed."""
    tables = copy.deepcopy(_BASES[draw(st.sampled_from(BASES))])
    for key in draw(_KEYS):
        value, table = draw(VALUES[key]), tables
        for name in key[:-1]:
            table = table.setdefault(name, {})
        if value is None:
            table.pop(key[-1], None)
        else:
            table[key[-1]] = value
    return tables
