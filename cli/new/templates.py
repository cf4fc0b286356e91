"""The text of a design file, what is set and every other key as a comment with its default; and circuits to begin with.

Comments are the first sentences of the schema's own descriptions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, cast

from pydantic.fields import FieldInfo

from dsd_ncrn.design.section import Section as Table
from dsd_ncrn.design.spec import DesignSpec

Section = Mapping[str, Any]
Values = Mapping[str, Section]
COLUMN, WIDTH = 44, 128
"""Where comments begin that stand behind a key, and the longest line; a longer one stands above its key."""


def design_text(head: Mapping[str, Any], values: Values, remarks: str) -> str:
    """A design file. ``head`` has its top keys, ``values`` what is set by section, ``remarks`` the text at its top."""
    lines = [f"# {line}".rstrip() for line in remarks.splitlines()]
    lines += ["# A line that begins with # is a comment: such a key has the default that it shows.", ""]
    defaults = _defaults()
    fields = DesignSpec.model_fields
    lines += [line for key, value in head.items() for line in _commented(f"{key} = {literal(value)}", fields[key])]
    for name, field in fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Table):
            lines += ["", *_section(name, field, field.annotation, values.get(name, {}), defaults[name])]
    return "\n".join(lines) + "\n"


def _section(name: str, field: FieldInfo, table: type[Table], given: Section, defaults: Section) -> list[str]:
    lines = _commented(f"[{name}]", field)
    for key, meaning in table.model_fields.items():
        if key in given:
            lines += _set(key, given[key], meaning)
        elif defaults[key] is not None:
            lines += _unset(key, defaults[key], meaning)
        else:
            lines += _commented(f"# {key} = {literal((meaning.examples or [None])[0])}", meaning, "(no default)")
    return lines


def _set(key: str, value: Any, meaning: FieldInfo) -> list[str]:
    """The lines of a key; a long list has a line for each entry."""
    text = literal(value)
    if isinstance(value, list) and len(text) > COLUMN:
        entries = [f"    {literal(item)}," for item in cast("list[Any]", value)]
        return [*_commented(f"{key} = [", meaning), *entries, "]"]
    return _commented(f"{key} = {text}", meaning)


def _unset(key: str, value: Any, meaning: FieldInfo) -> list[str]:
    """A key as a comment, with its default; a table has a line for each entry."""
    if isinstance(value, dict) and value:
        entries = cast("dict[str, Any]", value).items()
        return [f"# {key}: {_sentence(meaning)}", *(f"# {key}.{name} = {literal(item)}" for name, item in entries)]
    return _commented(f"# {key} = {literal(value)}", meaning)


def _commented(text: str, meaning: FieldInfo, more: str = "") -> list[str]:
    """A line with what it means behind it, or above it where both are too long for one."""
    comment, padded = _sentence(meaning), f"{text:<{COLUMN - 1}} # "
    if len(padded + comment + more) < WIDTH:
        return [f"{padded}{comment} {more}".rstrip()]
    return [*(f"# {part}" for part in wrap(comment, WIDTH - 2)), f"{padded}{more}" if more else text]


def _sentence(meaning: FieldInfo) -> str:
    """The first sentence of a description."""
    return re.split(r"(?<=\.)\s+(?=[A-Z])", " ".join((meaning.description or "").split()))[0]


def literal(value: Any) -> str:
    """A value as TOML: a text, a number, a boolean, a list, or a table of plain keys in one line."""
    if isinstance(value, dict):
        pairs = [f"{name} = {literal(item)}" for name, item in cast("dict[str, Any]", value).items()]
        return f"{{ {', '.join(pairs)} }}" if pairs else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(literal(item) for item in cast('list[Any]', value))}]"
    return json.dumps(value, ensure_ascii=False)


def _defaults() -> Values:
    """The default of every key by section; None where there is none."""
    least = {"f": "theta * x", "T": 0.5, "learning_rate": 0.05}
    spec = DesignSpec.model_validate({"format": 1, "name": "defaults", "task": {"name": "linreg2d"}, "circuit": least})
    found: dict[str, dict[str, Any]] = spec.model_dump(mode="json")
    found["task"]["name"] = None
    return found


AUTO: Section = {"x": "auto", "z": "auto", "y": "auto"}
DUAL: Section = {**AUTO, "learning_rate_in": "N3", "annihilate": ["A", "G", "P", "Z"]}
"""What a circuit with dual-rail parameters needs for its strands: less G, and rails that do not pile up."""


@dataclass(frozen=True)
class Template:
    """A circuit with a task: its name, a line on it, and what it sets."""

    name: str
    description: str
    values: Values


_LINEAR: Section = {
    "f": "theta * x",
    "T": 0.5,
    "learning_rate": 0.05,
    "theta": "single",
    "x": "single",
    "z": "single",
    "annihilate": [],
}
_REGRESSION: Values = {
    "task": {"name": "linreg2d", "training_points": 41, "test_points": 101},
    "circuit": {**_LINEAR, "f": "theta * x + beta", "theta_initial": 1.0, "beta": 1.0},
    "training": {"epochs": 5},
    "chemistry": {"unit": "4 nM"},
    "leak": {"model": "gate", "rate": "0.01 /M/s"},
}
SQUARES = (
    "Theta11*x1 + Theta12*x2",
    "Theta21*x1 + Theta22*x2",
    "Theta31*x1 + Theta32*x2 + Theta33*x3",
    "2*(z1*z1 + z2*z2 - z3*z3) - 8*z4*abs(z4)",
    "0.5*x3",
)
_CLASSIFIER: Values = {
    "task": {"name": "xor2d", "training_points": 101, "test_points": 101},
    "circuit": {
        "f": list(SQUARES),
        "T": 1.0,
        "learning_rate": 0.05,
        **DUAL,
        "theta_initial": [0.6, -0.4, 0.3, 0.7, 0.5, 0.4, -0.6],
        "pad": 3,
        "w_out": [[0.0, 0.0, 0.0, 1.0, 1.0]],
        "zb_cap": 20.0,
    },
    "training": {"epochs": 40, "strand_iterations": 5},
}
REGRESSION = Template("regression", "linear regression of positive data, with a constant", _REGRESSION)
MINIMAL = Template(
    "minimal",
    "the smallest circuit that learns: no constant, one adjoint",
    {**_REGRESSION, "circuit": {**_LINEAR, "theta_initial": 1.0, "shared_adjoint": True}},
)
CLASSIFIER = Template("classifier", "two classes by squares of linear forms, saturated", _CLASSIFIER)
IMPERFECT = Template(
    "imperfect",
    "the regression in tubes as they come from the bench",
    {
        **_REGRESSION,
        "timing": {"burn_in": "1 h"},
        "imperfections": {"pipetting": 0.05, "inactive": 0.12, "rate_spread": 0.2, "calibrated": True, "samples": 20},
    },
)
